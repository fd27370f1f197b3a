import { describe, expect, it } from "vitest";
import { cardPlace, STOPS } from "../../src/panels/tour";
import { isWord } from "../../src/words";

const PAGE = { width: 1366, height: 768 };

describe("the tour", () => {
  it("has words for each of its stops", () => {
    expect(STOPS.flatMap(({ name }) => [`tour.${name}`, `tour.${name}.what`]).filter((key) => !isWord(key))).toEqual(
      [],
    );
  });

  it.each([
    ["beside the rail", { left: 0, top: 48, width: 300, height: 400 }],
    ["before the inspector", { left: 1026, top: 48, width: 340, height: 720 }],
    ["below a button of the bar", { left: 600, top: 8, width: 200, height: 32 }],
    ["within the map", { left: 0, top: 48, width: 1366, height: 720 }],
  ])("has its card on the page, %s", (_where, about) => {
    const { left, top } = cardPlace(about, PAGE);
    expect(left).toBeGreaterThanOrEqual(0);
    expect(left + 330).toBeLessThanOrEqual(PAGE.width);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top + 210).toBeLessThanOrEqual(PAGE.height);
  });
});
