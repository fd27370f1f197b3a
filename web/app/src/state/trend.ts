// How a plan's gaps went over its revisions.

import { signal } from "@preact/signals";
import { type AsOf, Refusal, readTrendOf, type TrendStep, Unreachable } from "../api";

export const trend = signal<TrendStep[]>([]);
let reading = new AbortController();

/** Read the trend of a plan up to a revision; where that can't be, there is none. */
export async function readTrend(name: string, as_of: AsOf): Promise<void> {
  reading.abort();
  reading = new AbortController();
  const mine = reading.signal;
  try {
    const steps = await readTrendOf(name, as_of, mine);
    if (!mine.aborted) trend.value = steps;
  } catch (error) {
    if (mine.aborted) return;
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    trend.value = [];
  }
}
