import { describe, expect, it } from "vitest";
import { type Standing, secondsLeft, timeLeft, watchedSince } from "../../src/parts/remaining";

const standing = (at: number, done: number, part: Partial<Standing> = {}): Standing => ({
  step: "merge",
  at: 1000 * at,
  done,
  total: 100,
  ...part,
});

describe("how long a step still takes", () => {
  it("is told at the pace at which its parts were done since it was watched", () => {
    const since = standing(100, 20);
    expect(secondsLeft(since, standing(110, 40))).toBe(30);
    expect(secondsLeft(since, standing(106, 21))).toBe(474);
  });

  it("is not told in the first seconds, where nothing is counted, nor where nothing has been done", () => {
    const since = standing(0, 0);
    expect(secondsLeft(since, standing(4, 50))).toBeNull();
    expect(secondsLeft(since, standing(60, 0))).toBeNull();
    expect(secondsLeft({ ...since, total: 0 }, standing(60, 0, { total: 0 }))).toBeNull();
    expect(secondsLeft(since, standing(60, 100))).toBeNull();
  });

  it("is measured anew with each step, and where its parts are counted anew", () => {
    const since = standing(0, 10);
    expect(watchedSince(since, standing(9, 30))).toBe(since);
    for (const now of [standing(9, 30, { step: "gaps" }), standing(9, 30, { total: 70 }), standing(9, 5)])
      expect(watchedSince(since, now)).toBe(now);
    expect(watchedSince(null, since)).toBe(since);
  });

  it("is said no finer than it is known", () => {
    expect([3, 41, 61].map(timeLeft)).toEqual(["这一步快好了", "这一步约还要 50 秒", "这一步约还要 2 分钟"]);
  });
});
