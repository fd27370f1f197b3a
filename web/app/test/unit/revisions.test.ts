import { describe, expect, it } from "vitest";
import type { GridDetail, LogEntry, Outcome } from "../../src/api";
import { versions } from "../../src/panels/conflict";
import { beside } from "../../src/panels/revision_bar";

const log = (...revisions: number[]) => revisions.map((revision) => ({ revision }) as LogEntry);

describe("old revisions", () => {
  it("lead to the ones beside them, in whatever order the log comes", () => {
    expect(beside(log(15, 14, 12), 14)).toEqual({ before: 12, after: 15 });
    expect(beside(log(12, 14, 15), 15)).toEqual({ before: 14 });
    expect(beside(log(12, 14), 13)).toEqual({ before: 12, after: 14 });
  });
});

describe("a conflict", () => {
  it("has a row for every grid that either version changes", () => {
    const theirs = [{ properties: { code: "a", households: 3 } }] as unknown as GridDetail[];
    const mine = {
      metrics: [
        { code: "a", after: { households: 5 } },
        { code: "b", after: null },
      ],
    } as unknown as Outcome;
    expect(
      versions(theirs, mine).map(({ code, theirs: one, mine: other }) => [code, one?.households, other?.households]),
    ).toEqual([
      ["a", 3, 5],
      ["b", undefined, undefined],
    ]);
  });
});
