// Whether the server answers, and what colleagues changed since: one poll of the feed does both.

import { signal } from "@preact/signals";
import { type FeedEvent, listChanges, onContact, Unreachable } from "../api";

export const online = signal(true);

const EVERY_MS = 3_000;
const HIDDEN_MS = 30_000;

onContact((reachable) => {
  online.value = reachable;
});

/** Follow the feed from now on; returns what stops it. */
export function follow(heard: (events: FeedEvent[]) => void): () => void {
  let seen: number | undefined;
  let timer = 0;
  let stopped = false;
  const look = async () => {
    try {
      const page = await listChanges(seen);
      if (seen !== undefined && page.items.length) heard(page.items);
      seen = page.latest;
    } catch (error) {
      if (!(error instanceof Unreachable)) console.warn(error);
    }
    if (!stopped) timer = window.setTimeout(look, document.hidden ? HIDDEN_MS : EVERY_MS);
  };
  const now = () => {
    window.clearTimeout(timer);
    void look();
  };
  const shown = () => !document.hidden && now();
  document.addEventListener("visibilitychange", shown);
  window.addEventListener("online", now);
  void look();
  return () => {
    stopped = true;
    window.clearTimeout(timer);
    document.removeEventListener("visibilitychange", shown);
    window.removeEventListener("online", now);
  };
}
