import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FeedEvent } from "../../src/api";
import { follow, signedOut } from "../../src/state/connection";
import { type Answer, answered, held, refused } from "./faked";

const listeners = new Map<string, () => void>();
const listening = {
  addEventListener: (type: string, listener: () => void) => void listeners.set(type, listener),
  removeEventListener: (type: string) => void listeners.delete(type),
};
let stop = () => {};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", {
    ...listening,
    setTimeout: (act: () => void, ms: number) => setTimeout(act, ms),
    clearTimeout: (timer: number) => clearTimeout(timer),
  });
  vi.stubGlobal("document", { ...listening, hidden: false });
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const page = (latest: number, ...items: Partial<FeedEvent>[]) => ({ body: { items, latest, next: null } });

it("asks once every three seconds, however often windows are switched", async () => {
  const asked = answered(() => page(1));
  stop = follow(() => {});
  for (let switched = 0; switched < 8; switched += 1) {
    listeners.get("visibilitychange")?.();
    listeners.get("online")?.();
    await vi.advanceTimersByTimeAsync(10);
  }
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(11_000);
  expect(asked.length - before).toBe(3);
});

it("tells nothing twice where an older answer comes last", async () => {
  const late = held<Answer>();
  const answers: (Answer | Promise<Answer>)[] = [page(1), late.given, page(3, { seq: 2 }, { seq: 3 }), page(3)];
  const asked = answered(() => answers.shift() ?? page(3));
  const heard: number[] = [];
  stop = follow((events) => void heard.push(...events.map((each) => each.seq)));
  await vi.advanceTimersByTimeAsync(3_000);
  listeners.get("visibilitychange")?.();
  await vi.advanceTimersByTimeAsync(10);
  late.give(page(2, { seq: 2 }));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(heard).toEqual([2, 3]);
  expect(asked.at(-1)).toBe("GET /api/changes?since=3");
});

it("asks no more once the session has ended, and goes on where it was when somebody is signed in again", async () => {
  let answer: Answer = page(7);
  const asked = answered(() => answer);
  stop = follow(() => {});
  await vi.advanceTimersByTimeAsync(10);
  answer = refused(401, "not_signed_in");
  await vi.advanceTimersByTimeAsync(20_000);
  expect([asked.length, signedOut.value]).toEqual([2, true]);
  answer = page(8);
  signedOut.value = false;
  await vi.advanceTimersByTimeAsync(3_500);
  expect(asked.slice(2)).toEqual(["GET /api/changes?since=7", "GET /api/changes?since=8"]);
});
