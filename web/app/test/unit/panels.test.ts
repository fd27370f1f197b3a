import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/api";
import { anchorOf } from "../../src/panels/callout";
import { tinted } from "../../src/panels/previews";
import { roundLength } from "../../src/panels/scale";
import { undoneSteps } from "../../src/panels/tool_strip";
import { freshName } from "../../src/state/plans";

describe("what panels make of their data", () => {
  it("tints land that changes hands once for who takes and once for who gives it", () => {
    const feature = {
      type: "Feature",
      properties: { from: "1", to: "2" },
      geometry: { type: "Polygon", coordinates: [] },
    };
    const outcome = { moved: { type: "FeatureCollection", features: [feature] } } as unknown as Outcome;
    expect(tinted(outcome).features.map((each) => each.properties?.side)).toEqual(["to", "from"]);
    expect(tinted(undefined).features).toEqual([]);
  });

  it("counts the steps that can be made again, from the newest entry of the log on", () => {
    const log = (...verbs: string[]) => verbs.map((verb) => ({ verb }));
    expect(undoneSteps(log("undo", "undo", "split"))).toBe(2);
    expect(undoneSteps(log("redo", "undo", "undo", "split"))).toBe(1);
    expect(undoneSteps(log("merge", "undo", "split"))).toBe(0);
  });

  it("draws the roundest scale that fits", () => {
    expect(roundLength(137)).toMatchObject({ metres: 100 });
    expect(roundLength(620)).toMatchObject({ metres: 500 });
    expect(roundLength(2000)).toMatchObject({ metres: 2000, share: 1 });
  });

  it("says a refusal at the end of the line, where the pointer is", () => {
    const line = {
      type: "LineString" as const,
      coordinates: [
        [1, 1],
        [2, 2],
      ],
    };
    expect(anchorOf({ verb: "split", code: "1", line })).toEqual([2, 2]);
    expect(anchorOf({ verb: "move_vertex", from: [1, 1], to: [3, 3] })).toEqual([3, 3]);
  });

  it("names a draft as it is asked to, and counts from the second one on", () => {
    const taken = [{ name: "11月21日草案" }, { name: "11月21日草案 2" }] as unknown as Parameters<typeof freshName>[0];
    expect(freshName(taken, "11月21日草案")).toBe("11月21日草案 3");
    expect(freshName([], "11月21日草案")).toBe("11月21日草案");
  });
});
