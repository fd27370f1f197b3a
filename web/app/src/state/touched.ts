// What an edit left as it was is not read again: the figures and gaps of the communities that were touched are put into
// what is here. Which those are, the server says.

import type { GapProperties, Summary, Tally } from "../api";

/** A division by its code among others, the fresh ones in place of those held. */
function joined(held: readonly Tally[], fresh: readonly Tally[]): Tally[] {
  const byCode = new Map([...held, ...fresh].map((each) => [each.code, each]));
  return [...byCode.values()].sort((one, other) => (one.code < other.code ? -1 : 1));
}

/** Figures that were held, and what the server told of the divisions touched since; all, where it told all. */
export const withTouched = (held: Summary, told: Summary): Summary =>
  told.since === null
    ? told
    : {
        ...told,
        communities: joined(held.communities, told.communities),
        streets: joined(held.streets, told.streets),
      };

/**
 * Gaps that were held, worst first, with all of some communities as they are now.
 *
 * `least`: of a list that goes on behind, the severity of its last gap; what is less bad is read with what comes behind.
 */
export function withGapsOf(
  communities: ReadonlySet<string>,
  held: readonly GapProperties[],
  now: readonly GapProperties[],
  least = 0,
): GapProperties[] {
  const byId = new Map(now.filter((gap) => gap.severity >= least).map((gap) => [gap.gap_id, gap]));
  const stay = held.flatMap((gap) => {
    if (!communities.has(gap.community_code ?? "")) return [gap];
    const still = byId.get(gap.gap_id);
    byId.delete(gap.gap_id);
    return still ? [still] : [];
  });
  return [...stay, ...byId.values()].sort((one, other) => other.severity - one.severity);
}

/** A page behind those before it; what an edit brought forward is not listed twice. */
export function withPage(before: readonly GapProperties[], page: readonly GapProperties[]): GapProperties[] {
  const listed = new Set(before.map((gap) => gap.gap_id));
  return [...before, ...page.filter((gap) => !listed.has(gap.gap_id))];
}
