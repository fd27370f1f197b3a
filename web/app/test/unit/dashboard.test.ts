import { describe, expect, it } from "vitest";
import type { DivisionTally, GridDetail } from "../../src/api";
import { gapFilter, veilFilter } from "../../src/map/narrowing";
import { badness, worstFirst, written } from "../../src/panels/charts";
import { went } from "../../src/panels/dashboard";
import { served, since } from "../../src/panels/explain";
import { share } from "../../src/words/figures";

const NONE = { unheld: 0, contested: 0, unserved: 0 };
const tally = (code: string, part: Partial<DivisionTally>) =>
  ({ code, grids: 10, covered: 10, short: 0, unclaimed_m2: 0, gaps: NONE, ...part }) as DivisionTally;

describe("charts", () => {
  it("put the worst first by whatever is measured", () => {
    const all = [
      tally("a", { gaps: { ...NONE, unheld: 1 }, short: 9 }),
      tally("b", { gaps: { ...NONE, unheld: 1, unserved: 3 }, covered: 4 }),
      tally("c", { unclaimed_m2: 5 }),
    ];
    expect(worstFirst(all, "gaps").map(({ code }) => code)).toEqual(["b", "a", "c"]);
    expect(worstFirst(all, "short")[0]?.code).toBe("a");
    expect(worstFirst(all, "unclaimed")[0]?.code).toBe("c");
    expect(badness(tally("d", { covered: null }), "uncovered")).toBe(0);
  });
  it("say of what no table tells that it is not known, not that it is nothing", () => {
    expect(written(tally("d", { covered: null }), "uncovered")).toBe("—");
    expect(written(tally("d", { short: null }), "short")).toBe("—");
    expect(written(tally("d", { covered: 4 }), "uncovered")).toBe("6");
    expect([share(null, 10), share(0, 10)]).toEqual(["—", "0%"]);
  });
});

describe("filters of the page on the map", () => {
  it("leave open gaps of the kind and division, and dim the rest", () => {
    const text = JSON.stringify(gapFilter("unserved", { community: "530102001", kind: "no_branch" }));
    expect(text).toContain('"no_branch"');
    expect(text).toContain('0,9],"530102001"');
    expect(JSON.stringify(gapFilter("unserved", { community: null, kind: null }))).not.toContain("slice");
    expect(veilFilter(null)).toEqual(["literal", false]);
  });
});

describe("an explanation", () => {
  const detail = (part: object) =>
    ({ history: [], duty: [], branch: null, properties: { modified: 3 }, ...part }) as unknown as GridDetail;

  it("says that a grid has no head before who else serves it", () => {
    const text = served(detail({ duty: [{ post: "cleaner", name: "李示例", phone: null }] }));
    expect(text).toMatch(/^没有网格长、保洁员 李示例/);
  });

  it("says that it is not known who serves a grid where no roster says so", () => {
    expect(served(detail({ posts: [{ post: "grid_head", held: null }] }))).toBe("没有岗位表，不知道");
    expect(served(detail({ posts: [{ post: "grid_head", held: 0 }] }))).toBe("没有网格长");
  });

  it("says since which edit the grid is as it is", () => {
    const entry = { revision: 3, at: "2026-01-02T03:04:00Z", by: "王规划", verb: "merge", codes: ["530102001001004"] };
    expect(since(detail({ history: [{ ...entry, revision: 2, by: "别人" }, entry] }))).toContain("王规划 合并 004");
    expect(since(detail({}))).toContain("3");
  });
});

it("a trend is said in words too", () => {
  const at = new Date(2026, 2, 1, 9, 30).toISOString();
  const said = (more: number, revision: number) => went(more, { revision, at }).replaceAll("\u2060", "");
  expect(said(3, 0)).toBe("比 2026-03-01 导入时多 3");
  expect(said(0, 0)).toBe("与 2026-03-01 导入时一样多");
  expect(said(-1200, 7)).toMatch(/^比 2026-03-01（第 7 版）少 1.?200$/);
});
