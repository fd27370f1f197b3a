import { expect, it } from "vitest";
import type { GapTold } from "../../src/api";
import { kindsOf } from "../../src/panels/consequences";

it("kinds of gaps are told the most severe first, each once, with how many there are", () => {
  const gap = (kind: string, severity: number) => ({ kind, severity }) as GapTold;
  const opened = [gap("undersize", 31), gap("understaffed", 60), gap("no_branch", 72), gap("understaffed", 40)];
  expect(kindsOf(opened)).toBe("没有党组织、缺编 × 2、户数过少");
  expect(kindsOf([])).toBe("");
});
