// Measure: click along a way; its length, and the area that it goes round, are read in the hint.

import { signal } from "@preact/signals";
import type { Position } from "geojson";
import { areaOf, lengthOf } from "../map/planar";
import { EMPTY, lineFeature, type Tool } from "./tool";

export const measured = signal<{ length_m: number; area_m2: number | null } | null>(null);

export const measure: Tool = {
  id: "measure",
  shortcut: "d",
  writes: false,
  start(bench) {
    let places: Position[] = [];
    const show = (further: Position[]) => {
      const line = [...places, ...further];
      bench.map.sketch("measure", line.length > 1 ? lineFeature(line) : EMPTY);
      measured.value =
        line.length > 1 ? { length_m: lengthOf(line), area_m2: line.length > 2 ? areaOf(line) : null } : null;
    };
    const reset = () => {
      places = [];
      show([]);
      bench.say("hint.measure.start");
    };
    reset();
    bench.map.cursor("crosshair");
    const offs = [
      bench.map.on("click", ({ at }) => {
        places = [...places, bench.snap(at)?.at ?? at];
        show([]);
      }),
      bench.map.on("point", ({ at }) => places.length && show([bench.snap(at)?.at ?? at])),
    ];
    return {
      reset,
      stop() {
        for (const off of offs) off();
        measured.value = null;
        bench.map.sketch("measure", EMPTY);
        bench.map.cursor("");
      },
    };
  },
};
