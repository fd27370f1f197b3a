// The same in English; the type holds that no word is missing.

import type { ZH_VIEWS } from "./zh_views";

export const EN_VIEWS: Record<keyof typeof ZH_VIEWS, string> = {
  "paint.by": "What to paint",
  "paint.face": "Pieces",
  "paint.unit": "Whole source units",
  "revision.visit": "Look at rev {revision}",
  "revision.bar": "An old revision, to read only",
  "revision.looking": "This is rev {revision}, to read only",
  "revision.made": "{name} {at} {what}",
  "revision.before": "Earlier",
  "revision.after": "Later",
  "revision.back": "Back to the latest",
  "conflict.both": "Both versions",
  "conflict.theirs": "Theirs",
  "conflict.mine": "Yours",
  "conflict.reading": "Reading their version…",
  "compare.bar": "How to compare",
  "compare.by.swipe": "Swipe",
  "compare.by.side": "Side by side",
  "compare.with": "Plan to compare with",
  "compare.choose": "Choose a plan to compare with",
  "compare.close": "Stop comparing",
  "compare.against": "Compared with “{title}”",
  "compare.failed": "The plan to compare with could not be read.",
};
