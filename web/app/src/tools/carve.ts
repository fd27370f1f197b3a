// Carve: draw an area, which becomes a grid of its own.

import { signal } from "@preact/signals";
import { sketching } from "./sketching";
import type { Tool } from "./tool";

/** What the new grid shall be called; asked for beside the consequences. */
export const carvedName = signal("");

export const carve: Tool = {
  id: "carve",
  shortcut: "c",
  writes: true,
  start: (bench) =>
    sketching(bench, {
      shape: "area",
      hints: { start: "hint.carve.start", drawing: "hint.carve.drawing", done: "hint.line.done" },
      edit(positions) {
        const first = positions[0];
        const last = positions.at(-1);
        const closed =
          first && last && (first[0] !== last[0] || first[1] !== last[1]) ? [...positions, first] : positions;
        if (closed.length < 4) return null;
        return { verb: "carve", polygon: { type: "Polygon", coordinates: [closed] }, name: carvedName.peek() || null };
      },
    }),
};
