import { describe, expect, it } from "vitest";
import { csvOf } from "../../src/parts/saving";

describe("a table as CSV", () => {
  it("opens in a spreadsheet in Chinese, whatever stands in its cells", () => {
    expect(
      csvOf(
        ["名称", "户"],
        [
          ['甲,"乙"', 3],
          [null, 0],
        ],
      ),
    ).toBe('\uFEFF名称,户\r\n"甲,""乙""",3\r\n,0\r\n');
  });

  it("holds no formula that somebody wrote into a name", () => {
    expect(csvOf(["name"], [["=HYPERLINK(1)"], ["-3"]])).toContain("'=HYPERLINK(1)\r\n'-3");
  });
});
