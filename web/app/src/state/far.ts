// How divisions are shaded far out: by the theme, over those of the plan, or as a published file says.

import { computed, effect, signal } from "@preact/signals";
import type { MapView } from "../map/engine";
import { type Far, type Fourths, farOf, farSaid, levelAt } from "../map/far";
import { known } from "./loading";
import { summary } from "./plans";
import { theme } from "./view";

/** Of the published file that is shown in place of a server's plans. */
export const published = signal<Fourths | null>(null);

/** By what it says: an edit that moves no fourth is no reason to draw all anew. */
const said = computed(() =>
  JSON.stringify(
    published.value
      ? farSaid(theme.value, published.value)
      : farOf(theme.value, known(summary.now.value)?.communities ?? []),
  ),
);
export const far = computed(() => JSON.parse(said.value) as Far | null);

/** The whole zoom that the map stands at. */
export const zoom = signal(Number.POSITIVE_INFINITY);
/** What the map shades where it stands; null: grids are to be seen. */
export const farLevel = computed(() => levelAt(zoom.value));

/** Keep a map shaded, where that is to be seen: all its tiles are laid out anew for it. Returns what stops it. */
export const shading = (map: Pick<MapView, "shade">): (() => void) =>
  effect(() => {
    if (farLevel.value) map.shade(far.value);
  });

/** Keep in mind at which zoom a map stands. Returns what stops it. */
export function standing(map: Pick<MapView, "zoom" | "on">): () => void {
  const look = () => {
    zoom.value = Math.floor(map.zoom());
  };
  look();
  return map.on("move", look);
}
