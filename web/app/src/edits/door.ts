// The one door for writes: an edit is tried (`dry_run`), its consequences are read, then it is made on the revision that
// they were read on. A stale one shows what a colleague did; one that finds no server waits, visibly.

import { effect, signal, untracked } from "@preact/signals";
import {
  type Edit,
  type GridTags,
  type LogEntry,
  listEdits,
  makeEdit,
  type Outcome,
  type Problem,
  Refusal,
  redoEdit,
  retagGrid,
  tryEdit,
  Unreachable,
  undoEdit,
} from "../api";
import { answering } from "../state/connection";
import { passes } from "../state/loading";
import { plan, planName, refreshPlan } from "../state/plans";
import { type SaidEdit, said, tell } from "./telling";

export { type Said, said, told } from "./telling";

export type Proposal =
  | { state: "computing"; edit: Edit; last?: Outcome }
  | { state: "ready"; edit: Edit; outcome: Outcome }
  | { state: "refused"; edit: Edit; problem: Problem }
  | { state: "stale"; edit: Edit; theirs: LogEntry[]; mine: Outcome | null }
  | { state: "committing"; edit: Edit; outcome: Outcome }
  | { state: "waiting"; edit: Edit; write: Write | null };

/** A write, which counts once by its key: on which plan and revision, and the consequences that were read of it. */
interface Write {
  name: string;
  base: number;
  key: string;
  read: Outcome;
}

export const proposal = signal<Proposal | null>(null);
/** Grows with every edit that went through, the own ones and those of colleagues. */
export const landed = signal(0);

/** Of the try or write that the proposal is about; the answer to any other leaves the proposal alone. */
let latest = new AbortController();

const begun = (): AbortSignal => {
  latest.abort();
  latest = new AbortController();
  return latest.signal;
};

/** What was drawn while a write is under way: it is tried when that has its answer. */
let next: (() => Promise<void>) | null = null;

/** The step that got no answer, and why: whether it was done shows when the server is back, and it is asked for again. */
let unanswered: { step: Step; error: unknown } | null = null;

/** Ends when every write that was asked for so far has its answer, or none. */
let latestTurn: Promise<unknown> = Promise.resolve();

/** Writes are asked for one after another: an undo right behind an edit, or another undo, knows what came of that. */
function inTurn<Done>(act: () => Promise<Done>): Promise<Done> {
  const turn = latestTurn.then(act);
  latestTurn = turn.catch(() => undefined);
  return turn;
}

const current = () => {
  const now = plan.peek();
  if (!now) throw new Error("an edit without a plan");
  return now;
};

/** Whether the proposal is being made, or may have been: it can't give way to another. */
const isWritten = (now: Proposal | null): boolean =>
  now?.state === "committing" || (now?.state === "waiting" && now.write !== null);

/**
 * Try an edit; the consequences of the latest one asked for are shown. While a line is still being drawn (`unfinished`)
 * it is no refusal that it crosses nothing yet.
 */
export async function propose(edit: Edit, how: { unfinished?: boolean } = {}): Promise<void> {
  const before = proposal.peek();
  next = isWritten(before) ? () => propose(edit, how) : null;
  if (next) return;
  const mine = begun();
  const last = before?.state === "ready" ? before.outcome : before?.state === "computing" ? before.last : undefined;
  proposal.value = { state: "computing", edit, ...(last && { last }) };
  const { name, revision } = current();
  try {
    const outcome = await tryEdit(name, revision, edit, mine);
    if (!mine.aborted) proposal.value = { state: "ready", edit, outcome };
  } catch (error) {
    if (mine.aborted) return;
    const now = await failed(edit, error, { name, base: revision });
    if (mine.aborted) return;
    const early = how.unfinished && now.state === "refused" && now.problem.code === "line_misses_grid";
    proposal.value = early ? null : now;
  }
}

/** Make the edit whose consequences are shown. Returns whether it went through. */
export async function commit(): Promise<boolean> {
  const now = proposal.peek();
  if (now?.state !== "ready") return false;
  const { name } = current();
  return write(now.edit, { name, base: now.outcome.revision, key: crypto.randomUUID(), read: now.outcome });
}

async function write(edit: Edit, how: Write): Promise<boolean> {
  const mine = begun();
  proposal.value = { state: "committing", edit, outcome: how.read };
  try {
    await inTurn(async () => {
      const outcome = await makeEdit(how.name, how.base, edit, how.key);
      said.value = { type: "made", entry: { verb: edit.verb, codes: codesOf(outcome), created: outcome.created } };
      moveOn(how.name, outcome);
    });
    if (!mine.aborted) goOn();
    await settle();
    return true;
  } catch (error) {
    if (mine.aborted) tell(error);
    else await notMade(edit, error, how, mine);
    return false;
  }
}

async function notMade(edit: Edit, error: unknown, how: Write, mine: AbortSignal): Promise<void> {
  const now = await failed(edit, error, how, how);
  if (mine.aborted) return;
  const isNot = now.state === "refused" || (now.state === "waiting" && now.write === null);
  if (next && isNot) {
    tell(error);
    goOn();
  } else proposal.value = now;
}

/** The proposal is done with: what was drawn meanwhile is tried. */
function goOn(): void {
  const waiting = next;
  proposal.value = null;
  void waiting?.();
}

/** What became of a try or write that failed; of one that nobody answered, or whose author is not known, that it waits. */
async function failed(
  edit: Edit,
  error: unknown,
  on: { name: string; base: number },
  write: Write | null = null,
): Promise<Proposal> {
  if (passes(error)) return { state: "waiting", edit, write };
  if (!(error instanceof Refusal)) {
    forget();
    throw error;
  }
  const { problem } = error;
  if (problem.code !== "stale_revision") return { state: "refused", edit, problem };
  try {
    const { items } = await listEdits(on.name, on.base);
    const theirs = items.filter((entry) => entry.revision > on.base);
    return { state: "stale", edit, theirs, mine: write?.read ?? null };
  } catch (unread) {
    if (passes(unread)) return { state: "waiting", edit, write: null }; // it was not made: it is tried anew
    if (unread instanceof Refusal) return { state: "refused", edit, problem };
    forget();
    throw unread;
  }
}

/**
 * Put the proposal away; what was only waiting for the server is forgotten too. One that is being made stays till it has
 * its answer.
 */
export function discard(): void {
  next = null;
  if (proposal.peek()?.state === "committing") return;
  forget();
}

function forget(): void {
  next = null;
  latest.abort();
  proposal.value = null;
}

/** After a conflict: read the plan as it is now, and try the same edit on it. */
export async function retryOnLatest(): Promise<void> {
  const now = proposal.peek();
  if (!now) return;
  const name = planName.peek();
  await refreshPlan().catch(tell);
  if (planName.peek() !== name || proposal.peek() !== now) return;
  landed.value += 1;
  await propose(now.edit);
}

/** A proposal is of one plan: it never follows to another, and what only waited for the server is told to be undone. */
effect(() => {
  if (planName.value === null) return;
  untracked(() => {
    if (proposal.peek()?.state === "waiting") said.value = { type: "unreachable" };
    forget();
  });
});

/** When the server is back: a write that was under way is repeated under its key, anything else is tried anew. */
effect(() => {
  if (!answering.value) return;
  untracked(() => {
    const now = proposal.peek();
    if (now?.state === "waiting") void (now.write ? write(now.edit, now.write) : propose(now.edit));
    void inTurn(repeated);
  });
});

type Stepped = { type: "undone" | "redone" | "made"; outcome: Outcome; entry: SaidEdit };

/** A write without a proposal, of one plan; it counts once, however often it is asked for. */
interface Step {
  verb: "undo" | "redo" | "retag";
  name: string;
  act(): Promise<Stepped>;
}

export async function undo(): Promise<void> {
  const act = takingBack(async (name, base, key) => {
    const answer = await undoEdit(name, base, key);
    return { type: "undone" as const, outcome: answer, entry: answer.undone };
  });
  await inTurn(() => asked({ verb: "undo", ...act }));
}

export async function redo(): Promise<void> {
  const act = takingBack(async (name, base, key) => {
    const answer = await redoEdit(name, base, key);
    return { type: "redone" as const, outcome: answer, entry: answer.redone };
  });
  await inTurn(() => asked({ verb: "redo", ...act }));
}

/** An undo or redo: on the revision that what was asked for before it led to, and on the same one when it is repeated. */
function takingBack(ask: (name: string, base: number, key: string) => Promise<Stepped>): Pick<Step, "name" | "act"> {
  const { name, revision } = current();
  const key = crypto.randomUUID();
  let base: number | null = null;
  const act = () => {
    const now = plan.peek();
    base ??= now?.name === name ? now.revision : revision;
    return ask(name, base, key);
  };
  return { name, act };
}

export async function retag(code: string, tags: GridTags): Promise<void> {
  const { name, revision } = current();
  const key = crypto.randomUUID();
  const verb: SaidEdit["verb"] = "locked" in tags ? "lock" : "retag";
  const act = async () => {
    const outcome = await retagGrid(name, code, revision, tags, key);
    return { type: "made" as const, outcome, entry: { verb, codes: [code], created: [] } };
  };
  await inTurn(() => asked({ verb: "retag", name, act }));
}

/** Take a step; behind one that waits for its answer, which the same step once more is, and any other is not done. */
async function asked(wanted: Step): Promise<void> {
  const before = unanswered?.step;
  const same = before && wanted.verb !== "retag" && before.verb === wanted.verb && before.name === wanted.name;
  await repeated();
  if (same) return;
  if (unanswered) tell(unanswered.error);
  else await take(wanted);
}

/** Ask again for the step that got no answer. */
async function repeated(): Promise<void> {
  const before = unanswered?.step;
  unanswered = null;
  if (before) await take(before);
}

async function take(one: Step): Promise<void> {
  try {
    const { type, outcome, entry } = await one.act();
    said.value = { type, entry };
    moveOn(one.name, outcome);
    await settle();
  } catch (error) {
    if (!passes(error)) {
      tell(error);
      if (error instanceof Refusal && error.problem.code === "stale_revision") await settle();
      return;
    }
    unanswered = { step: one, error };
    said.value = { type: "waiting" };
  }
}

/** The plan is at the revision that an answer tells of. */
function moveOn(name: string, outcome: Outcome): void {
  const now = plan.peek();
  if (now?.name === name) plan.value = { ...now, revision: Math.max(now.revision, outcome.revision) };
}

async function settle(): Promise<void> {
  landed.value += 1;
  await refreshPlan().catch((error: unknown) => {
    if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
  });
}

const codesOf = (outcome: Outcome): string[] => [...outcome.modified, ...outcome.created, ...outcome.retired];
