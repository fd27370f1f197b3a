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
import { online } from "../state/connection";
import { plan, planName, refreshPlan } from "../state/plans";

export type Proposal =
  | { state: "computing"; edit: Edit; last?: Outcome }
  | { state: "ready"; edit: Edit; outcome: Outcome }
  | { state: "refused"; edit: Edit; problem: Problem }
  | { state: "stale"; edit: Edit; theirs: LogEntry[]; mine: Outcome | null }
  | { state: "committing"; edit: Edit; outcome: Outcome }
  | { state: "waiting"; edit: Edit; write: { key: string; base: number } | null };

export type Said =
  | { type: "undone" | "redone" | "made"; entry: SaidEdit }
  | { type: "refused"; problem: Problem }
  | { type: "unreachable" };

export type SaidEdit = Pick<LogEntry, "verb" | "codes" | "created"> & Partial<Pick<LogEntry, "undoes">>;

export const proposal = signal<Proposal | null>(null);
/** What the door did last, for the notice line. */
export const said = signal<Said | null>(null);
/** Grows with every edit that went through, the own ones and those of colleagues. */
export const landed = signal(0);

let trying = new AbortController();

const current = () => {
  const now = plan.peek();
  if (!now) throw new Error("an edit without a plan");
  return now;
};

/**
 * Try an edit; the consequences of the latest one asked for are shown. While a line is still being drawn (`unfinished`)
 * it is no refusal that it crosses nothing yet.
 */
export async function propose(edit: Edit, how: { unfinished?: boolean } = {}): Promise<void> {
  trying.abort();
  trying = new AbortController();
  const mine = trying.signal;
  const before = proposal.peek();
  const last = before?.state === "ready" ? before.outcome : before?.state === "computing" ? before.last : undefined;
  proposal.value = { state: "computing", edit, ...(last && { last }) };
  const { name, revision } = current();
  try {
    const outcome = await tryEdit(name, revision, edit, mine);
    if (!mine.aborted) proposal.value = { state: "ready", edit, outcome };
  } catch (error) {
    if (mine.aborted) return;
    const now = await failed(edit, error, revision, null);
    const early = how.unfinished && now.state === "refused" && now.problem.code === "line_misses_grid";
    proposal.value = early ? null : now;
  }
}

/** Make the edit whose consequences are shown. Returns whether it went through. */
export async function commit(): Promise<boolean> {
  const now = proposal.peek();
  if (now?.state !== "ready") return false;
  proposal.value = { state: "committing", edit: now.edit, outcome: now.outcome };
  return write(now.edit, { key: crypto.randomUUID(), base: now.outcome.revision }, now.outcome);
}

/** `read`: the consequences that whoever commits has read. */
async function write(edit: Edit, how: { key: string; base: number }, read: Outcome | null = null): Promise<boolean> {
  const { name } = current();
  try {
    const outcome = await makeEdit(name, how.base, edit, how.key);
    proposal.value = null;
    said.value = { type: "made", entry: { verb: edit.verb, codes: codesOf(outcome), created: outcome.created } };
    await settle(name, outcome);
    return true;
  } catch (error) {
    if (planName.peek() === name) proposal.value = await failed(edit, error, how.base, how, read);
    else tell(error);
    return false;
  }
}

async function failed(
  edit: Edit,
  error: unknown,
  base: number,
  write: { key: string; base: number } | null,
  read: Outcome | null = null,
): Promise<Proposal> {
  if (error instanceof Unreachable) return { state: "waiting", edit, write };
  if (!(error instanceof Refusal)) throw error;
  if (error.problem.code !== "stale_revision") return { state: "refused", edit, problem: error.problem };
  const { items } = await listEdits(current().name, base);
  return { state: "stale", edit, theirs: items.filter((entry) => entry.revision > base), mine: read };
}

/** Put the proposal away; what was only waiting for the server is forgotten too. */
export function discard(): void {
  trying.abort();
  proposal.value = null;
}

/** After a conflict: read the plan as it is now, and try the same edit on it. */
export async function retryOnLatest(): Promise<void> {
  const now = proposal.peek();
  if (!now) return;
  await refreshPlan();
  landed.value += 1;
  await propose(now.edit);
}

/** A proposal is of one plan: it never follows to another, and what only waited for the server is told to be undone. */
effect(() => {
  if (planName.value === null) return;
  untracked(() => {
    if (proposal.peek()?.state === "waiting") said.value = { type: "unreachable" };
    discard();
  });
});

/** When the server is back: a write that was under way is repeated under its key, anything else is tried anew. */
effect(() => {
  if (!online.value) return;
  const now = proposal.peek();
  if (now?.state !== "waiting") return;
  void (now.write ? write(now.edit, now.write) : propose(now.edit));
});

/** An undo or redo that got no answer; asked for again, it is the same one, which the server does once. */
let unanswered: { verb: "undo" | "redo"; name: string; revision: number; key: string } | null = null;

function takingBack(verb: "undo" | "redo") {
  if (unanswered?.verb !== verb || unanswered.name !== current().name) {
    const { name, revision } = current();
    unanswered = { verb, name, revision, key: crypto.randomUUID() };
  }
  return unanswered;
}

export const undo = (): Promise<void> =>
  step(async () => {
    const { name, revision, key } = takingBack("undo");
    return { type: "undone" as const, ...entryOf(await undoEdit(name, revision, key), "undone") };
  });

export const redo = (): Promise<void> =>
  step(async () => {
    const { name, revision, key } = takingBack("redo");
    return { type: "redone" as const, ...entryOf(await redoEdit(name, revision, key), "redone") };
  });

export const retag = (code: string, tags: GridTags): Promise<void> =>
  step(async (name, revision) => {
    const outcome = await retagGrid(name, code, revision, tags, crypto.randomUUID());
    return {
      type: "made" as const,
      outcome,
      entry: { verb: "locked" in tags ? ("lock" as const) : ("retag" as const), codes: [code], created: [] },
    };
  });

const entryOf = <Key extends "undone" | "redone">(answer: Outcome & Record<Key, LogEntry>, key: Key) => ({
  outcome: answer as Outcome,
  entry: answer[key],
});

type Stepped = { type: "undone" | "redone" | "made"; outcome: Outcome; entry: SaidEdit };

async function step(act: (name: string, revision: number) => Promise<Stepped>): Promise<void> {
  const { name, revision } = current();
  try {
    const { type, outcome, entry } = await act(name, revision);
    said.value = { type, entry };
    await settle(name, outcome);
  } catch (error) {
    tell(error);
  }
}

function tell(error: unknown): void {
  if (!(error instanceof Unreachable)) unanswered = null;
  if (error instanceof Unreachable) said.value = { type: "unreachable" };
  else if (error instanceof Refusal) said.value = { type: "refused", problem: error.problem };
  else throw error;
}

async function settle(name: string, outcome: Outcome): Promise<void> {
  unanswered = null;
  const now = plan.peek();
  if (now?.name === name) plan.value = { ...now, revision: Math.max(now.revision, outcome.revision) };
  landed.value += 1;
  await refreshPlan().catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error;
  });
}

const codesOf = (outcome: Outcome): string[] => [...outcome.modified, ...outcome.created, ...outcome.retired];
