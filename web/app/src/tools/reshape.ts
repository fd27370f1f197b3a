// Reshape: grab a border and pull it, or draw a line over it.

import { gridsBeside } from "../map/aim";
import { pulling } from "./pulling";
import { sketching } from "./sketching";
import type { Running, Tool } from "./tool";

export const reshape: Tool = {
  id: "reshape",
  shortcut: "r",
  writes: true,
  start(bench): Running {
    let drawing = false;
    const sketched = sketching(bench, {
      shape: "line",
      hints: { start: "hint.reshape.start", drawing: "hint.line.drawing", done: "hint.line.done" },
      edit(positions, { ground }) {
        drawing = true;
        const land = ground();
        const codes = land ? gridsBeside(land, positions) : [];
        if (codes.length < 2) return null;
        return { verb: "reshape", codes, line: { type: "LineString", coordinates: positions } };
      },
    });
    const stopPulling = pulling(bench, () => drawing);
    return {
      key: (key) => sketched.key?.(key) ?? false,
      grounded: () => sketched.grounded?.(),
      reset() {
        drawing = false;
        sketched.reset?.();
      },
      stop() {
        stopPulling();
        sketched.stop();
      },
    };
  },
};
