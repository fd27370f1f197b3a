// What comes from the server: loading, there, or failed; the latest request wins.

import { type Signal, signal } from "@preact/signals";
import { Refusal, Unreachable } from "../api";

export type Loaded<Value> =
  | { state: "empty" }
  | { state: "loading"; value?: Value }
  | { state: "ready"; value: Value }
  | { state: "failed"; error: Refusal | Unreachable; value?: Value };

export interface Resource<Value, Wanted> {
  readonly now: Signal<Loaded<Value>>;
  /** Load anew; what was there stays readable meanwhile. */
  load(wanted: Wanted): Promise<void>;
  /** Load what has changed of what is there, in another way; it stays where that fails. */
  amend(ask: (value: Value, signal: AbortSignal) => Promise<Value>): Promise<void>;
  clear(): void;
}

/** `partly`: told of what comes in parts, to show it where nothing is known yet. */
type Ask<Value, Wanted> = (wanted: Wanted, signal: AbortSignal, partly: (value: Value) => void) => Promise<Value>;

export function resource<Value, Wanted>(ask: Ask<Value, Wanted>): Resource<Value, Wanted> {
  const now = signal<Loaded<Value>>({ state: "empty" });
  let running = new AbortController();
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
      now.value = { state: "failed", error, ...kept() };
    }
  };
  return {
    now,
    async load(wanted) {
      const mine = stopped();
      now.value = { state: "loading", ...kept() };
      const first = !("value" in now.peek());
      const partly = (value: Value) => {
        if (first && !mine.aborted) now.value = { state: "loading", value };
      };
      await settle(mine, ask(wanted, mine, partly));
    },
    async amend(askAgain) {
      const before = known(now.peek());
      if (before === undefined) throw new Error("nothing is there to amend");
      const mine = stopped();
      await settle(mine, askAgain(before, mine));
    },
    clear() {
      stopped();
      now.value = { state: "empty" };
    },
  };
}

export const known = <Value>(loaded: Loaded<Value>): Value | undefined =>
  "value" in loaded ? loaded.value : undefined;
