// What is told in passing is put away after a while.

import type { Signal } from "@preact/signals";

const SHOWN_MS = 7_000;

/** Put away what a line tells after a while; what was told meanwhile is another's to put away. Returns what stops it. */
export function passing<Told>(line: Signal<Told>, told: Told, nothing: Told): () => void {
  const timer = setTimeout(() => {
    if (line.peek() === told) line.value = nothing;
  }, SHOWN_MS);
  return () => clearTimeout(timer);
}
