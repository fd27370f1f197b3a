// How divisions are shaded far out: by the theme, over the communities of the plan.

import { computed, signal } from "@preact/signals";
import { farOf, type levelAt } from "../map/far";
import { known } from "./loading";
import { summary } from "./plans";
import { theme } from "./view";

export const far = computed(() => farOf(theme.value, known(summary.now.value)?.communities ?? []));

/** What the map shades where it stands; null: grids are to be seen. */
export const farLevel = signal<ReturnType<typeof levelAt>>(null);
