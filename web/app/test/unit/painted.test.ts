import { describe, expect, it } from "vitest";
import { type Face, Painted } from "../../src/tools/painted";

const face = (face_id: string, ...units: string[]): Face => ({
  type: "Feature",
  geometry: { type: "Polygon", coordinates: [] },
  properties: {
    face_id,
    claimants: units.map((unit) => ({ layer: unit.split(":")[0] ?? "", id: unit.split(":")[1] ?? "", name: null })),
    rule: "sole",
    area_m2: 1,
  },
});
const [one, other] = [face("a-1", "compound:7"), face("a-2", "courtyard:3", "compound:7")];

describe("painted land", () => {
  it("is named by places, and wiped off by the same stroke once more", () => {
    const painted = new Painted();
    painted.paint(one, [1, 1], "face", false);
    painted.paint(other, [2, 2], "face", false);
    expect(painted.edit("b")).toEqual({
      verb: "reassign",
      faces: [
        [1, 1],
        [2, 2],
      ],
      to: "b",
    });
    painted.paint(one, [1, 1], "face", true);
    expect(painted.has(one)).toBe(false);
    expect(painted.edit("b")).toMatchObject({ faces: [[2, 2]] });
  });

  it("asks nothing anew while a stroke stays on one face", () => {
    const painted = new Painted();
    expect(painted.paint(one, [1, 1], "face", false)).toBe(true);
    expect(painted.paint(one, [1.1, 1], "face", false)).toBe(false);
  });

  it("is every face that a unit claims, when painted by units", () => {
    const painted = new Painted();
    painted.paint(one, [1, 1], "unit", false);
    expect(painted.has(other)).toBe(true);
    expect(painted.edit("b")).toEqual({ verb: "reassign", unit: "compound:7", to: "b" });
  });

  it("means no edit where nobody claims the land", () => {
    const painted = new Painted();
    painted.paint(face("a-3"), [1, 1], "unit", false);
    expect(painted.edit("b")).toBeNull();
  });
});
