import { beforeEach, expect, it } from "vitest";
import { type Plan, Refusal, Unreachable } from "../../src/api";
import { said, told } from "../../src/edits/telling";
import { known } from "../../src/state/loading";
import {
  branchDraft,
  comparedWith,
  inForce,
  morePlans,
  openFirst,
  other,
  plan,
  planNamed,
  plans,
  plansBehind,
} from "../../src/state/plans";
import { type Answer, answered, held, read, refused } from "./faked";

const made = (number: number, status = "draft") =>
  ({
    name: `p${number}`,
    status,
    jurisdiction: "530102",
    made_at: `2026-01-01T00:00:${String(number).padStart(2, "0")}Z`,
    changed_at: `2026-01-01T00:00:${String(number).padStart(2, "0")}Z`,
  }) as Plan;
/** The oldest of many plans is in force. */
const ALL = Array.from({ length: 60 }, (_, row) => made(59 - row, row === 59 ? "in_force" : "draft"));
const PAGE = 50;

const serving = (path: string, init: RequestInit) => {
  const { pathname, searchParams } = new URL(path, "http://server");
  if (pathname === "/api/session") return { body: { name: "li.na", rights: [] } };
  if (pathname === "/api/plans" && init.method !== "POST") {
    const those = ALL.filter((each) => !searchParams.get("status") || each.status === searchParams.get("status"));
    const after = Number(searchParams.get("after") ?? 0);
    const more = after + PAGE < those.length;
    return {
      body: { items: those.slice(after, after + PAGE), next: more ? `/api/plans?after=${after + PAGE}` : null },
    };
  }
  const found = ALL.find((each) => pathname === `/api/plans/${each.name}`);
  return found ? { body: { ...found } } : refused(404, "unknown_plan");
};

beforeEach(() => {
  plan.value = null;
  comparedWith.value = null;
  plans.clear();
  said.value = null;
});

it("the plan in force is found however many plans were made after it, and opened", async () => {
  answered(serving);
  expect(await openFirst(null)).toBe(true);
  expect(plan.value?.name).toBe("p0");
  expect(inForce.value?.name).toBe("p0");
});

it("a link opens the plan that it names, and compares with the one that it names, however old they are", async () => {
  answered(serving);
  expect(await openFirst("p3", "p4")).toBe(true);
  comparedWith.value = "p4";
  expect([plan.value?.name, other.value?.name]).toEqual(["p3", "p4"]);
});

it("a link to a plan that is not there opens another, and tells so", async () => {
  answered(serving);
  expect(await openFirst("gone")).toBe(false);
  expect(plan.value?.name).toBe("p0");
});

it("older plans are read as they are asked for, each listed once and the newest first", async () => {
  answered(serving);
  await openFirst(null);
  expect(known(plans.now.value)?.length).toBe(PAGE + 1);
  await morePlans();
  expect(known(plans.now.value)?.map((each) => each.name)).toEqual(ALL.map((each) => each.name));
});

it("a list that another was asked for after says nothing of what is behind that one", async () => {
  const late = held<Answer>();
  const answers: (Answer | Promise<Answer>)[] = [
    late.given,
    { body: { items: [made(1)], next: null } },
    { body: { items: [], next: null } },
  ];
  answered(() => answers.shift() ?? "cut");
  const first = plans.load();
  await plans.load();
  late.give({ body: { items: [made(2)], next: "/api/plans?after=50" } });
  await first;
  await read();
  expect([plansBehind.value, known(plans.now.value)?.length]).toEqual([null, 1]);
});

it("a plan is not there where the server says so, and not where it only says no", async () => {
  const answers: Record<string, Answer> = {
    gone: refused(404, "unknown_plan"),
    impossible: refused(422, "bad_input"),
    defect: refused(500, "http_500"),
    down: refused(503, "http_503"),
  };
  answered((address) => answers[address.split("/").at(-1) ?? ""] ?? "cut");
  expect([await planNamed("gone"), await planNamed("impossible")]).toEqual([null, null]);
  await expect(planNamed("defect")).rejects.toThrow(Refusal);
  await expect(planNamed("down")).rejects.toThrow(Unreachable);
});

it("a draft takes the next name where a colleague took the first, also one that is not listed", async () => {
  const taken = ["草案", "草案 2"];
  const asked = answered((path, init) => {
    if (path !== "/api/plans" || init.method !== "POST") return serving(path, init);
    const { name } = JSON.parse(String(init.body));
    return taken.includes(name) ? refused(409, "name_taken") : { body: { ...made(60), name } };
  });
  await openFirst(null);
  await branchDraft(made(0), "草案");
  expect(plan.value?.name).toBe("草案 3");
  expect(asked.filter((each) => each.startsWith("POST"))).toHaveLength(3);
});

it("what is refused, or not answered, is told", async () => {
  answered(() => refused(403, "not_allowed"));
  expect(await told(() => branchDraft(made(0), "草案"))).toBe(false);
  expect(said.value).toMatchObject({ type: "refused", problem: { code: "not_allowed" } });
  answered(() => "cut");
  expect(await told(() => branchDraft(made(0), "草案"))).toBe(false);
  expect(said.value).toEqual({ type: "unreachable" });
});
