import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FIELD_EN, FIELD_ZH } from "../../src/generated/field_words";
import { field, language, t } from "../../src/words";
import { EN } from "../../src/words/en";
import { area, count, distance, shortCode, shortCodes } from "../../src/words/figures";
import { ZH } from "../../src/words/zh";

const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

const SOURCE = fileURLToPath(new URL("../../src/", import.meta.url));
const sources = (readdirSync(SOURCE, { recursive: true }) as string[])
  .filter((name) => /\.tsx?$/.test(name) && !/^words\/(zh|en)(_views)?\.ts$/.test(name))
  .map((name) => readFileSync(SOURCE + name, "utf8"))
  .join("\n");

describe("words", () => {
  it("have the same slots in both languages", () => {
    for (const [key, text] of Object.entries(ZH)) expect(slots(EN[key as keyof typeof ZH]), key).toEqual(slots(text));
  });

  it("are each used by some panel or tool", () => {
    const prefixes = [...sources.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{/g)].map(([, prefix]) => prefix ?? "");
    const unused = Object.keys(ZH).filter(
      (key) => !sources.includes(`"${key}"`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  it("say 提交 of a draft that goes to its review, and of nothing else", () => {
    for (const [key, text] of Object.entries(ZH)) expect(text.replaceAll("提交审核", ""), key).not.toContain("提交");
  });

  it("name every value of the data in both languages", () => {
    expect(Object.keys(FIELD_EN)).toEqual(Object.keys(FIELD_ZH));
    expect(field("form", "branch")).toBe("网格党支部");
    expect(field("form", "something_new")).toBe("something_new");
  });

  it("follow the language of the page", () => {
    language.value = "en";
    expect(t("edit.split", { code: "003" })).toBe("Split 003");
    language.value = "zh";
    expect(t("edit.split", { code: "003" })).toBe("拆分 003");
  });
});

describe("figures", () => {
  it("have thin separators", () => {
    expect(count(1234567)).toBe("1\u202f234\u202f567");
    expect(count(999)).toBe("999");
    expect(count(null)).toBe("—");
  });

  it("are square metres under a hectare, hectares with one decimal from there on", () => {
    expect(area(9999)).toBe("9\u202f999\u202fm²");
    expect(area(13_000)).toBe("1.3 公顷");
  });

  it("are metres or kilometres", () => {
    expect(distance(347.2)).toBe("347\u202fm");
    expect(distance(1250)).toBe("1.25\u202fkm");
    expect(distance(1000)).toBe("1\u202fkm");
  });

  it("name grids by what follows the community's code", () => {
    expect(shortCode("530102001001004")).toBe("004");
    expect(shortCode("04010053010200100107")).toBe("07");
    expect(shortCodes(["530102001001004", "530102001001005"])).toBe("004、005");
  });
});
