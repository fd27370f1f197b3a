// What is put together of what was here and what an edit touched is what would be read anew.

import { expect, test } from "vitest";
import type { GapProperties, Summary } from "../../src/api";
import { allIn } from "../../src/state/gaps";
import { withGapsOf, withPage, withTouched } from "../../src/state/touched";

const gap = (gap_id: string, community_code: string, severity: number) =>
  ({ gap_id, community_code, severity, ledger: "unserved" }) as GapProperties;
const ids = (gaps: readonly GapProperties[]) => gaps.map((each) => each.gap_id);
const worstFirst = (gaps: readonly GapProperties[]) => [...gaps].sort((one, other) => other.severity - one.severity);

/** Numbers that look thrown, the same each time. */
function* thrown(seed: number): Generator<number> {
  for (let now = seed; ; now = (now * 48271) % 2147483647) yield now / 2147483647;
}

test("gaps of touched communities put into a list are the list read anew, however far it was read", () => {
  const dice = thrown(7);
  const roll = (sides: number) => Math.floor((dice.next().value as number) * sides);
  for (let round = 0; round < 200; round += 1) {
    const before = Array.from({ length: 40 }, (_, row) => gap(`g${row}`, `c${roll(5)}`, roll(8) * 10));
    const touched = new Set(["c1", "c3"]);
    const after = before
      .filter((each) => !touched.has(each.community_code ?? "") || roll(3) > 0)
      .map((each) => (touched.has(each.community_code ?? "") ? { ...each, severity: roll(8) * 10 } : each))
      .concat(Array.from({ length: roll(6) }, (_, row) => gap(`new${row}`, roll(2) ? "c1" : "c3", roll(8) * 10)));
    const fresh = worstFirst(after.filter((each) => touched.has(each.community_code ?? "")));
    expect(ids(withGapsOf(touched, worstFirst(before), fresh)).sort()).toEqual(ids(after).sort());

    const [read, cut] = [worstFirst(before).slice(0, 15), 15];
    const least = read.at(-1)?.severity ?? 0;
    const here = withGapsOf(touched, read, fresh, least);
    expect(here.map((each) => each.severity)).toEqual(worstFirst(here).map((each) => each.severity));
    const behind = worstFirst(before).slice(cut);
    const stillBehind = after.filter(
      (each) =>
        behind.some((other) => other.gap_id === each.gap_id && !touched.has(each.community_code ?? "")) ||
        (touched.has(each.community_code ?? "") && each.severity <= least),
    );
    const whole = withPage(here, worstFirst(stillBehind));
    expect(ids(whole).sort()).toEqual(ids(after).sort()); // none is missing, none is there twice
  }
});

test("figures of divisions not told stay, those told are put in their places, all are taken where all are told", () => {
  const tally = (code: string, grids: number) => ({ code, grids });
  const summary = (since: number | null, revision: number, total: number, communities: unknown[]) =>
    ({ since, revision, total: tally("", total), communities, streets: [tally("5301", total)] }) as unknown as Summary;
  const held = summary(null, 4, 9, [tally("530101", 4), tally("530102", 5)]);
  const told = summary(4, 5, 10, [tally("530102", 6)]);
  expect(withTouched(held, told)).toEqual({
    ...summary(4, 5, 10, [tally("530101", 4), tally("530102", 6)]),
    streets: [tally("5301", 10)],
  });
  const anew = summary(null, 6, 3, [tally("530103", 3)]);
  expect(withTouched(held, anew)).toBe(anew);
});

test("the gaps of communities are read to the end, of those that the filter lets through alone", async () => {
  const asked: string[] = [];
  const list = async ({ community, after }: { community?: string; after?: string }) => {
    asked.push(`${community} ${after ?? ""}`);
    return { items: [gap(`${community}${after}`, community ?? "", 1)], next: after ? null : "/gaps?after=50~7" };
  };
  expect(await allIn(["5301", "5302"], { community: "530" }, list)).toHaveLength(4);
  expect(asked).toEqual(["5301 ", "5301 50~7", "5302 ", "5302 50~7"]);
  expect(await allIn(["5401"], { community: "530" }, list)).toEqual([]);
});
