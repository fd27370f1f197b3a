// Whether the server answers and knows us, and what colleagues changed since: one poll of the feed does all of it.

import { computed, effect, signal, untracked } from "@preact/signals";
import { type FeedEvent, listChanges, onContact, onSignedOut, Refusal, Unreachable } from "../api";

export const online = signal(true);

/** Whether the server no longer knows who is at the page, as after the end of a session. */
export const signedOut = signal(false);

/** Whether there is somebody who answers what is asked for. */
export const answering = computed(() => online.value && !signedOut.value);

const EVERY_MS = 3_000;
const HIDDEN_MS = 30_000;

onContact((reachable) => {
  online.value = reachable;
});
onSignedOut(() => {
  signedOut.value = true;
});

/** Follow the feed from now on; returns what stops it. One question is under way at a time, the latest. */
export function follow(heard: (events: FeedEvent[]) => void): () => void {
  let seen: number | undefined;
  let timer = 0;
  let asking = new AbortController();
  const rest = () => {
    window.clearTimeout(timer);
    asking.abort();
  };
  const now = async () => {
    rest();
    asking = new AbortController();
    const mine = asking.signal;
    try {
      const page = await listChanges(seen, mine);
      if (mine.aborted) return;
      const before = seen;
      seen = page.latest;
      if (before !== undefined && page.items.length) heard(page.items);
    } catch (error) {
      if (!(mine.aborted || error instanceof Unreachable || error instanceof Refusal)) console.warn(error);
    }
    if (!mine.aborted && !signedOut.peek()) timer = window.setTimeout(now, document.hidden ? HIDDEN_MS : EVERY_MS);
  };
  const shown = () => void (!document.hidden && !signedOut.peek() && now());
  document.addEventListener("visibilitychange", shown);
  window.addEventListener("online", shown);
  const unfollow = effect(() => {
    if (signedOut.value) rest();
    else void untracked(now);
  });
  return () => {
    unfollow();
    rest();
    document.removeEventListener("visibilitychange", shown);
    window.removeEventListener("online", shown);
  };
}
