// What comes from the server: loading, there, or failed; the latest request wins. What is there is of what was asked for
// last: of another plan or grid it never stays, not even where nothing can be read in its place.

import { effect, type Signal, signal, untracked } from "@preact/signals";
import { NOT_SIGNED_IN, Refusal, Unreachable } from "../api";
import { answering } from "./connection";

export type Loaded<Value> =
  | { state: "empty" }
  | { state: "loading"; value?: Value }
  | { state: "ready"; value: Value }
  | { state: "failed"; error: Refusal | Unreachable; value?: Value };

export interface Resource<Value, Wanted> {
  readonly now: Signal<Loaded<Value>>;
  /** Load anew; what was there of the same stays readable meanwhile. */
  load(wanted: Wanted): Promise<void>;
  /** Load what has changed of what is there, in another way; it stays where that fails. */
  amend(ask: (value: Value, signal: AbortSignal) => Promise<Value>): Promise<void>;
  clear(): void;
}

/** `partly`: told of what comes in parts, to show it where nothing is known yet. */
type Ask<Value, Wanted> = (wanted: Wanted, signal: AbortSignal, partly: (value: Value) => void) => Promise<Value>;

const GONE = 404;

/** Whether an error will pass by itself, once the server answers and knows us again. */
export const passes = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refusal && error.problem.code === NOT_SIGNED_IN);

/** Make one. `view` names what else than what is wanted makes it another value, such as an old revision. */
export function resource<Value, Wanted>(
  ask: Ask<Value, Wanted>,
  view: () => unknown = () => null,
): Resource<Value, Wanted> {
  const now = signal<Loaded<Value>>({ state: "empty" });
  let running = new AbortController();
  let key = "";
  let again: () => void = () => {};
  const stopped = () => {
    running.abort();
    running = new AbortController();
    return running.signal;
  };
  const kept = () => {
    const value = known(now.peek());
    return value === undefined ? {} : { value };
  };
  const settle = async (mine: AbortSignal, asked: Promise<Value>) => {
    try {
      const value = await asked;
      if (!mine.aborted) now.value = { state: "ready", value };
    } catch (error) {
      if (mine.aborted) return;
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      const gone = error instanceof Refusal && error.problem.status === GONE;
      now.value = { state: "failed", error, ...(gone ? {} : kept()) };
    }
  };
  const load = async (wanted: Wanted) => {
    const mine = stopped();
    const before = key;
    key = JSON.stringify([wanted ?? null, view() ?? null]);
    again = () => void load(wanted);
    now.value = { state: "loading", ...(key === before ? kept() : {}) };
    const first = !("value" in now.peek());
    const partly = (value: Value) => {
      if (first && !mine.aborted) now.value = { state: "loading", value };
    };
    await settle(mine, ask(wanted, mine, partly));
  };
  effect(() => {
    if (!answering.value) return;
    const before = untracked(() => now.value);
    if (before.state === "failed" && passes(before.error)) untracked(again);
  });
  return {
    now,
    load,
    async amend(askAgain) {
      const before = known(now.peek());
      if (before === undefined) throw new Error("nothing is there to amend");
      await settle(stopped(), askAgain(before, running.signal));
    },
    clear() {
      stopped();
      now.value = { state: "empty" };
    },
  };
}

export const known = <Value>(loaded: Loaded<Value>): Value | undefined =>
  "value" in loaded ? loaded.value : undefined;
