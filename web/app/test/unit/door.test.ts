import type { Position } from "geojson";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { branchPlan, type Edit, listEdits, listGrids, readPlan } from "../../src/api";
import { commit, discard, proposal, propose, redo, retag, retryOnLatest, said, undo } from "../../src/edits/door";
import { boundsOf, ringsOf } from "../../src/map/planar";
import { online, signedOut } from "../../src/state/connection";
import { plan } from "../../src/state/plans";
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
  signedOut.value = false;
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

  it("takes back one edit after another, however fast it is asked for", async () => {
    for (const name of ["一", "二"]) await retag(COMPOUND, { name });
    await Promise.all([undo(), undo()]);
    await Promise.all([redo(), redo()]);
    expect((await log()).map((entry) => entry.verb)).toEqual(["redo", "redo", "undo", "undo", "retag", "retag"]);
  });

  it("undoes an edit that was not answered yet", async () => {
    await propose(await across(0.5));
    await Promise.all([commit(), undo()]);
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "split"]);
  });

  it("leaves an edit that another page made, looks at it, and undoes it when asked again", async () => {
    const { retagGrid } = await import("../../src/api");
    const before = plan.value?.revision ?? 0;
    await retagGrid(name(), COMPOUND, before, { name: "一" }, crypto.randomUUID());
    await undo();
    expect(said.value).toMatchObject({ type: "refused", problem: { code: "stale_revision", grids: [COMPOUND] } });
    expect(plan.value?.revision).toBe(before + 1);
    expect(await log()).toHaveLength(1);
    await undo();
    expect(said.value).toMatchObject({ type: "undone", entry: { verb: "retag" } });
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

  it("an undo whose answer was lost takes back one edit, and says so when the server is back", async () => {
    await retag(COMPOUND, { name: "一" });
    await retag(COMPOUND, { name: "二" });
    server.loseNextAnswer();
    await undo();
    expect(said.value).toEqual({ type: "waiting" });
    online.value = true;
    await settled(() => said.value?.type === "undone");
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "retag", "retag"]);
    await undo();
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "undo", "retag", "retag"]);
  });

  it("an undo that is asked for again before it was answered is the same one", async () => {
    await retag(COMPOUND, { name: "一" });
    await retag(COMPOUND, { name: "二" });
    server.loseNextAnswer();
    await undo();
    await undo();
    expect(said.value).toMatchObject({ type: "undone", entry: { verb: "retag" } });
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "retag", "retag"]);
  });

  it("a new name whose answer was lost is given once, and before the undo that was asked for next", async () => {
    server.loseNextAnswer();
    await retag(COMPOUND, { name: "一" });
    await undo();
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "retag"]);
  });

  it("a new name behind an undo that nobody answers again is told as not done, and never given", async () => {
    await retag(COMPOUND, { name: "一" });
    server.cut(true);
    await undo();
    expect(said.value).toEqual({ type: "waiting" });
    await retag(COMPOUND, { name: "二" });
    expect(said.value).toEqual({ type: "unreachable" });
    await undo();
    expect(said.value).toEqual({ type: "waiting" });
    server.cut(false);
    online.value = true;
    await settled(() => said.value?.type === "undone");
    expect((await log()).map((entry) => entry.verb)).toEqual(["undo", "retag"]);
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

describe("an answer that comes late", () => {
  /** Hold back the answers to what a test asks for by its address; returns what lets them go. */
  const holding = (wanted: (address: string) => boolean) => {
    const real = globalThis.fetch;
    let free = () => {};
    const freed = new Promise<void>((done) => {
      free = done;
    });
    globalThis.fetch = async (path, init) => {
      const answer = await real(path, init);
      if (wanted(String(path))) await freed;
      return answer;
    };
    return () => {
      globalThis.fetch = real;
      free();
    };
  };

  it("does not take away what is drawn meanwhile, nor is it thrown away while it may have been made", async () => {
    const [first, second] = [await across(0.3), await across(0.3)];
    await propose(first);
    const letGo = holding((address) => address.endsWith("/edits"));
    const made = commit();
    discard();
    expect(proposal.value?.state).toBe("committing");
    await propose({ ...second, line: ((await across(0.8)) as Extract<Edit, { verb: "split" }>).line } as Edit);
    expect(proposal.value).toMatchObject({ state: "committing", edit: first });
    letGo();
    expect(await made).toBe(true);
    await settled(() => proposal.value?.state === "ready");
    expect(proposal.value?.edit).not.toEqual(first);
    expect(await log()).toHaveLength(1);
  });

  it("to a stale try stays away where another is tried, and asks of the plan that it was of", async () => {
    const [mine, theirs, another] = [await across(0.3), await across(0.7), await across(0.5)];
    const before = plan.value;
    server.as("colleague");
    const { makeEdit } = await import("../../src/api");
    await makeEdit(name(), before?.revision ?? 0, theirs, crypto.randomUUID());
    server.as("planner");
    const asked: string[] = [];
    const letGo = holding((address) => {
      asked.push(address);
      return address.includes("since=");
    });
    const tried = propose(mine);
    await settled(() => asked.some((address) => address.includes("since=")));
    plan.value = await branchPlan(`other-${count}`, "qingjiang-2026");
    await propose(another);
    const shown = proposal.value;
    expect(shown?.state).toBe("ready");
    letGo();
    await tried;
    expect(proposal.value).toBe(shown);
  });

  it("that never comes to who asks what colleagues did leaves the try waiting, not computing for ever", async () => {
    const [mine, theirs] = [await across(0.3), await across(0.7)];
    server.as("colleague");
    const { makeEdit } = await import("../../src/api");
    await makeEdit(name(), plan.value?.revision ?? 0, theirs, crypto.randomUUID());
    server.as("planner");
    const real = globalThis.fetch;
    globalThis.fetch = (path, init) =>
      String(path).includes("since=") ? Promise.reject(new TypeError("cut")) : real(path, init);
    await propose(mine);
    globalThis.fetch = real;
    expect(proposal.value).toMatchObject({ state: "waiting", edit: mine });
    online.value = true;
    await settled(() => proposal.value?.state === "stale");
  });
});

describe("a write behind a colleague's", () => {
  it("gives way to what was drawn meanwhile where nobody says what the colleague did", async () => {
    const [mine, theirs, another] = [await across(0.3), await across(0.7), await across(0.5)];
    await propose(mine);
    const shown = proposal.value;
    server.as("colleague");
    const { makeEdit } = await import("../../src/api");
    await makeEdit(name(), plan.value?.revision ?? 0, theirs, crypto.randomUUID());
    server.as("planner");
    proposal.value = shown;
    const real = globalThis.fetch;
    globalThis.fetch = (path, init) =>
      String(path).includes("since=") ? Promise.reject(new TypeError("cut")) : real(path, init);
    const made = commit();
    await propose(another);
    expect(await made).toBe(false);
    expect(said.value).toMatchObject({ type: "refused", problem: { code: "stale_revision" } });
    globalThis.fetch = real;
    await settled(() => proposal.value?.state === "stale");
    expect(proposal.value?.edit).toEqual(another);
  });
});

describe("a session that ended", () => {
  it("keeps what was to be made, and makes it once when somebody is signed in again", async () => {
    await propose(await across(0.5));
    const real = globalThis.fetch;
    const ended = { status: 401, code: "not_signed_in", detail: "sign in", grids: [] };
    globalThis.fetch = () => Promise.resolve(new Response(JSON.stringify(ended), { status: 401 }));
    await commit();
    expect([signedOut.value, proposal.value?.state]).toEqual([true, "waiting"]);
    globalThis.fetch = real;
    signedOut.value = false;
    await settled(() => proposal.value === null);
    expect(await log()).toHaveLength(1);
  });

  it("is told as such, and a new name is given afterwards", async () => {
    const real = globalThis.fetch;
    const ended = { status: 401, code: "not_signed_in", detail: "sign in", grids: [] };
    globalThis.fetch = () => Promise.resolve(new Response(JSON.stringify(ended), { status: 401 }));
    await retag(COMPOUND, { name: "一" });
    expect([signedOut.value, said.value]).toEqual([true, { type: "waiting" }]);
    globalThis.fetch = real;
    signedOut.value = false;
    await settled(() => said.value?.type === "made");
  });
});
