// What filters of the page leave on the map: gaps of a kind and of a division; the land of others is dimmed.

import type { ExpressionSpecification, FilterSpecification } from "maplibre-gl";
import type { Ledger } from "../api";

const LEDGERS: readonly Ledger[] = ["unheld", "contested", "unserved"];

export interface Narrowed {
  community: string | null;
  kind: string | null;
}

const is = (property: string, value: string): ExpressionSpecification => ["==", ["get", property], value];
const begins = (property: string, with_: string): ExpressionSpecification => [
  "==",
  ["slice", ["to-string", ["get", property]], 0, with_.length],
  with_,
];

/** The gaps of a ledger that are open and have land of their own, within what the page narrows to. */
export const gapFilter = (ledger: Ledger, { community, kind }: Narrowed): FilterSpecification => [
  "all",
  is("ledger", ledger),
  ["!=", ["get", "state"], "accepted"],
  ["!", ["to-boolean", ["get", "zones"]]],
  ...(kind ? [is("kind", kind)] : []),
  ...(community ? [begins("community", community)] : []),
];

/** The filter of each layer of gaps. */
export const gapFilters = (to: Narrowed): [string, FilterSpecification][] =>
  LEDGERS.flatMap((ledger): [string, FilterSpecification][] => [
    [`gaps-${ledger}`, gapFilter(ledger, to)],
    [`gaps-${ledger}-edge`, gapFilter(ledger, to)],
  ]);

/** The communities that are dimmed: those beyond the division, none where there is no division chosen. */
export const veilFilter = (community: string | null): FilterSpecification =>
  community ? ["all", is("level", "community"), ["!", begins("code", community)]] : ["literal", false];
