// The gaps of the plan as the ledgers list them. A short list is here whole, and filtered here; of a long one the server
// sends what the filter lets through, page by page as it is asked for.

import { computed, effect, signal, untracked } from "@preact/signals";
import {
  type ByLedger,
  type GapProperties,
  type GapQuery,
  type Ledger,
  listGaps,
  Refusal,
  type Summary,
  Unreachable,
} from "../api";
import { known } from "./loading";
import { afterOf, asOf, gaps, gapsBehind, plan, summary } from "./plans";
import { withGapsOf, withPage } from "./touched";
import { type Filter, filter, ledger } from "./view";

const A_PAGE = 1_000;

/** Whether the plan has more gaps than are read at once. */
export const isPartial = computed(() => gapsBehind.value);

/** Whether all gaps of the plan are here, and can be counted here. */
export const areAllHere = computed(() => !isPartial.value && gaps.now.value.state === "ready");

/** What the server has sent of a long list: by which query, how far, and whether something failed. */
interface Part {
  query: GapQuery;
  items: GapProperties[];
  next: string | null;
  state: "reading" | "ready" | "failed";
}
const part = signal<Part | null>(null);

/** The gaps that are here: all, or those that the server has sent of what the filter lets through. */
export const inLedger = computed<GapProperties[]>(() =>
  isPartial.value ? (part.value?.items ?? []) : (known(gaps.now.value) ?? []),
);

/** Whether the server has more of what is listed, as far as is known: also where it could not be read. */
export const hasMore = computed(() => isPartial.value && (part.value?.next !== null || part.value.state === "failed"));
export const isReading = computed(() => isPartial.value && part.value?.state === "reading");

const queryNow = (): GapQuery => {
  const { community, kind, state } = filter.value;
  return {
    ...(ledger.value && { ledger: ledger.value }),
    ...(community && { community }),
    ...(kind && { kind }),
    ...(state && { state }),
    limit: A_PAGE,
  };
};

let reading = new AbortController();

/** Read the first page of a query, or the one behind what is here. */
async function read(query: GapQuery, after: string | null): Promise<void> {
  const name = plan.peek()?.name;
  if (!name) return;
  reading.abort();
  reading = new AbortController();
  const mine = reading.signal;
  const here = () => (after && part.peek()?.items) || [];
  part.value = { query, items: here(), next: after, state: "reading" };
  try {
    const page = await listGaps(name, { ...query, as_of: asOf.peek(), ...(after && { after }) }, mine);
    part.value = { query, items: withPage(here(), page.items), next: afterOf(page.next), state: "ready" };
  } catch (error) {
    if (mine.aborted) return;
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    part.value = { query, items: here(), next: after, state: "failed" };
  }
}

/** Read more of a long list, or again what could not be read. */
export async function readMore(): Promise<void> {
  const now = part.peek();
  if (now && hasMore.peek() && now.state !== "reading") await read(now.query, now.next);
}

/** By what it says: a box that is drawn is no other query, and leaves what was read. */
const queried = computed(() => JSON.stringify(queryNow()));

/** What was read of one plan is not listed under another's name while that is read. */
effect(() => {
  if (known(gaps.now.value) !== undefined) return;
  reading.abort();
  part.value = null;
});

effect(() => {
  const query = JSON.parse(queried.value) as GapQuery;
  const fresh = gaps.now.value.state === "ready";
  if (isPartial.value && fresh) untracked(() => void read(query, null));
});

type Page = Awaited<ReturnType<typeof listGaps>>;

/** All gaps of some communities that a query lets through, however many pages they are. */
export async function allIn(
  communities: Iterable<string>,
  query: GapQuery,
  list: (query: GapQuery) => Promise<Page>,
): Promise<GapProperties[]> {
  const found: GapProperties[] = [];
  for (const community of communities) {
    if (!community.startsWith(query.community ?? "")) continue;
    for (let after: string | null | undefined; after !== null; ) {
      const page: Page = await list({ ...query, community, limit: A_PAGE, ...(after && { after }) });
      found.push(...page.items);
      after = afterOf(page.next);
    }
  }
  return found;
}

/** Put the gaps of some communities as they are now into the part of a long list that is here; returns whether it has them. */
export async function partWithGapsOf(
  communities: ReadonlySet<string>,
  all: (query: GapQuery, signal: AbortSignal) => Promise<GapProperties[]>,
): Promise<boolean> {
  const before = part.peek();
  if (!before) return true;
  if (before.state === "reading") {
    await read(before.query, null); // what comes may be from before the edit
    return part.peek()?.state === "ready";
  }
  try {
    const now = await all(before.query, new AbortController().signal);
    const held = part.peek();
    if (held?.query !== before.query) return true; // another query was asked meanwhile, after the edit
    const least = held.next === null ? 0 : (held.items.at(-1)?.severity ?? 0);
    part.value = { ...held, items: withGapsOf(communities, held.items, now, least) };
    return true;
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    part.value = { ...before, next: null, state: "failed" }; // who asks for more reads it from the beginning
    return false;
  }
}

/** How many open gaps the server counts of what is listed; null where it does not count them so. */
export function openInAll(now: Summary | undefined, { community, kind, state, bounds }: Filter): number | null {
  if (!now || state || bounds || (community && kind)) return null;
  if (kind) return now.kinds[kind] ?? 0;
  const of = community ? [...now.communities, ...now.streets].find((each) => each.code === community) : now.total;
  return of ? openIn(of.gaps, ledger.value) : null;
}

/** Open gaps of a ledger, or of all, in a count of them. */
export const openIn = ({ unheld, contested, unserved }: ByLedger, of: Ledger | null): number =>
  of ? { unheld, contested, unserved }[of] : unheld + contested + unserved;

/** The same for the page: counted here where all are here. */
export const countedOpen = computed(() =>
  !areAllHere.value ? openInAll(known(summary.now.value), filter.value) : null,
);
