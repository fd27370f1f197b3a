import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { look } from "../../src/state/looking";
import { held } from "./faked";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", { setTimeout, clearTimeout });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const asking = () => {
  const answer = held<string>();
  const [asked, told]: [AbortSignal[], string[]] = [[], []];
  const ask = (signal: AbortSignal) => {
    asked.push(signal);
    return answer.given;
  };
  return { asked, told, give: answer.give, looking: look(ask, (found) => void told.push(found)) };
};
const passed = () => vi.advanceTimersByTimeAsync(1_000);

it("who can't wait is answered at once, and the server is asked once", async () => {
  const { asked, told, give, looking } = asking();
  looking.now();
  expect(asked).toHaveLength(1);
  await passed();
  looking.now();
  give("a street");
  await passed();
  expect([asked.length, told]).toEqual([1, ["a street"]]);
});

it("what was looked for is looked for again by who asks again", async () => {
  const { asked, told, give, looking } = asking();
  give("a street");
  await passed();
  looking.now();
  await passed();
  expect([asked.length, told.length]).toEqual([2, 2]);
});

it("nobody is told of an answer that comes after the end", async () => {
  const { asked, told, give, looking } = asking();
  await passed();
  looking.stop();
  give("a street");
  await passed();
  expect([asked[0]?.aborted, told]).toEqual([true, []]);
});

it("what was stopped in time is never asked for", async () => {
  const { asked, looking } = asking();
  looking.stop();
  await passed();
  expect(asked).toEqual([]);
});
