// What a click would do, what was just done, and whether the server answers: quiet lines over the map.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { proposal, type Said, said, undo } from "../edits/door";
import { online } from "../state/connection";
import { isDraft } from "../state/plans";
import { openTool } from "../tools";
import { measured } from "../tools/measure";
import { hint } from "../tools/tool";
import { t } from "../words";
import { area, distance } from "../words/figures";
import { logSentence, origin } from "./history";
import { passing } from "./passing";
import { refusalSentence } from "./refusals";

/** What became of the plan, by a colleague's edit or a step of its life, as a line to read. */
export const news = signal("");

export function Hint(): JSX.Element | null {
  if (!hint.value || proposal.value?.state === "ready" || proposal.value?.state === "stale") return null;
  const way = measured.value;
  return (
    <p class="hint" aria-live="polite">
      <b>{openTool.value && t(`tool.${openTool.value}`)}</b>
      {way ? (
        <span>
          {t("hint.measured", {
            length: distance(way.length_m),
            area: way.area_m2 === null ? "" : `· ${area(way.area_m2)}`,
          })}
        </span>
      ) : (
        <span>{t(hint.value)}</span>
      )}
      <kbd>Esc</kbd>
    </p>
  );
}

export function Notices(): JSX.Element {
  const done = said.value;
  const told = news.value;
  useEffect(() => passing(said, done, null), [done]);
  useEffect(() => passing(news, told, ""), [told]);
  return (
    <div class="notices" aria-live="polite">
      {!online.value && <p class="offline">{t("offline.bar")}</p>}
      {told && <p>{told}</p>}
      {done && <Done done={done} />}
    </div>
  );
}

function Done({ done }: { done: Said }): JSX.Element {
  if (done.type === "refused") return <p class="refused">{refusalSentence(done.problem)}</p>;
  if (done.type === "waiting") return <p>{t("offline.step_waits")}</p>;
  if (done.type === "unreachable") return <p class="refused">{t("offline.not_done")}</p>;
  return (
    <p>
      {t(`done.${done.type}`, { what: logSentence(origin(done.entry)) })}
      {done.type === "made" && isDraft.value && (
        <button type="button" class="button quiet" onClick={() => void undo()}>
          {t("tool.undo")} <kbd>Ctrl Z</kbd>
        </button>
      )}
    </p>
  );
}
