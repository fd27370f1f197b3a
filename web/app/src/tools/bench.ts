// The bench that tools work on: the exact land of the view, the snap ring, one tool at a time.

import { effect, signal, untracked } from "@preact/signals";
import type { Position } from "geojson";
import { type Grids, listGrids, Refusal, Unreachable } from "../api";
import { discard, landed, proposal } from "../edits/door";
import { prepareDrawing } from "../map/drawing";
import type { MapView } from "../map/engine";
import { Ground, type Snap } from "../map/ground";
import { online } from "../state/connection";
import { isDraft, plan } from "../state/plans";
import { TOOLS } from "./index";
import { metresOf } from "./pulling";
import { type Bench, EMPTY, hint, openTool, type Running } from "./tool";

/** Where the map was clicked last under a tool. */
export const lastClick = signal<Position | null>(null);

const SNAP_PX = 10;
const LAND_FROM_ZOOM = 13;
/** From here on the land is read before a tool asks for it. */
const AHEAD_FROM_ZOOM = 15;
const MOST_GRIDS = 600;

/** Set up the bench on a map; returns what takes it down. */
export function setUpBench(map: MapView): () => void {
  let ground: Ground | null = null;
  let loading = new AbortController();
  const bench: Bench = {
    map,
    ground: () => ground,
    snap: (at) => ring(bench, at),
    say: (words) => {
      hint.value = words;
    },
  };
  const load = async () => {
    loading.abort();
    loading = new AbortController();
    const name = plan.peek()?.name;
    const from = openTool.peek() ? LAND_FROM_ZOOM : isDraft.peek() ? AHEAD_FROM_ZOOM : Infinity;
    if (!name || map.zoom() < from) return;
    const found = await landOf(map, name, loading.signal);
    if (found) ground = new Ground(found.features);
    running?.grounded?.();
  };
  let running: Running | null = null;
  const change = effect(() => {
    const tool = TOOLS.find((each) => each.id === openTool.value);
    return untracked(() => {
      if (!tool) return;
      running = tool.start(bench);
      void load();
      return () => {
        running?.stop();
        running = null;
        hint.value = null;
        discard();
        map.sketch("snap", EMPTY);
      };
    });
  });
  const renew = effect(() => {
    if (landed.value > 0)
      untracked(() => {
        if (proposal.peek()?.state === "refused") discard();
        // A colleague's edit leaves what is drawn here as it is.
        if (!proposal.peek()) running?.reset?.();
        void load();
      });
  });
  const again = effect(() => {
    if (online.value) untracked(() => void load());
  });
  prepareDrawing();
  const off = map.on("settle", () => void load());
  const clicks = map.on("click", ({ at }) => {
    lastClick.value = at;
  });
  currentKey = (key) => running?.key?.(key) ?? false;
  currentReset = () => running?.reset?.();
  return () => {
    for (const stop of [change, renew, again, off, clicks]) stop();
    loading.abort();
  };
}

let currentKey: (key: string) => boolean = () => false;
let currentReset: () => void = () => {};

/** Give the open tool a key; true where it took it. */
export const giveKey = (key: string): boolean => currentKey(key);

/** Put away what the open tool has drawn and proposed. */
export function startOver(): void {
  discard();
  currentReset();
}

async function landOf(map: MapView, name: string, signal: AbortSignal): Promise<Grids | null> {
  try {
    return await listGrids(name, { bbox: map.bounds(), limit: MOST_GRIDS, signal });
  } catch (error) {
    if (signal.aborted || error instanceof Unreachable || error instanceof Refusal) return null;
    throw error;
  }
}

function ring(bench: Bench, at: Position): Snap | null {
  const snap = bench.ground()?.snap(at, metresOf(bench, at, SNAP_PX)) ?? null;
  const features = snap
    ? [
        {
          type: "Feature" as const,
          properties: { to: snap.to },
          geometry: { type: "Point" as const, coordinates: snap.at },
        },
      ]
    : [];
  bench.map.sketch("snap", { type: "FeatureCollection", features });
  return snap;
}
