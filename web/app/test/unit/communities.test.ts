import { describe, expect, it } from "vitest";
import { meantBy, suggested, writtenAs } from "../../src/panels/community_choice";

const communities = Array.from({ length: 5000 }, (_, row) => ({
  code: String(530102001001 + row),
  name: row % 2 ? `和平社区${row}` : `北和平社区${row}`,
}));
const first = communities[0] as { code: string; name: string };

describe("a community of a province", () => {
  it("is suggested by name or code, those first that begin with what was written", () => {
    const found = suggested(communities, "和平社区1");
    expect(found).toHaveLength(20);
    expect(found.every((each) => writtenAs(each).startsWith("和平社区1"))).toBe(true);
    expect(suggested(communities, "5301020010")[0]).toBe(first);
    expect(suggested(communities, " ")).toEqual([]);
  });

  it("is taken once nothing else can be meant, and all are where nothing is written", () => {
    expect(meantBy(communities, "北和平社区0")).toBe(undefined);
    expect(meantBy(communities, writtenAs(first))).toBe(first.code);
    expect(meantBy(communities, first.code)).toBe(first.code);
    expect(meantBy(communities, "")).toBe(null);
  });
});
