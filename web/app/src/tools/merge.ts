// Merge: click neighbours; the first one clicked keeps its code.

import { signal } from "@preact/signals";
import { discard, propose } from "../edits/door";
import { selectedCode } from "../state/view";
import type { Tool } from "./tool";

/** Grids that the tool shall begin with, as those of a box. */
export const mergeFirst = signal<readonly string[]>([]);

export const merge: Tool = {
  id: "merge",
  shortcut: "m",
  writes: true,
  start(bench) {
    let chosen: string[] = [];
    const show = () => {
      bench.map.mark("grids", "group", chosen);
      bench.say(chosen.length === 0 ? "hint.merge.start" : chosen.length === 1 ? "hint.merge.more" : "hint.merge.done");
      const [keep] = chosen;
      if (keep && chosen.length > 1) void propose({ verb: "merge", codes: chosen, keep });
      else discard();
    };
    const toggle = (code: string | null) => {
      if (!code) return;
      chosen = chosen.includes(code) ? chosen.filter((each) => each !== code) : [...chosen, code];
      show();
    };
    const reset = () => {
      chosen = [];
      show();
    };
    const already = selectedCode.peek();
    const given = mergeFirst.peek();
    mergeFirst.value = [];
    chosen = given.length ? [...given] : already ? [already] : [];
    show();
    bench.map.cursor("cell");
    const off = bench.map.on("click", ({ code }) => toggle(code));
    return {
      reset,
      stop() {
        off();
        bench.map.mark("grids", "group", []);
        bench.map.cursor("");
      },
    };
  },
};
