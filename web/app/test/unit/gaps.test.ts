// How many gaps the server counts of what is listed, where not all of them are here.

import { expect, test } from "vitest";
import type { Summary } from "../../src/api";
import { openInAll } from "../../src/state/gaps";
import { ledger } from "../../src/state/view";

const tally = (code: string, unserved: number) => ({ code, gaps: { unheld: 1, contested: 2, unserved } });
const summary = {
  total: tally("", 9000),
  streets: [tally("530102001", 4000)],
  communities: [tally("530102001001", 1500)],
  kinds: { no_branch: 70 },
} as unknown as Summary;
const all = { community: null, kind: null, bounds: null, state: null };

test("a ledger, a place and a kind have the server's counts, what it does not count has none", () => {
  ledger.value = "unserved";
  expect(openInAll(summary, all)).toBe(9000);
  expect(openInAll(summary, { ...all, community: "530102001" })).toBe(4000);
  expect(openInAll(summary, { ...all, community: "530102001001" })).toBe(1500);
  expect(openInAll(summary, { ...all, kind: "no_branch" })).toBe(70);
  expect(openInAll(summary, { ...all, kind: "no_branch", community: "530102001" })).toBeNull();
  expect(openInAll(summary, { ...all, bounds: [0, 0, 1, 1] })).toBeNull();
  expect(openInAll(undefined, all)).toBeNull();
});

test("where all ledgers are listed as one, what is in each is counted together", () => {
  ledger.value = null;
  expect(openInAll(summary, all)).toBe(9003);
  expect(openInAll(summary, { ...all, community: "530102001001" })).toBe(1503);
  expect(openInAll(summary, { ...all, kind: "no_branch" })).toBe(70);
});
