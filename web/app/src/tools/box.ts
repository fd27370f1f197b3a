// Box: drag, or click two corners; what lies in the box is listed, and can be merged, filtered or exported.

import { signal } from "@preact/signals";
import type { Position } from "geojson";
import type { Bounds } from "../api";
import type { Pointed } from "../map/engine";
import { boundsOf } from "../map/planar";
import { boxFeature, type Tool } from "./tool";

/** The box that was drawn last with the tool. */
export const drawnBox = signal<Bounds | null>(null);

const DRAG_PX = 5;

export const box: Tool = {
  id: "box",
  shortcut: "b",
  writes: false,
  start(bench) {
    let corner: Position | null = null;
    /** By where the corner is now: the arrow keys move the map under the pointer. */
    const far = ({ pixel: [x, y] }: Pointed) => {
      if (!corner) return false;
      const [left, top] = bench.map.project(corner);
      return Math.hypot(x - left, y - top) > DRAG_PX;
    };
    const reset = () => {
      corner = null;
      bench.say("hint.box.start");
    };
    const finish = ({ at }: Pointed) => {
      if (corner) drawnBox.value = boundsOf([corner, at]);
      reset();
    };
    reset();
    bench.map.cursor("crosshair");
    bench.map.draggable(false);
    const offs = [
      bench.map.on("press", (pointed) => {
        if (corner) return;
        corner = pointed.at;
        bench.say("hint.box.drawing");
      }),
      bench.map.on("point", ({ at }) => {
        if (corner) bench.map.sketch("area", boxFeature(boundsOf([corner, at])));
      }),
      bench.map.on("release", (pointed) => {
        if (far(pointed)) finish(pointed);
      }),
    ];
    return {
      reset,
      stop() {
        for (const off of offs) off();
        bench.map.draggable(true);
        bench.map.cursor("");
      },
    };
  },
};
