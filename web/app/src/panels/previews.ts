// A proposal on the map before it is made: land that changes hands tinted in both colours, their new borders dashed.

import { effect } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import type { Outcome } from "../api";
import { type Proposal, proposal } from "../edits/door";
import type { MapView } from "../map/engine";

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

const outcomeOf = (now: Proposal | null): Outcome | undefined => {
  if (now?.state === "ready" || now?.state === "committing") return now.outcome;
  if (now?.state === "stale") return now.mine ?? undefined;
  return now?.state === "computing" ? now.last : undefined;
};

/** Both sides of what moves: the land for who takes it, its outline for who gives it. */
export function tinted(outcome: Outcome | undefined): FeatureCollection {
  const features = outcome?.moved.features ?? [];
  const side = (name: "from" | "to") =>
    features.map((each) => ({ ...each, properties: { ...each.properties, side: name } }));
  return { type: "FeatureCollection", features: [...side("to"), ...side("from")] };
}

/** Keep the map to the proposal. */
export const previews = (map: MapView): (() => void)[] => [
  effect(() => map.sketch("moved", tinted(outcomeOf(proposal.value)))),
  effect(() => {
    const now = proposal.value;
    map.mark("grids", "against", now?.state === "refused" ? now.problem.grids : []);
  }),
  effect(() => {
    const now = proposal.value;
    if (now?.state !== "stale") map.sketch("conflict", EMPTY);
  }),
];
