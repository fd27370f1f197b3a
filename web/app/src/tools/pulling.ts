// Grab a border anywhere and pull: the place moves, the border stays where it was a little further along.

import type { Position } from "geojson";
import type { Edit } from "../api";
import { propose } from "../edits/door";
import type { Pointed } from "../map/engine";
import type { Snap } from "../map/ground";
import { lengthOf } from "../map/planar";
import { type Bench, lineFeature, paused } from "./tool";

const GRAB_PX = 9;
const DRAG_PX = 4;
/** How far along the border the pull reaches, as a multiple of how far it is pulled. */
const REACH = 1.6;
const MIN_REACH_PX = 24;

const pixels = (one: [number, number], other: [number, number]): number =>
  Math.hypot(one[0] - other[0], one[1] - other[1]);

/** How many metres some pixels are, at a place. */
export function metresOf(bench: Bench, at: Position, count: number): number {
  const [x, y] = bench.map.project(at);
  return lengthOf([bench.map.unproject([x, y]), bench.map.unproject([x + count, y])]);
}

/** The border under the pointer that may move, if there is one. */
export function movable(bench: Bench, { at }: Pointed): Snap | null {
  const ground = bench.ground();
  const snap = ground?.border(at, metresOf(bench, at, GRAB_PX));
  return snap && ground && !ground.isFixed(snap) && snap.codes.length === 2 ? snap : null;
}

/** The edit that a pull from a border to a place means. */
export function pulled(bench: Bench, grabbed: Snap, to: Position): Extract<Edit, { verb: "reshape" }> | null {
  const [one, other] = grabbed.codes;
  if (!one || !other) return null;
  const reach = Math.max(lengthOf([grabbed.at, to]) * REACH, metresOf(bench, grabbed.at, MIN_REACH_PX));
  const span = bench.ground()?.span(grabbed.at, one, other, reach);
  if (!span) return null;
  return { verb: "reshape", codes: [one, other], line: { type: "LineString", coordinates: [span[0], to, span[1]] } };
}

/** Let borders be pulled; returns what stops it. `busy` tells that another gesture has the pointer. */
export function pulling(bench: Bench, busy: () => boolean): () => void {
  let grabbed: { snap: Snap; from: [number, number]; moved: boolean } | null = null;
  const consider = paused((edit: Edit) => propose(edit));
  const offs = [
    bench.map.on("press", (pointed) => {
      const snap = busy() ? null : movable(bench, pointed);
      if (!snap) return;
      grabbed = { snap, from: pointed.pixel, moved: false };
      bench.map.draggable(false);
    }),
    bench.map.on("point", (pointed) => {
      if (!grabbed) return hover(bench, pointed, busy());
      grabbed.moved ||= pixels(grabbed.from, pointed.pixel) > DRAG_PX;
      if (!grabbed.moved) return;
      bench.map.cursor("grabbing");
      const edit = pulled(bench, grabbed.snap, pointed.at);
      if (!edit) return;
      bench.map.sketch("border", lineFeature(edit.line.coordinates));
      bench.say("hint.reshape.pulling");
      consider(edit);
    }),
    bench.map.on("release", (pointed) => {
      if (!grabbed) return;
      const { snap, moved } = grabbed;
      grabbed = null;
      bench.map.draggable(true);
      if (!moved) return;
      consider.cancel();
      const edit = pulled(bench, snap, pointed.at);
      if (edit) void propose(edit);
      bench.say("hint.line.done");
    }),
  ];
  return () => {
    consider.cancel();
    bench.map.draggable(true);
    for (const off of offs) off();
  };
}

function hover(bench: Bench, pointed: Pointed, busy: boolean): void {
  if (!busy) bench.map.cursor(movable(bench, pointed) ? "grab" : "crosshair");
}
