// After an edit, one's own or a colleague's, what it touched is read again, and nothing else; after a decision on a gap
// the same. Of a county that is a few kilobytes in the place of megabytes.

import { type GapProperties, listGaps, readTouched, signGap } from "../api";
import { allIn, partWithGapsOf } from "./gaps";
import { asOf, decided, gaps, gapsBehind, history, loadAbout, planName, summary } from "./plans";
import { withGapsOf, withTouched } from "./touched";

/** Of more communities than these all is read: as much is asked for then as there is. */
const MOST_COMMUNITIES = 12;

/** Communities that were touched and whose gaps are still to be read again, whatever became of a request for them. */
const behind = new Set<string>();
let behindOf = "";

/** Read again what an edit touched; `decidedOn`: only the gaps of these communities, something was decided there. */
export async function renewAbout(name: string, decidedOn?: readonly string[]): Promise<void> {
  if (behindOf !== name) behind.clear();
  behindOf = name;
  const here = summary.now.peek().state === "ready" && gaps.now.peek().state === "ready";
  if (!here || asOf.peek() !== undefined) {
    behind.clear();
    loadAbout(name);
    return;
  }
  if (decidedOn === undefined) void history.load(name);
  for (const each of decidedOn ?? []) behind.add(each);
  let another = false;
  await summary.amend(async (held, aborted) => {
    const told = await readTouched(name, held.revision, aborted);
    another = told.since === null;
    if (decidedOn === undefined) for (const each of told.communities) behind.add(each.code);
    return withTouched(held, told);
  });
  if (planName.peek() !== name) return; // the one that was opened meanwhile is read whole
  if (!another && behind.size <= MOST_COMMUNITIES) await renewGaps(name, new Set(behind));
  else await gaps.load(name).then(() => behind.clear());
}

/** Gaps that were decided on at this page, and read again then; the feed tells of them too. */
const decidedHere = new Set<string>();

/** Decide on a gap of a plan, and read again what that touched. */
export async function decide(name: string, gap: GapProperties, decision: Parameters<typeof signGap>[2]): Promise<void> {
  const { gap_id } = gap;
  decidedHere.add(gap_id); // before the answer: the feed may be quicker, and would leave the mark to a later decision
  try {
    await signGap(name, gap_id, decision);
  } catch (error) {
    decidedHere.delete(gap_id);
    throw error;
  }
  if (planName.peek() === name) decidedIn(name, [gap.community_code]);
}

/** Whether the feed tells of a decision that was made at this page; it tells of each once. */
export const isDecidedHere = (gap_id: string): boolean => decidedHere.delete(gap_id);

/** Read again what decisions on gaps of the plan that is open touched: in communities; null: who knows where. */
export function decidedIn(name: string, communities: readonly (string | null)[]): void {
  const named = [...new Set(communities)].filter((each) => each !== null);
  if (communities.includes(null)) loadAbout(name);
  else void renewAbout(name, named);
  decided.value += 1;
}

async function renewGaps(name: string, communities: ReadonlySet<string>): Promise<void> {
  if (communities.size === 0) return;
  const read = (query: Parameters<typeof listGaps>[1], signal: AbortSignal) =>
    allIn(communities, query, (more) => listGaps(name, more, signal));
  const done = () => {
    for (const each of communities) behind.delete(each);
  };
  if (gapsBehind.peek()) {
    if (await partWithGapsOf(communities, read)) done();
    return;
  }
  await gaps.amend(async (held, aborted) => {
    const now = await read({}, aborted);
    if (!aborted.aborted) done();
    return withGapsOf(communities, held, now);
  });
}
