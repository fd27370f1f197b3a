// Whether the sheet composer is open; the composer itself is fetched then.

import { signal } from "@preact/signals";

export const printing = signal(false);
