// How long something still takes, told from what is done of it: nothing for the first seconds, nor where nobody counts.

import { t } from "../words";

/** How things stand: at a moment in milliseconds, so many parts of a step are done. */
export interface Standing {
  step: string;
  at: number;
  done: number;
  total: number;
}

const WATCHED_MS = 5_000;

/** Where to measure from: the beginning of the step that is going on, as far as it was watched. */
export const watchedSince = (since: Standing | null, now: Standing): Standing =>
  since?.step === now.step && since.total === now.total && since.done <= now.done ? since : now;

/** How many seconds the parts that are left take, at the pace since a moment; null where that can't be told yet. */
export function secondsLeft(since: Standing, { at, done, total }: Standing): number | null {
  const [waited, made] = [at - since.at, done - since.done];
  if (waited < WATCHED_MS || made <= 0 || done >= total) return null;
  return ((waited / made) * (total - done)) / 1000;
}

/** The same in words, no finer than it is known. */
export function timeLeft(seconds: number): string {
  if (seconds < 10) return t("left.soon");
  if (seconds < 60) return t("left.seconds", { count: 10 * Math.ceil(seconds / 10) });
  return t("left.minutes", { count: Math.ceil(seconds / 60) });
}
