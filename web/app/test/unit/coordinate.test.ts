import { describe, expect, it } from "vitest";
import { type Address, parseAddress, writeAddress } from "../../src/state/address";
import { bd09, gcj02, parseCoordinate } from "../../src/state/coordinate";
import { parsePlane } from "../../src/state/projected";

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

describe("plane coordinates of the working system", () => {
  // The places are pyproj's, for the same coordinates.
  it.each([
    ["EPSG:4526", "38500123.456, 2771234.567", 114.001223404438, 25.046765786025],
    ["EPSG:4543", "412345.678 2771234.567", 101.131416664868, 25.044226662147],
    ["EPSG:32648", "251234.5,2771234.5", 102.534538027549, 25.036312019976],
    ["EPSG:32748", "700000.25,9000000.5", 106.81952475968, -9.042042534883],
  ])("of %s come to where they are on the ellipsoid, to a millimetre", (crs, text, longitude, latitude) => {
    const [at] = parsePlane(text, crs);
    expect(at?.[0]).toBeCloseTo(longitude, 8);
    expect(at?.[1]).toBeCloseTo(latitude, 8);
  });

  it("may be north before east, as surveyors write them", () => {
    const [at] = parsePlane("2771234.567, 38500123.456", "EPSG:4526");
    expect(at?.[0]).toBeCloseTo(114.001223404, 8);
  });

  it("are none in a system that is not known here, or in a text that is a code", () => {
    expect(parsePlane("38500123.456, 2771234.567", "EPSG:3857")).toEqual([]);
    expect(parsePlane("530102001001004", "EPSG:4526")).toEqual([]);
  });
});

describe("the address", () => {
  it("restores the view that it was written from", () => {
    const view: Address = {
      plan: "draft-1",
      revision: 12,
      theme: "form",
      at: { zoom: 15.25, centre: [102.3948, 25.0366] },
      grid: "530102001001004",
      gap: "no_branch:530102001001004",
      overlays: ["party", "labels"],
      language: "en",
      supervising: true,
      compare: { by: "side", with: "2026 草案" },
      ledger: "unserved",
      community: "530102001001",
      kind: "no_branch",
      accepted: true,
      box: [102.1, 25.1, 102.2, 25.2],
    };
    expect(parseAddress(writeAddress(view))).toEqual(view);
  });

  it("leaves out what it can't read", () => {
    const nothing = Object.values(
      parseAddress("#theme=rainbow&at=17/95/400&lang=fr&rev=-1&box=9,9,1,1&compare=side-on"),
    );
    expect(nothing.filter((each) => each !== null)).toEqual([false, false]);
  });
});
