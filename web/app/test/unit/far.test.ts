import { describe, expect, it } from "vitest";
import { farOf, isSeenAt, levelAt, SHADES, shadesOf, share } from "../../src/map/far";

const community = (grids: number, gaps: number, more = {}) => ({ grids, gaps, ...more });

describe("divisions far out", () => {
  it("are shaded in fourths of the communities", () => {
    const communities = Array.from({ length: 100 }, (_, row) => community(10, row * 10));
    const far = farOf("severity", communities);
    expect(far).toEqual({ measure: "gaps", breaks: [25, 50, 75] });
    expect(far && shadesOf(far)).toEqual(SHADES);
  });

  it("have no more shades than there are differences, the darkest first of all, and none where all are alike", () => {
    const most = Array.from({ length: 6 }, () => community(10, 0));
    const far = farOf("kind", [...most, community(10, 5), community(10, 5)]);
    expect(far).toEqual({ measure: "gaps", breaks: [0.5] });
    expect(far && shadesOf(far)).toEqual([SHADES[2], SHADES[3]]);
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

  it("are of the level that tiles have at a zoom", () => {
    expect([8.9, 9, 10.9, 11, 11.9, 12].map(levelAt)).toEqual([
      "county",
      "street",
      "street",
      "community",
      "community",
      null,
    ]);
  });

  it("are all that overlays show where tiles have no more", () => {
    expect(isSeenAt("divisions", 5)).toBe(true);
    expect(isSeenAt("gaps_unheld", 12)).toBe(true);
    expect(isSeenAt("gaps_contested", 14)).toBe(false);
    expect(isSeenAt("gaps_contested", 15)).toBe(true);
    expect(isSeenAt("premises", 13)).toBe(false);
  });
});
