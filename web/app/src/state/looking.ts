// Looking for what somebody types: once a text, a little after it stopped changing, or at once for who can't wait.

const PAUSE_MS = 180;

export interface Looking {
  /** Look at once; where that is under way, its answer is waited for. */
  now(): void;
  /** Look no more; an answer that is still to come is told to nobody. */
  stop(): void;
}

/** Look in a little while, and tell what was found. */
export function look<Found>(ask: (signal: AbortSignal) => Promise<Found>, tell: (found: Found) => void): Looking {
  let asking: AbortController | null = null;
  const now = async () => {
    window.clearTimeout(timer);
    if (asking) return;
    const mine = new AbortController();
    asking = mine;
    try {
      const found = await ask(mine.signal);
      if (!mine.signal.aborted) tell(found);
    } finally {
      if (asking === mine) asking = null;
    }
  };
  const timer = window.setTimeout(() => void now(), PAUSE_MS);
  return {
    now: () => void now(),
    stop: () => {
      window.clearTimeout(timer);
      asking?.abort();
      asking = null;
    },
  };
}
