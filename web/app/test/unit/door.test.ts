import type { Position } from "geojson";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { branchPlan, type Edit, listEdits, listGrids, readPlan } from "../../src/api";
import { commit, discard, proposal, propose, redo, retag, retryOnLatest, said, undo } from "../../src/edits/door";
import { boundsOf, ringsOf } from "../../src/map/planar";
import { online } from "../../src/state/connection";
import { plan, refreshPlan } from "../../src/state/plans";
import { type Served, serve } from "./served";

const COMPOUND = "530102001001004";
let server: Served;
let count = 0;

beforeAll(async () => {
  server = await serve();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.cut(false);
  server.as("planner");
  online.value = true;
  discard();
  said.value = null;
  count += 1;
  plan.value = await branchPlan(`draft-${count}`, "qingjiang-2026");
});

const name = (): string => plan.value?.name ?? "";
const log = async () => (await listEdits(name())).items;
const settled = async (condition: () => boolean) => {
  for (let tries = 0; tries < 200 && !condition(); tries += 1) await new Promise((done) => setTimeout(done, 20));
  expect(condition()).toBe(true);
};

/** A line from west to east across the compound, at a share of its height. */
async function across(share: number): Promise<Edit> {
  const { features } = await listGrids(name(), { q: COMPOUND });
  const land = features[0]?.geometry;
  if (!land) throw new Error("no compound");
  const [west, south, east, north] = boundsOf(ringsOf(land).flat());
  const at = south + (north - south) * share;
  const line: Position[] = [
    [west - 1e-4, at],
    [east + 1e-4, at],
  ];
  return { verb: "split", code: COMPOUND, line: { type: "LineString", coordinates: line } };
}

describe("the door", () => {
  it("tries before it writes, and conserves households", async () => {
    await propose(await across(0.5));
    expect(await log()).toEqual([]);
    const now = proposal.value;
    if (now?.state !== "ready") throw new Error(now?.state);
    const sum = (side: "before" | "after") =>
      now.outcome.metrics.reduce((total, each) => total + (each[side]?.households ?? 0), 0);
    expect(sum("after")).toBe(sum("before"));
    expect(now.outcome.created).toHaveLength(1);
  });

  it("makes what was shown, and says so", async () => {
    await propose(await across(0.5));
    expect(await commit()).toBe(true);
    expect(proposal.value).toBeNull();
    expect(said.value).toMatchObject({ type: "made", entry: { verb: "split" } });
    expect(plan.value?.revision).toBe((await readPlan(name())).revision);
  });

  it("makes no edit on another plan than the one that it was tried on", async () => {
    await propose(await across(0.5));
    plan.value = await branchPlan(`other-${count}`, "qingjiang-2026");
    expect(proposal.value).toBeNull();
    expect(await commit()).toBe(false);
    expect(await log()).toEqual([]);
  });

  it("makes no edit that waited for the server on the plan that was opened meanwhile", async () => {
    const other = await branchPlan(`other-${count}`, "qingjiang-2026");
    await propose(await across(0.5));
    server.cut(true);
    await commit();
    expect(proposal.value?.state).toBe("waiting");
    plan.value = other;
    server.cut(false);
    expect(await log()).toEqual([]);
    online.value = true;
    expect([proposal.value, said.value]).toEqual([null, { type: "unreachable" }]);
    expect(await log()).toEqual([]);
  });

  it("shows a refusal and writes nothing", async () => {
    await propose(await across(3));
    expect(proposal.value).toMatchObject({
      state: "refused",
      problem: { code: "line_misses_grid", grids: [COMPOUND] },
    });
    expect(await commit()).toBe(false);
    expect(await log()).toEqual([]);
  });

  it("holds a line that crosses nothing yet against nobody while it is being drawn", async () => {
    await propose(await across(3), { unfinished: true });
    expect(proposal.value).toBeNull();
  });

  it("shows the consequences of the latest of several shapes", async () => {
    const [first, last] = [await across(0.3), await across(0.6)];
    await Promise.all([propose(first), propose(last)]);
    expect(proposal.value).toMatchObject({ state: "ready", edit: last });
  });

  it("undoes, and makes again", async () => {
    await propose(await across(0.5));
    await commit();
    await undo();
    expect(said.value).toMatchObject({ type: "undone", entry: { verb: "split" } });
    await redo();
    expect((await log()).map((entry) => entry.verb)).toEqual(["redo", "undo", "split"]);
  });

  it("says that there is nothing to undo", async () => {
    await undo();
    expect(said.value).toMatchObject({ type: "refused", problem: { code: "nothing_to_undo" } });
  });

  it("refuses the land of a locked grid", async () => {
    await retag(COMPOUND, { locked: true });
    await propose(await across(0.5));
    expect(proposal.value).toMatchObject({ state: "refused", problem: { code: "grid_locked" } });
  });
});

describe("a colleague on the same land", () => {
  const collide = async () => {
    const [mine, theirs] = [await across(0.3), await across(0.7)];
    await propose(mine);
    const shown = proposal.value;
    server.as("colleague");
    const { makeEdit } = await import("../../src/api");
    await makeEdit(name(), plan.value?.revision ?? 0, theirs, crypto.randomUUID());
    server.as("planner");
    proposal.value = shown;
  };

  it("is shown, and the edit asked about, not made", async () => {
    await collide();
    expect(await commit()).toBe(false);
    expect(proposal.value).toMatchObject({ state: "stale", theirs: [{ by: "colleague", verb: "split" }] });
    expect(await log()).toHaveLength(1);
  });

  it("leaves the own edit to be tried on the latest", async () => {
    await collide();
    await commit();
    await retryOnLatest();
    expect(proposal.value?.state).toBe("ready");
    expect(await commit()).toBe(true);
    expect(await log()).toHaveLength(2);
  });
});

describe("without a connection", () => {
  it("a try waits, and goes on by itself", async () => {
    const edit = await across(0.5);
    server.cut(true);
    await propose(edit);
    expect(online.value).toBe(false);
    expect(proposal.value).toMatchObject({ state: "waiting", edit });
    server.cut(false);
    online.value = true;
    await settled(() => proposal.value?.state === "ready");
  });

  it("a write waits, and is made once", async () => {
    await propose(await across(0.5));
    server.cut(true);
    await commit();
    expect(proposal.value?.state).toBe("waiting");
    server.cut(false);
    online.value = true;
    await settled(() => proposal.value === null);
    expect(await log()).toHaveLength(1);
  });

  it("an undo whose answer was lost takes back one edit when it is asked for again", async () => {
    await retag(COMPOUND, { name: "一" });
    await retag(COMPOUND, { name: "二" });
    server.loseNextAnswer();
    await undo();
    expect(said.value).toEqual({ type: "unreachable" });
    await refreshPlan();
    await undo();
    expect(said.value).toMatchObject({ type: "undone", entry: { verb: "retag" } });
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "retag", "retag"]);
    await undo();
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "undo", "retag", "retag"]);
  });

  it("an undo after something else was done is another one", async () => {
    await retag(COMPOUND, { name: "一" });
    server.loseNextAnswer();
    await undo();
    await retag(COMPOUND, { name: "二" });
    await undo();
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "retag", "undo", "retag"]);
  });

  it("a write whose answer was lost is not made twice", async () => {
    await propose(await across(0.5));
    server.loseNextAnswer();
    await commit();
    expect(proposal.value?.state).toBe("waiting");
    online.value = true;
    await settled(() => proposal.value === null);
    expect((await log()).map((entry) => entry.verb)).toEqual(["split"]);
  });
});
