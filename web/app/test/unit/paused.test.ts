import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { paused } from "../../src/tools/tool";

describe("what is tried while the pointer moves", () => {
  let ends: (() => void)[] = [];
  const asked: number[] = [];
  const act = (what: number) => {
    asked.push(what);
    return new Promise<void>((done) => void ends.push(done));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    ends = [];
    asked.length = 0;
  });
  afterEach(() => void vi.useRealTimers());

  it("is the latest place, once the pointer rests", () => {
    const consider = paused(act);
    for (const place of [1, 2, 3]) {
      consider(place);
      vi.advanceTimersByTime(16);
    }
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(asked).toEqual([3]);
  });

  it("waits for the answer before it, and skips what was overtaken meanwhile", async () => {
    const consider = paused(act);
    for (const place of [1, 2, 3]) {
      consider(place);
      vi.advanceTimersByTime(100);
    }
    expect(asked).toEqual([1]);
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([1, 3]);
    ends[1]?.();
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual([1, 3]);
  });

  it("is nothing any more where the gesture ended", async () => {
    const consider = paused(act);
    consider(1);
    vi.advanceTimersByTime(100);
    consider(2);
    consider.cancel();
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual([1]);
  });
});
