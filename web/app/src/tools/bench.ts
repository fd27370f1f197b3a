// The bench that tools work on: the exact land of the view, the snap ring, one tool at a time.

import { effect, signal, untracked } from "@preact/signals";
import type { Position } from "geojson";
import { type Grids, listGrids, Refusal, Unreachable } from "../api";
import { discard, landed, proposal } from "../edits/door";
import { prepareDrawing } from "../map/drawing";
import type { MapView } from "../map/engine";
import { Ground, type Snap } from "../map/ground";
import { online } from "../state/connection";
import { afterFirstMap } from "../state/first_map";
import { asOf, isDraft, plan, planName } from "../state/plans";
import type { WordKey } from "../words";
import { TOOLS } from "./index";
import { metresOf } from "./pulling";
import { type Bench, EMPTY, hint, openTool, type Running, type Tool } from "./tool";

/** Where the map was clicked last under a tool. */
export const lastClick = signal<Position | null>(null);

const SNAP_PX = 10;
const LAND_FROM_ZOOM = 13;
/** From here on the land of a draft is read before a tool asks for it. */
const AHEAD_FROM_ZOOM = 15;
const MOST_GRIDS = 600;

let current: Workbench | null = null;

/** Set up the bench on a map; returns what takes it down. */
export function setUpBench(map: MapView): () => void {
  const bench = new Workbench(map);
  current = bench;
  void afterFirstMap().then(prepareDrawing);
  return () => {
    bench.close();
    current = null;
  };
}

/** Give the open tool a key; true where it took it. */
export const giveKey = (key: string): boolean => current?.running?.key?.(key) ?? false;

/** Put away what the open tool has drawn and proposed. */
export function startOver(): void {
  discard();
  current?.running?.reset?.();
}

/** A tool that writes is of no use once its draft was handed in, or another plan is open. */
function putAwayWithTheDraft(): void {
  const writes = TOOLS.find((each) => each.id === openTool.value)?.writes;
  if (writes && plan.value && !isDraft.value) openTool.value = null;
}

class Workbench implements Bench {
  readonly map: MapView;
  running: Running | null = null;
  private land: Ground | null = null;
  private loading = new AbortController();
  private readonly stops: (() => void)[];

  constructor(map: MapView) {
    this.map = map;
    this.stops = [
      effect(() => this.change(TOOLS.find((each) => each.id === openTool.value))),
      effect(putAwayWithTheDraft),
      effect(() => {
        if (landed.value > 0) untracked(() => this.renew());
      }),
      effect(() => {
        if (online.value) untracked(() => void this.load());
      }),
      effect(() => {
        if (planName.value !== null) untracked(() => this.changeLand());
      }),
      map.on("settle", () => void this.load()),
      map.on("click", ({ at }) => {
        lastClick.value = at;
      }),
    ];
  }

  ground = (): Ground | null => this.land;

  snap = (at: Position): Snap | null => {
    const snap = this.land?.snap(at, metresOf(this, at, SNAP_PX)) ?? null;
    const point = snap && { type: "Point" as const, coordinates: snap.at };
    const features = point ? [{ type: "Feature" as const, properties: { to: snap.to }, geometry: point }] : [];
    this.map.sketch("snap", { type: "FeatureCollection", features });
    return snap;
  };

  say = (words: WordKey): void => {
    hint.value = words;
  };

  close(): void {
    this.loading.abort();
    for (const stop of this.stops) stop();
  }

  /** Start a tool; returns what puts it away. */
  private change(tool: Tool | undefined): (() => void) | undefined {
    return untracked(() => {
      if (!tool) return undefined;
      this.running = tool.start(this);
      void this.load();
      return () => this.putAway();
    });
  }

  private putAway(): void {
    this.running?.stop();
    this.running = null;
    hint.value = null;
    discard();
    this.map.sketch("snap", EMPTY);
  }

  /** After an edit; a colleague's leaves what is drawn here as it is. */
  private renew(): void {
    if (proposal.peek()?.state === "refused") discard();
    if (!proposal.peek()) {
      this.running?.reset?.();
      this.map.sketch("snap", EMPTY);
    }
    void this.load();
  }

  /** What was drawn on the land of one plan is nothing on that of another. */
  private changeLand(): void {
    this.land = null;
    this.running?.reset?.();
    void this.load();
  }

  /** Whether the land in view is there to snap to; the pointer shows it, and who looks on can wait for it. */
  private sayLand(state: "reading" | "ready"): void {
    this.map.container.dataset.land = state;
  }

  private async load(): Promise<void> {
    this.loading.abort();
    this.loading = new AbortController();
    const name = plan.peek()?.name;
    const ahead = isDraft.peek() ? AHEAD_FROM_ZOOM : Number.POSITIVE_INFINITY;
    if (!name || this.map.zoom() < (openTool.peek() ? LAND_FROM_ZOOM : ahead)) return;
    this.sayLand("reading");
    const found = await landOf(this.map, name, this.loading.signal);
    if (!found) return;
    this.land = new Ground(found.features);
    this.sayLand("ready");
    this.running?.grounded?.();
  }
}

async function landOf(map: MapView, name: string, signal: AbortSignal): Promise<Grids | null> {
  try {
    return await listGrids(name, { bbox: map.bounds(), limit: MOST_GRIDS, as_of: asOf.peek(), signal });
  } catch (error) {
    if (signal.aborted || error instanceof Unreachable || error instanceof Refusal) return null;
    throw error;
  }
}
