import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { GapProperties, Plan, Summary } from "../../src/api";
import { mapDrawn } from "../../src/state/first_map";
import { known } from "../../src/state/loading";
import { decided, gaps, loadAbout, plan, summary } from "../../src/state/plans";
import { decide, decidedIn, isDecidedHere, renewAbout } from "../../src/state/renewing";
import { type Answer, answered, held, read, refused } from "./faked";

beforeEach(() => {
  vi.stubGlobal("window", { setTimeout: (act: () => void, ms: number) => setTimeout(act, ms) });
  mapDrawn();
});
afterEach(() => void vi.unstubAllGlobals());

const figures = (name: string, since: number | null = null) =>
  ({ revision: 1, since, communities: [{ code: "c1", name }], streets: [], total: {} }) as unknown as Summary;
const gap = (name: string, severity: number) => ({ gap_id: `${name}-gap`, community_code: "c1", severity });

/** Every plan has one gap, named as the plan is. */
const serving =
  (touched: () => Answer | Promise<Answer>, severity: () => number = () => 1) =>
  (address: string): Answer | Promise<Answer> => {
    const name = /plans\/(\w+)/.exec(address)?.[1] ?? "";
    if (address.includes("/summary?since=")) return touched();
    if (address.includes("/summary")) return { body: { ...figures(name) } };
    if (address.includes("/gaps")) return { body: { items: [gap(name, severity())], next: null } };
    return { body: { items: [], next: null } };
  };

const opened = async (name: string) => {
  plan.value = { name } as Plan;
  loadAbout(name);
  await read();
};

it("what was touched in one plan is not put among the gaps of another that was opened meanwhile", async () => {
  const late = held<Answer>();
  const asked = answered(serving(() => late.given));
  await opened("one");
  const renewed = renewAbout("one", ["c1"]);
  await opened("two");
  const before = asked.length;
  late.give({ body: { ...figures("one", 1) } });
  await renewed;
  await read();
  expect(asked.slice(before)).toEqual([]);
  expect(known(gaps.now.value)?.map((each) => each.gap_id)).toEqual(["two-gap"]);
  expect(known(summary.now.value)?.communities[0]?.name).toBe("two");
});

it("a decision on a gap reads its community again, and gives the tiles another address", async () => {
  let severity = 1;
  const asked = answered(
    serving(
      () => ({ body: { ...figures("three", 1), communities: [] } }),
      () => severity,
    ),
  );
  await opened("three");
  const [before, tiles] = [asked.length, decided.value];
  severity = 7;
  decidedIn("three", ["c1", "c1"]);
  await read();
  expect(asked.slice(before).filter((each) => each.includes("/gaps"))).toHaveLength(1);
  expect(asked.at(-1)).toContain("community=c1");
  expect([known(gaps.now.value)?.[0]?.severity, decided.value]).toEqual([7, tiles + 1]);
});

it("a decision that the feed tells of before its answer is here leaves no mark on a later one", async () => {
  const late = held<Answer>();
  answered(() => late.given);
  const deciding = decide("four", gap("four", 1) as unknown as GapProperties, { state: "open" });
  expect(isDecidedHere("four-gap")).toBe(true);
  late.give({ body: gap("four", 1) });
  await deciding;
  expect(isDecidedHere("four-gap")).toBe(false);
});

it("a decision that was refused, or not answered, is not one of this page", async () => {
  for (const answer of [refused(409, "gap_closed"), "cut" as const]) {
    answered(() => answer);
    await expect(decide("five", gap("five", 1) as unknown as GapProperties, { state: "open" })).rejects.toThrow();
    expect(isDecidedHere("five-gap")).toBe(false);
  }
});
