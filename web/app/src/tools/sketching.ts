// Tools that draw: a line or an area, tried at every pause, finished by a double click or Enter.

import type { Position } from "geojson";
import type { Edit } from "../api";
import { discard, proposal, propose } from "../edits/door";
import { type Drawing, startDrawing } from "../map/drawing";
import type { WordKey } from "../words";
import { type Bench, EMPTY, lineFeature, paused, type Running, withoutRepeats } from "./tool";

export interface Sketched {
  shape: "line" | "area";
  /** The edit that a shape means; null while it means none, or while the exact land is not there. */
  edit(positions: Position[], bench: Bench): Edit | null;
  hints: { start: WordKey; drawing: WordKey; done: WordKey };
}

const FEWEST = { line: 2, area: 4 } as const;

/** Run a drawing tool. */
export const sketching = (bench: Bench, how: Sketched): Running => new Sketching(bench, how);

class Sketching implements Running {
  private readonly bench: Bench;
  private readonly how: Sketched;
  private drawing: Drawing | null = null;
  private stopped = false;
  /** The shape under way, the place under the pointer included. */
  private latest: Position[] = [];
  /** A finished shape, kept until the exact land can be read, as when the server does not answer. */
  private waiting: Position[] | null = null;
  private readonly consider = paused(async (positions: Position[]) => {
    const edit = this.how.edit(positions, this.bench);
    if (edit) await propose(edit, { unfinished: true });
  });

  constructor(bench: Bench, how: Sketched) {
    this.bench = bench;
    this.how = how;
    bench.say(how.hints.start);
    const handlers = {
      snap: (at: Position) => bench.snap(at)?.at ?? null,
      changed: (drawn: Position[]) => this.changed(withoutRepeats(drawn)),
      finished: (drawn: Position[]) => this.finished(withoutRepeats(drawn)),
    };
    void startDrawing(bench.map, how.shape, handlers).then((started) => {
      this.drawing = started;
      if (this.stopped) started.stop();
    });
  }

  reset(): void {
    this.latest = [];
    this.waiting = null;
    this.consider.cancel();
    this.drawing?.clear();
    this.bench.map.sketch("border", EMPTY);
    this.bench.map.sketch("snap", EMPTY);
    this.bench.say(this.how.hints.start);
  }

  grounded(): void {
    if (this.waiting) this.offer(this.waiting);
  }

  key(key: string): boolean {
    if (key === "Enter" && this.latest.length > 1) {
      this.finished(this.latest);
      return true;
    }
    if (key !== "Backspace" && key !== "Delete") return false;
    if (proposal.peek()) discard();
    this.reset();
    return true;
  }

  stop(): void {
    this.stopped = true;
    this.consider.cancel();
    this.drawing?.stop();
    this.bench.map.sketch("border", EMPTY);
  }

  private changed(positions: Position[]): void {
    this.latest = positions;
    this.bench.say(this.how.hints.drawing);
    this.bench.map.sketch("border", EMPTY);
    if (positions.length >= FEWEST[this.how.shape]) this.consider(positions);
  }

  private finished(positions: Position[]): void {
    this.consider.cancel();
    this.latest = [];
    this.bench.map.sketch("border", lineFeature(positions));
    this.drawing?.clear();
    this.bench.map.sketch("snap", EMPTY);
    this.bench.say(this.how.hints.done);
    this.offer(positions);
  }

  private offer(positions: Position[]): void {
    const edit = this.how.edit(positions, this.bench);
    this.waiting = edit ? null : positions;
    if (edit) void propose(edit);
  }
}
