import { afterEach, expect, it } from "vitest";
import { calendarDay } from "../../src/words/figures";

const before = process.env.TZ;
afterEach(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

it.each([
  ["Asia/Shanghai", "2026-07-02"],
  ["UTC", "2026-07-01"],
  ["America/New_York", "2026-07-01"],
])("a day is that of the clock on the wall in %s", (zone, day) => {
  process.env.TZ = zone;
  expect(calendarDay(new Date("2026-07-01T23:30:00Z"))).toBe(day); // half past seven in the morning in Kunming
});
