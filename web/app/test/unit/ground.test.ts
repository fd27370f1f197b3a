import type { Position } from "geojson";
import { describe, expect, it } from "vitest";
import type { Grid } from "../../src/api";
import { gridsBeside, gridsUnder } from "../../src/map/aim";
import { Ground } from "../../src/map/ground";
import { areaOf, distance, lengthOf, planeAt } from "../../src/map/planar";

const plane = planeAt([102.4, 25]);
const place = (x: number, y: number): Position => plane.degrees([x, y]).map((each) => Number(each.toFixed(9)));

function grid(code: string, community: string, corners: [number, number][]): Grid {
  const ring = [...corners, corners[0] as [number, number]].map(([x, y]) => place(x, y));
  const properties = { code, community_code: community } as Grid["properties"];
  return { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties };
}

// Two neighbours of one community, a third of another north of them.
const WEST = grid("1", "A", [
  [0, 0],
  [100, 0],
  [100, 50],
  [100, 100],
  [0, 100],
]);
const EAST = grid("2", "A", [
  [100, 0],
  [200, 0],
  [200, 100],
  [100, 100],
  [100, 50],
]);
const NORTH = grid("3", "B", [
  [0, 100],
  [100, 100],
  [200, 100],
  [200, 200],
  [0, 200],
]);
const ground = new Ground([WEST, EAST, NORTH]);

const away = (one: Position, x: number, y: number): number => distance(plane.metres(one), [x, y]);

describe("snapping", () => {
  it("prefers a vertex within reach to a nearer border", () => {
    const snap = ground.snap(place(101, 53), 5);
    expect(snap?.to).toBe("vertex");
    expect(away(snap?.at ?? [], 100, 50)).toBeLessThan(0.01);
  });

  it("falls on the border itself, and names the grids on both sides", () => {
    const snap = ground.snap(place(104, 20), 5);
    expect(snap?.to).toBe("border");
    expect(away(snap?.at ?? [], 100, 20)).toBeLessThan(0.01);
    expect(snap?.codes.sort()).toEqual(["1", "2"]);
  });

  it("leaves a place alone that is out of reach", () => {
    expect(ground.snap(place(50, 50), 5)).toBeNull();
  });

  it("tells a border that no edit may move: between communities, or the rim", () => {
    const fixed = (x: number, y: number) =>
      ground.isFixed(ground.snap(place(x, y), 2) ?? { at: [], to: "border", codes: [] });
    expect(fixed(100, 20)).toBe(false);
    expect(fixed(50, 100)).toBe(true);
    expect(fixed(0, 30)).toBe(true);
    expect(fixed(100, 100)).toBe(true);
  });
});

describe("a pulled border", () => {
  it("is held at the two places that are as far as the reach along it", () => {
    const span = ground.span(place(100, 40), "1", "2", 20);
    const ends = span?.map((end) => Math.round(plane.metres(end)[1])).sort((one, other) => one - other);
    expect(ends).toEqual([20, 60]);
  });

  it("is held where it ends at the latest", () => {
    const span = ground.span(place(100, 40), "1", "2", 500);
    const ends = span?.map((end) => Math.round(plane.metres(end)[1])).sort((one, other) => one - other);
    expect(ends).toEqual([0, 100]);
  });

  it("is none where the two grids do not meet", () => {
    expect(ground.span(place(0, 40), "1", "2", 20)).toBeNull();
  });
});

describe("aim", () => {
  it("finds the grid that most of a line runs through", () => {
    expect(gridsUnder(ground, [place(-10, 50), place(120, 50)])).toEqual(["1", "2"]);
  });

  it("takes a line out of a border and back to mean the grids on both sides of it", () => {
    const line = [place(100, 20), place(130, 40), place(100, 80)];
    expect(gridsBeside(ground, line).sort()).toEqual(["1", "2"]);
  });

  it("leaves grids of another community out", () => {
    expect(gridsBeside(ground, [place(100, 50), place(130, 70), place(120, 130)])).not.toContain("3");
  });
});

describe("measures", () => {
  it("are metres and square metres", () => {
    expect(lengthOf([place(0, 0), place(30, 40)])).toBeCloseTo(50, 2);
    expect(areaOf([place(0, 0), place(100, 0), place(100, 100), place(0, 100)])).toBeCloseTo(10_000, 0);
  });
});
