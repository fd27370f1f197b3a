// Split: draw a line across a grid.

import { gridsUnder } from "../map/aim";
import { sketching } from "./sketching";
import type { Tool } from "./tool";

export const split: Tool = {
  id: "split",
  shortcut: "s",
  writes: true,
  start: (bench) =>
    sketching(bench, {
      shape: "line",
      hints: { start: "hint.split.start", drawing: "hint.line.drawing", done: "hint.line.done" },
      edit(positions, { ground }) {
        const land = ground();
        const code = land ? gridsUnder(land, positions)[0] : undefined;
        return code ? { verb: "split", code, line: { type: "LineString", coordinates: positions } } : null;
      },
    }),
};
