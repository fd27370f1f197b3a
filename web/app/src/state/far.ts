// How divisions are shaded far out: by the theme, over the communities of the plan.

import { computed, signal } from "@preact/signals";
import { farOf } from "../map/far";
import { known } from "./loading";
import { summary } from "./plans";
import { theme } from "./view";

export const far = computed(() => farOf(theme.value, known(summary.now.value)?.communities ?? []));

/** Whether the map is that far out. */
export const isFar = signal(false);
