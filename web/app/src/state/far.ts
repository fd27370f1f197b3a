// How divisions are shaded far out: by the theme, over the communities of the plan.

import { computed, signal } from "@preact/signals";
import { type Far, farOf, type levelAt } from "../map/far";
import { known } from "./loading";
import { summary } from "./plans";
import { theme } from "./view";

/** By what it says: an edit that moves no fourth is no reason to draw all anew. */
const said = computed(() => JSON.stringify(farOf(theme.value, known(summary.now.value)?.communities ?? [])));
export const far = computed(() => JSON.parse(said.value) as Far | null);

/** What the map shades where it stands; null: grids are to be seen. */
export const farLevel = signal<ReturnType<typeof levelAt>>(null);
