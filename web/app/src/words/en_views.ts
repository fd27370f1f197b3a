// The same in English; the type holds that no word is missing.

import type { ZH_VIEWS } from "./zh_views";

export const EN_VIEWS: Record<keyof typeof ZH_VIEWS, string> = {
  "paint.by": "What to paint",
  "paint.face": "Pieces",
  "paint.unit": "Whole source units",
};
