// What a tool is: one gesture, opened by its button or key, which proposes an edit at the door.

import { signal } from "@preact/signals";
import type { Position } from "geojson";
import type { Bounds } from "../api";
import type { MapView } from "../map/engine";
import type { Ground, Snap } from "../map/ground";
import type { Overlay } from "../map/tokens";
import type { WordKey } from "../words";

export const TOOL_IDS = ["split", "merge", "reshape", "vertex", "carve", "reassign", "measure", "box"] as const;
export type ToolId = (typeof TOOL_IDS)[number];

export interface Bench {
  map: MapView;
  /** The exact land of the view; null until it is loaded, or where the view is too wide for it. */
  ground(): Ground | null;
  /** The snap target at a place, shown as a ring. */
  snap(at: Position): Snap | null;
  /** What a click would do now. */
  say(hint: WordKey): void;
}

export interface Running {
  stop(): void;
  /** The plan changed under the tool, by its own edit or a colleague's. */
  reset?(): void;
  /** The exact land of the view was read anew. */
  grounded?(): void;
  /** A key that the tool takes; true where it did. */
  key?(key: string): boolean;
}

export interface Tool {
  id: ToolId;
  shortcut: string;
  /** Tools that write need a draft. */
  writes: boolean;
  start(bench: Bench): Running;
}

export const openTool = signal<ToolId | null>(null);

const DIVIDING: ReadonlySet<ToolId | null> = new Set<ToolId>(["split", "reshape", "carve"]);

/** What a tool shows beside what is switched on: who divides land sees the premises, which go to one side or the other. */
export const showsAlso = (tool: ToolId | null, overlay: Overlay): boolean =>
  overlay === "premises" && DIVIDING.has(tool);

export const hint = signal<WordKey | null>(null);

/** Two reports of a pointer that did not come: it rests. */
const SETTLE_MS = 30;

/**
 * Call once the pointer has paused, and once what was called before has ended, so that a hand that trembles asks the
 * server for one thing at a time; what came before the latest is forgotten.
 */
export function paused<Given extends unknown[]>(
  act: (...given: Given) => Promise<void>,
): { (...given: Given): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let acting = false;
  let latest: Given | null = null;
  const begin = async () => {
    timer = undefined;
    if (acting || !latest) return;
    const given = latest;
    latest = null;
    acting = true;
    try {
      await act(...given);
    } finally {
      acting = false;
    }
    if (!timer) void begin();
  };
  const later = (...given: Given) => {
    latest = given;
    clearTimeout(timer);
    timer = setTimeout(begin, SETTLE_MS);
  };
  const cancel = () => {
    latest = null;
    clearTimeout(timer);
    timer = undefined;
  };
  return Object.assign(later, { cancel });
}

export const EMPTY = { type: "FeatureCollection" as const, features: [] };

export const lineFeature = (positions: Position[]) => ({
  type: "FeatureCollection" as const,
  features: [
    { type: "Feature" as const, properties: {}, geometry: { type: "LineString" as const, coordinates: positions } },
  ],
});

/** A box as the outline that it is drawn by. */
export const boxFeature = ([west, south, east, north]: Bounds) => ({
  type: "FeatureCollection" as const,
  features: [
    {
      type: "Feature" as const,
      properties: {},
      geometry: {
        type: "Polygon" as const,
        coordinates: [
          [
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
          ],
        ],
      },
    },
  ],
});

/** The same line without a place twice in a row, which the pointer leaves where a click was. */
export const withoutRepeats = (positions: readonly Position[]): Position[] =>
  positions.filter(([x, y], row) => row === 0 || positions[row - 1]?.[0] !== x || positions[row - 1]?.[1] !== y);
