// How a plan's figures went over its revisions: a few of them are read, evenly spaced, the latest always.

import { signal } from "@preact/signals";
import { type Ledger, type LogEntry, readSummary, type Summary } from "../api";

export interface Step {
  revision: number;
  at: string;
  gaps: Record<Ledger, number>;
}

const MOST_STEPS = 6;
/** A larger plan takes its server too long to add up again and again for a line in a tile. */
const MOST_GRIDS = 5_000;

export const trend = signal<Step[]>([]);
let reading = new AbortController();

/** Evenly spaced items of a list, the first and the last among them. */
export function sampled<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, row) => items[Math.round((row * (items.length - 1)) / (most - 1))] as Item);
}

/** Read the trend of a plan, from the log of what was done to it; what the server has counted itself is taken. */
export async function readTrend(name: string, now: Summary, log: readonly LogEntry[]): Promise<void> {
  reading.abort();
  reading = new AbortController();
  const mine = reading.signal;
  if (now.trend) {
    trend.value = now.trend;
    return;
  }
  trend.value = [];
  if (now.total.grids > MOST_GRIDS) return;
  const past = log.filter((entry) => entry.revision < now.revision).sort((one, two) => one.revision - two.revision);
  const steps: Step[] = [];
  for (const entry of sampled(past, MOST_STEPS - 1)) {
    const then = await readSummary(name, entry.revision).catch(() => null);
    if (mine.aborted) return;
    if (then) steps.push({ revision: entry.revision, at: entry.at, gaps: then.total.gaps });
  }
  trend.value = [...steps, { revision: now.revision, at: "", gaps: now.total.gaps }];
}
