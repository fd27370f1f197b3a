// The base map that this browser shows: kept here, never on the server, since a key is its owner's.

import { computed, effect, signal } from "@preact/signals";
import type { Archive } from "../map/archive";
import { type BaseMap, originsOf, rastersOf, readBaseMap } from "../map/base_map";
import type { Underlay } from "../map/underlay";

const KEPT_AS = "onegrid.base-map";

const kept = (): string | null => (typeof localStorage === "undefined" ? null : localStorage.getItem(KEPT_AS));

export const baseMap = signal<BaseMap>(readBaseMap(kept()));
/** The PMTiles file that is open; a browser does not keep it beyond the page. */
export const archive = signal<Archive | null>(null);
/** Origins that the server's policy does not let this page reach. */
export const blocked = signal<readonly string[]>([]);

export const blockedHere = computed(() => originsOf(baseMap.value).filter((origin) => blocked.value.includes(origin)));

/** What the map lays under the grids; what the policy forbids is asked for no more. */
export const underlay = computed((): Underlay => {
  const base = baseMap.value;
  const rasters = blockedHere.value.length ? [] : rastersOf(base);
  return { rasters, archive: base.kind === "pmtiles" ? archive.value : null, fills: base.fills };
});

/** Keep the choice, and hear which origins the policy forbids; returns what stops it. */
export function keepBaseMap(): () => void {
  const forbidden = ({ blockedURI }: SecurityPolicyViolationEvent) => {
    const origin = URL.canParse(blockedURI) ? new URL(blockedURI).origin : blockedURI;
    if (!blocked.peek().includes(origin)) blocked.value = [...blocked.peek(), origin];
  };
  document.addEventListener("securitypolicyviolation", forbidden);
  const keeping = effect(() => localStorage.setItem(KEPT_AS, JSON.stringify(baseMap.value)));
  return () => {
    keeping();
    document.removeEventListener("securitypolicyviolation", forbidden);
  };
}
