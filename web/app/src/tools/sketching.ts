// Tools that draw: a line or an area, tried at every pause, finished by a double click or Enter.

import type { Position } from "geojson";
import type { Edit } from "../api";
import { discard, proposal, propose } from "../edits/door";
import { type Drawing, startDrawing } from "../map/drawing";
import type { WordKey } from "../words";
import { type Bench, EMPTY, lineFeature, paused, type Running, withoutRepeats } from "./tool";

export interface Sketched {
  shape: "line" | "area";
  /** The edit that a shape means; null while it means none. */
  edit(positions: Position[], bench: Bench): Edit | null;
  hints: { start: WordKey; drawing: WordKey; done: WordKey };
}

/** Run a drawing tool. */
export function sketching(bench: Bench, how: Sketched): Running {
  let drawing: Drawing | null = null;
  let stopped = false;
  let latest: Position[] = [];
  let waiting: Position[] | null = null;
  const consider = paused((positions: Position[]) => {
    const edit = how.edit(positions, bench);
    if (edit) void propose(edit, { unfinished: true });
  });
  const handlers = {
    snap: (at: Position) => bench.snap(at)?.at ?? null,
    changed: (drawn: Position[]) => {
      const positions = withoutRepeats(drawn);
      latest = positions;
      bench.say(how.hints.drawing);
      bench.map.sketch("border", EMPTY);
      if (positions.length > (how.shape === "line" ? 1 : 3)) consider(positions);
    },
    finished: (drawn: Position[]) => {
      consider.cancel();
      const positions = withoutRepeats(drawn);
      const edit = how.edit(positions, bench);
      bench.map.sketch("border", lineFeature(positions));
      latest = [];
      drawing?.clear();
      bench.say(how.hints.done);
      // Without the exact land, as when the server does not answer, the shape is kept until it can be read.
      waiting = edit ? null : positions;
      if (edit) void propose(edit);
    },
  };
  bench.say(how.hints.start);
  void startDrawing(bench.map, how.shape, handlers).then((started) => {
    drawing = started;
    if (stopped) started.stop();
  });
  const reset = () => {
    latest = [];
    waiting = null;
    consider.cancel();
    drawing?.clear();
    bench.map.sketch("border", EMPTY);
    bench.say(how.hints.start);
  };
  return {
    reset,
    grounded() {
      const edit = waiting && how.edit(waiting, bench);
      if (!edit) return;
      waiting = null;
      void propose(edit);
    },
    key(key) {
      if (key === "Enter" && latest.length > 1) {
        handlers.finished(latest);
        return true;
      }
      if (key !== "Backspace" && key !== "Delete") return false;
      if (proposal.peek()) discard();
      reset();
      return true;
    },
    stop() {
      stopped = true;
      consider.cancel();
      drawing?.stop();
      bench.map.sketch("border", EMPTY);
    },
  };
}
