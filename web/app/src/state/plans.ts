// The plan on the page, and what is known of it.

import { batch, computed, signal } from "@preact/signals";
import {
  branchPlan,
  comparePlans,
  type GapProperties,
  type GridDetail,
  listEdits,
  listGaps,
  listPlans,
  type Plan,
  Refusal,
  readGrid,
  readPlan,
  readSession,
  readSummary,
  type Session,
} from "../api";
import { afterFirstMap } from "./first_map";
import { known, resource } from "./loading";

export const session = resource<Session, void>(() => readSession());
export const plan = signal<Plan | null>(null);

/** Where the plans behind those that are here begin; null: all are here. */
export const plansBehind = signal<string | null>(null);

/** The latest plans, and of many the one in force too, however old it is. */
export const plans = resource<Plan[], void>(async (_, aborted) => {
  const { items, next } = await listPlans({}, aborted);
  const also = next === null ? [] : (await listPlans({ status: "in_force" }, aborted)).items;
  if (!aborted.aborted) plansBehind.value = afterOf(next);
  return withPlans(items, also);
});

/** Plans, and others among them, the newest first. */
export function withPlans(held: readonly Plan[], others: readonly Plan[]): Plan[] {
  const byName = new Map([...held, ...others].map((each) => [each.name, each]));
  return [...byName.values()].sort((one, other) => other.made_at.localeCompare(one.made_at));
}

/** Read the next plans behind those that are here. */
export async function morePlans(): Promise<void> {
  const after = plansBehind.peek();
  if (after === null || !known(plans.now.peek())) return;
  await plans.amend(async (held, aborted) => {
    const { items, next } = await listPlans({ after }, aborted);
    if (!aborted.aborted) plansBehind.value = afterOf(next);
    return withPlans(held, items);
  });
}

/** There is none of that name, or no plan can have it. */
const NO_PLAN = new Set([404, 422]);

/** A plan by its name, read by itself where it is not among those that are here; null where there is none. */
export async function planNamed(name: string): Promise<Plan | null> {
  const here = known(plans.now.peek())?.find((each) => each.name === name);
  if (here) return here;
  try {
    const found = await readPlan(name);
    if (known(plans.now.peek())) await plans.amend(async (held) => withPlans(held, [found]));
    return found;
  } catch (error) {
    if (error instanceof Refusal && NO_PLAN.has(error.problem.status)) return null;
    throw error;
  }
}

/** An old revision that the page looks at; undefined: the latest. */
export const asOf = signal<number | undefined>(undefined);

/** Grows when gaps were decided on: tiles of a plan in force then have another address. */
export const decided = signal(0);

/** Its name alone, for whatever does not care about its revision. */
export const planName = computed(() => plan.value?.name ?? null);

/** The plan in force; of several jurisdictions, that of the plan's own. */
export const inForce = computed(() => {
  const all = (known(plans.now.value) ?? []).filter((each) => each.status === "in_force");
  return all.find((each) => each.jurisdiction === plan.value?.jurisdiction) ?? all[0] ?? null;
});

/** The plan that is compared with, where it shall be another than the one in force. */
export const comparedWith = signal<string | null>(null);
export const other = computed(() => {
  const chosen = known(plans.now.value)?.find((each) => each.name === comparedWith.value);
  const one = chosen ?? inForce.value;
  return one && one.name !== planName.value ? one : null;
});

const revisionLookedAt = () => asOf.peek();

export const summary = resource((name: string) => readSummary(name, asOf.peek()), revisionLookedAt);
/** The log, the latest first; that of the plan's forebears comes after its own. */
export const history = resource(async (name: string) => [...(await listEdits(name)).items].reverse());

const NO_EDITS = new Set(["import", "branch", "renew", "accept", "submit", "return", "approve", "withdraw"]);
/** What was edited in this plan itself. */
export const ownEdits = computed(() => {
  const since = plan.value?.parent_revision ?? 0;
  return (known(history.now.value) ?? []).filter((entry) => entry.revision > since && !NO_EDITS.has(entry.verb));
});
export const comparison = resource(({ name, other }: { name: string; other: string }) => comparePlans(name, other));
export const grid = resource<GridDetail, { name: string; code: string }>(
  ({ name, code }, aborted) => readGrid(name, code, aborted, asOf.peek()),
  revisionLookedAt,
);

const FIRST_GAPS = 200;
const GAPS_A_PAGE = 900;
const ENOUGH_GAPS = 2_000;

/** Where the next page begins, from its address. */
export const afterOf = (next: string | null): string | null => new URLSearchParams(next?.split("?")[1]).get("after");

/** Whether the plan has more gaps than are read at once (`state/gaps.ts` reads on). */
export const gapsBehind = signal(false);

/** The open gaps of a plan, worst first; those that nobody sees without scrolling wait for the first map. */
export const gaps = resource<GapProperties[], string>(async (name, aborted, partly) => {
  const found: GapProperties[] = [];
  let after: string | null = null;
  do {
    const page: { items: GapProperties[]; next: string | null } = await listGaps(
      name,
      { limit: after ? GAPS_A_PAGE : FIRST_GAPS, as_of: asOf.peek(), ...(after && { after }) },
      aborted,
    );
    found.push(...page.items);
    after = afterOf(page.next);
    partly([...found]);
    if (after) await afterFirstMap();
  } while (after && found.length < ENOUGH_GAPS);
  if (!aborted.aborted) gapsBehind.value = after !== null;
  return found;
}, revisionLookedAt);

const rights = computed(() => new Set(known(session.now.value)?.rights));
export const mayEdit = computed(() => rights.value.has("edit"));
export const maySign = computed(() => rights.value.has("sign_gaps"));
export const mayApprove = computed(() => rights.value.has("approve"));
export const isDraft = computed(() => plan.value?.status === "draft" && asOf.value === undefined);

/**
 * Open the page's first plan: the one asked for, else the one in force, else the one that was changed last. `beside` is the
 * plan to compare with. Returns whether the plan that was asked for is open, where one was.
 */
export async function openFirst(wanted: string | null, beside: string | null = null): Promise<boolean> {
  await Promise.all([session.load(), plans.load()]);
  const all = known(plans.now.value);
  if (!all) return true;
  const asked = wanted === null ? null : await planNamed(wanted);
  if (beside !== null) await planNamed(beside);
  const newest = [...all].sort((one, other) => other.changed_at.localeCompare(one.changed_at))[0];
  const chosen = asked ?? inForce.value ?? newest;
  if (chosen) plan.value = chosen;
  return wanted === null || asked !== null;
}

export const openPlan = (chosen: Plan): void =>
  batch(() => {
    asOf.value = undefined;
    plan.value = chosen;
  });

/** Look at the plan as it was at a revision; the latest is looked at as what it is. */
export const visit = (revision: number | undefined): void => {
  asOf.value = revision === plan.peek()?.revision ? undefined : revision;
};

/** Read everything about the plan again, after an edit or a colleague's. */
export async function refreshPlan(): Promise<void> {
  const name = plan.value?.name;
  if (!name) return;
  const fresh = await readPlan(name);
  if (plan.value?.name === name) plan.value = fresh;
}

/** Load what hangs on the plan's name and revision; sums of a whole county are long to add up and wait for the map. */
export function loadAbout(name: string): void {
  void afterFirstMap().then(() => (planName.peek() === name ? summary.load(name) : undefined));
  void gaps.load(name);
  void history.load(name);
}

const MOST_NAMES = 30;

/** Branch a draft and open it; where its name was taken meanwhile, under the next that is free. */
export async function branchDraft(from: Plan, title: string): Promise<void> {
  const made = await branchAs(title, from.name, asOf.peek());
  openPlan(made);
  await plans.load();
}

async function branchAs(title: string, from: string, revision: number | undefined): Promise<Plan> {
  const taken: { name: string }[] = [];
  for (;;) {
    const name = freshName([...(known(plans.now.peek()) ?? []), ...taken], title);
    try {
      return await branchPlan(name, from, revision);
    } catch (error) {
      const again = error instanceof Refusal && error.problem.code === "name_taken" && taken.length < MOST_NAMES;
      if (!again) throw error;
      if (taken.length === 0) await plans.load();
      taken.push({ name });
    }
  }
}

/** A name that no plan has yet: the wanted one, and a number from the second one on. */
export function freshName(taken: readonly { name: string }[], wanted: string): string {
  const names = new Set(taken.map((each) => each.name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!names.has(name)) return name;
  }
}
