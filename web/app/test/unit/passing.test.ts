import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { passing } from "../../src/panels/passing";

describe("what is told in passing", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is put away after a while", () => {
    const line = signal<string | null>("one");
    passing(line, "one", null);
    vi.advanceTimersByTime(1_000);
    expect(line.value).toBe("one");
    vi.runAllTimers();
    expect(line.value).toBe(null);
  });

  it("stays where it is told in the moment in which what was told before is put away", () => {
    const line = signal<string | null>("one");
    passing(line, "one", null);
    line.value = "other";
    vi.runAllTimers();
    expect(line.value).toBe("other");
  });
});
