import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Outcome, Problem } from "../../src/api";
import { householdsMoved } from "../../src/panels/consequences";
import { refusalSentence } from "../../src/panels/refusals";
import { refusedSentence } from "../../src/panels/sign_in";
import { isWord } from "../../src/words";

const ERRORS = fileURLToPath(new URL("../../../../geo/errors.py", import.meta.url));
/** What tells the user's files wrong: the server's own sentence says more than a word here could. */
const SAID_BY_THE_SERVER = new Set(["error", "bad_input"]);

describe("a refusal", () => {
  it("has the planner's words for every code that the engine refuses with", () => {
    const codes = [...readFileSync(ERRORS, "utf8").matchAll(/^ {4}code = "(\w+)"/gm)].map(([, code]) => code ?? "");
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !SAID_BY_THE_SERVER.has(code) && !isWord(`refused.${code}`))).toEqual([]);
  });

  it("names the grids that stand against it, and else says what the server said", () => {
    const problem: Problem = { status: 409, code: "grid_locked", title: "", detail: "x", grids: ["530102001001004"] };
    expect(refusalSentence(problem)).toContain("004");
    expect(refusalSentence({ ...problem, code: "something_new" })).toBe("x");
  });
});

describe("a sign-in that is refused", () => {
  const problem: Problem = { status: 401, code: "sign_in_refused", title: "", detail: "x", grids: [] };

  it("says whether the password is wrong, or how long to wait", () => {
    expect(refusedSentence(problem)).toContain("不对");
    const many = { ...problem, status: 429, code: "too_many_sign_ins" };
    expect(refusedSentence({ ...many, wait_s: 45 })).toContain("45 秒");
    expect(refusedSentence({ ...many, wait_s: 890 })).toContain("15 分钟");
    expect(refusedSentence({ ...problem, status: 403, code: "not_allowed" })).not.toContain("不对");
  });
});

describe("consequences", () => {
  it("count the households that go to another grid once", () => {
    const figures = (households: number) => ({ households });
    const metrics = [
      { before: figures(430), after: figures(215) },
      { before: null, after: figures(215) },
    ];
    expect(householdsMoved({ metrics } as unknown as Outcome)).toBe(215);
  });
});
