import { describe, expect, it } from "vitest";
import { type Fourths, farFill, farOf, farSaid, isSeenAt, levelAt, SHADES, shadesOf, share } from "../../src/map/far";
import { LAND } from "../../src/map/tokens";

const community = (grids: number, gaps: number, code = "530102001001") => ({ code, grids, gaps });
/** All levels alike. */
const breaks = (...each: number[]) => ({ county: each, street: each, community: each });

describe("divisions far out", () => {
  it("are shaded in fourths of the communities, where streets and counties are few", () => {
    const communities = Array.from({ length: 100 }, (_, row) => community(10, row * 10));
    const far = farOf("severity", communities);
    expect(far).toEqual({ measure: "gaps", breaks: breaks(25, 50, 75) });
    expect(far && shadesOf(far.breaks.county)).toEqual(SHADES);
  });

  it("are shaded in fourths of their own level, by what their communities add up to", () => {
    const communities = Array.from({ length: 64 }, (_, row) => ({
      code: `5301${10 + Math.floor(row / 16)}${100 + Math.floor(row / 4)}001`,
      grids: 10,
      gaps: { unheld: row, contested: 0, unserved: 0 },
      required: row % 2 ? 8 : null,
      short: row % 2 ? Math.floor(row / 16) : null,
    }));
    expect(farOf("severity", communities)?.breaks).toEqual({
      county: [2.35, 3.95, 5.55],
      street: [1.75, 3.35, 4.95],
      community: [1.6, 3.2, 4.8],
    });
    expect(farOf("shortage", communities)?.breaks.county).toEqual([1 / 8, 2 / 8, 3 / 8]);
  });

  it("of a published plan are shaded as the file says", () => {
    const one = { gaps: [1, 2, 3], short: [], uncovered: [0.5] };
    const fourths: Fourths = { county: one, street: one, community: { ...one, gaps: [4] } };
    expect(farSaid("kind", fourths)).toEqual({ measure: "gaps", breaks: { ...breaks(1, 2, 3), community: [4] } });
    expect(farSaid("shortage", fourths)).toBe(null);
    expect(farSaid("plain", fourths)).toBe(null);
    expect(farSaid("kind", {} as Fourths)).toBe(null);
  });

  it("have the colours of their level", () => {
    const fill = farFill({ measure: "gaps", breaks: { county: [1, 2, 3], street: [4], community: [] } });
    const value = ["/", ["coalesce", ["get", "gaps"], 0], ["max", 1, ["coalesce", ["get", "grids"], 0]]];
    const county = ["step", value, SHADES[0], 1, SHADES[1], 2, SHADES[2], 3, SHADES[3]];
    const street = ["step", value, SHADES[2], 4, SHADES[3]];
    expect(fill).toEqual([
      "case",
      ["has", "gaps"],
      ["match", ["get", "level"], "county", county, "street", street, LAND],
      LAND,
    ]);
    expect(farFill(null)).toBe(LAND);
  });

  it("have no more shades than there are differences, the darkest first of all, and none where all are alike", () => {
    const most = Array.from({ length: 6 }, () => community(10, 0));
    const far = farOf("kind", [...most, community(10, 5), community(10, 5)]);
    expect(far).toEqual({ measure: "gaps", breaks: breaks(0.5) });
    expect(far && shadesOf(far.breaks.community)).toEqual([SHADES[2], SHADES[3]]);
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
