import { expect, it } from "vitest";
import type { GapProperties } from "../../src/api";
import { exceptionInBrief, gapDistance, gapTitle, gapUnits } from "../../src/panels/gap_words";

const gap = (kind: string, detail: object, part: object = {}) =>
  ({ kind, detail, state: "open", reason: null, signed_by: null, expires: null, ...part }) as unknown as GapProperties;

it("a facility that is too far is named, with how far it is and how far it may be", () => {
  const far = gap("far_from_facility", { facility: "公厕", farthest_m: 1642, limit_m: 500 });
  expect(gapTitle(far)).toBe("离公厕太远");
  expect(gapDistance(far)).toBe("最远 1.64\u202fkm，标准 500\u202fm");
  const none = gap("far_from_facility", { facility: "公厕", farthest_m: null, limit_m: 500 });
  expect(gapDistance(none)).toBe("附近没有，标准 500\u202fm");
});

it("a gap names the post that is short, or what money is missing for; others are named by their kind", () => {
  expect(gapTitle(gap("understaffed", { post: "grid_worker" }))).toBe("缺编：网格员");
  expect(gapTitle(gap("underfunded", { purpose: "community_running" }))).toBe("经费不足：社区运转经费");
  expect(gapTitle(gap("no_branch", {}))).toBe("没有党组织");
  expect(gapDistance(gap("no_branch", {}))).toBe("");
});

it("an exception says why, who signed it and until when, also after it ran out", () => {
  const signed = { reason: "明年新建", signed_by: "吕样例", expires: "2027-12-31" };
  const brief = "明年新建（吕样例签批，至 2027-12-31）";
  expect(exceptionInBrief(gap("no_branch", {}, { ...signed, state: "accepted" }))).toBe(brief);
  expect(exceptionInBrief(gap("no_branch", {}, { ...signed, state: "expired" }))).toBe(brief);
  expect(exceptionInBrief(gap("no_branch", {}, signed))).toBe("");
});

it("units that overlap are named with their layers, those without a name by their numbers", () => {
  const units = ["patrol_zone:XL:08", "courtyard:DW2"];
  expect(gapUnits(gap("overlap", { units, names: [null, "第二小学"] }))).toBe("警务巡防区 XL:08、单位院落 第二小学");
  expect(gapUnits(gap("unclaimed", {}))).toBe("");
});
