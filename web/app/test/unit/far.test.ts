import { describe, expect, it } from "vitest";
import { farOf, SHADES, shadesOf, share } from "../../src/map/far";

const community = (grids: number, gaps: number, more = {}) => ({ grids, gaps, ...more });

describe("divisions far out", () => {
  it("are shaded in fifths of the communities", () => {
    const communities = Array.from({ length: 100 }, (_, row) => community(10, row * 10));
    const far = farOf("severity", communities);
    expect(far).toEqual({ measure: "gaps", breaks: [20, 40, 60, 80] });
    expect(far && shadesOf(far)).toEqual(SHADES);
  });

  it("have no more shades than there are differences, the darkest first of all, and none where all are alike", () => {
    const most = Array.from({ length: 9 }, () => community(10, 0));
    const far = farOf("kind", [...most, community(10, 5), community(10, 5)]);
    expect(far).toEqual({ measure: "gaps", breaks: [0.5] });
    expect(far && shadesOf(far)).toEqual([SHADES[3], SHADES[4]]);
    expect(farOf("kind", most)).toBe(null);
    expect(farOf("plain", [community(10, 0), community(10, 5)])).toBe(null);
    expect(farOf("form", [])).toBe(null);
  });

  it("count by ledger or in one, and leave out what nobody knows", () => {
    expect(share("gaps", { grids: 4, gaps: { unheld: 1, contested: 2, unserved: 5 } })).toBe(2);
    expect(share("short", { grids: 4, gaps: 0, required: 8, short: 2 })).toBe(0.25);
    expect(share("short", { grids: 4, gaps: 0, required: null, short: null })).toBe(null);
    expect(share("uncovered", { grids: 4, gaps: 0, covered: 3 })).toBe(0.25);
    expect(share("gaps", { grids: 0, gaps: 3 })).toBe(null);
  });
});
