// A refusal in the planner's words, by its stable code; one that has no words says what the server said.

import type { Problem } from "../api";
import { isWord, t } from "../words";
import { shortCodes } from "../words/figures";

export function refusalSentence(problem: Problem): string {
  const key = `refused.${problem.code}`;
  return isWord(key)
    ? t(key, { codes: shortCodes(problem.grids) || t("refused.this_grid") })
    : problem.detail || t("refused.unknown");
}
