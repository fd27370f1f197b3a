import { describe, expect, it } from "vitest";
import { parseAddress, writeAddress } from "../../src/state/address";
import { bd09, gcj02, parseCoordinate } from "../../src/state/coordinate";

describe("a coordinate that somebody typed", () => {
  it("is read in either order", () => {
    expect(parseCoordinate("25.0366, 102.3948")[0]?.at).toEqual([102.3948, 25.0366]);
    expect(parseCoordinate("102.3948 25.0366")[0]?.at).toEqual([102.3948, 25.0366]);
  });

  it("may be of any datum, and is put where it would be in CGCS2000", () => {
    // The pair of geo/datum.py's doctest, whose oracle is the published formula.
    const [, gcj] = parseCoordinate("116.38404722, 39.91334546");
    expect(gcj?.at[0]).toBeCloseTo(116.377817, 6);
    expect(gcj?.at[1]).toBeCloseTo(39.911954, 6);
    expect(gcj02([116.377817, 39.911954])[0]).toBeCloseTo(116.384047, 6);
  });

  it("comes back from each datum to where it was", () => {
    const at = [102.3948, 25.0366];
    const [, , bd] = parseCoordinate(
      bd09(at)
        .map((each) => each.toFixed(9))
        .join(","),
    );
    expect(bd?.at[0]).toBeCloseTo(102.3948, 7);
  });

  it("is none where the text is a code or a name", () => {
    expect(parseCoordinate("530102001001")).toEqual([]);
    expect(parseCoordinate("翠湖 25.03")).toEqual([]);
  });
});

describe("the address", () => {
  it("restores the view that it was written from", () => {
    const view = {
      plan: "draft-1",
      theme: "form",
      at: { zoom: 15.25, centre: [102.3948, 25.0366] },
      grid: "530102001001004",
      overlays: ["party", "labels"],
      language: "en",
    } as const;
    const given = { ...view, at: { zoom: 15.25, centre: [102.3948, 25.0366] }, overlays: [...view.overlays] };
    expect(parseAddress(writeAddress(given))).toEqual(given);
  });

  it("leaves out what it can't read", () => {
    expect(parseAddress("#theme=rainbow&at=17/95/400&lang=fr")).toEqual({
      plan: null,
      theme: null,
      at: null,
      grid: null,
      overlays: null,
      language: null,
    });
  });
});
