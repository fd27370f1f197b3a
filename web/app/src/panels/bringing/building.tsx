// The third step: the build as it goes, what it came to, and a draft of it.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Built } from "../../api/uploads";
import { Button } from "../../parts/controls";
import { type Standing, secondsLeft, timeLeft, watchedSince } from "../../parts/remaining";
import { known } from "../../state/loading";
import { freshName, openPlan, plans } from "../../state/plans";
import { built, discard, draft, running, say, suspected, upload } from "../../state/uploads";
import { field, isWord, t } from "../../words";
import { count } from "../../words/figures";
import { draftTitle } from "../plan_bar";
import { warningSentence } from "./warnings";

export function Building({ onDone, onBack }: { onDone: () => void; onBack: () => void }): JSX.Element {
  if (running.value) return <Progress />;
  const came = built.value;
  return (
    <>
      <Shifted onBack={onBack} />
      <Warnings />
      {came ? <CameTo built={came} /> : <p class="note">{t("bring.not_built")}</p>}
      {came && <Draft onDone={onDone} />}
    </>
  );
}

function Progress(): JSX.Element {
  const job = upload.value?.job;
  const stage = `bring.stage.${job?.stage}`;
  const { done = 0, total = 0 } = job ?? {};
  const since = useRef<Standing | null>(null);
  const now = { step: stage, at: performance.now(), done, total };
  since.current = watchedSince(since.current, now);
  const left = secondsLeft(since.current, now);
  return (
    <div class="working" role="status">
      <p>{isWord(stage) ? t(stage) : job?.stage}</p>
      <progress {...(total > 0 ? { value: done, max: total } : {})} aria-label={t("bring.progress")} />
      <small>
        {total > 0 ? `${count(done)} / ${count(total)}` : ""} {left !== null && timeLeft(left)}
      </small>
    </div>
  );
}

/** Layers that lie some hundred metres off, as GCJ-02 does, with the one thing to do about it. */
function Shifted({ onBack }: { onBack: () => void }): JSX.Element | null {
  if (suspected.value.length === 0) return null;
  const settle = () => {
    for (const { row, datum } of suspected.peek()) say(row, { datum });
    onBack();
  };
  return (
    <div class="warned" role="alert">
      {suspected.value.map(({ row, layer, datum }) => (
        <p key={row}>{t("bring.shifted", { layer: field("layer", layer), datum })}</p>
      ))}
      <Button kind="primary" onClick={settle}>
        {t("bring.settle_datum")}
      </Button>
    </div>
  );
}

function Warnings(): JSX.Element | null {
  const said = upload.value?.job?.warnings ?? [];
  if (said.length === 0) return null;
  return (
    <details class="warned" open>
      <summary>{t("bring.warnings", { count: said.length })}</summary>
      <ul>
        {said.map((line) => (
          <li key={line}>{warningSentence(line)}</li>
        ))}
      </ul>
    </details>
  );
}

const LEDGERS = ["unheld", "contested", "unserved"] as const;

function CameTo({ built: came }: { built: Built }): JSX.Element {
  const ofLedger = (ledger: string) =>
    came.gaps.filter((each) => each.ledger === ledger).reduce((sum, each) => sum + each.count, 0);
  return (
    <>
      <div class="figures">
        <span class="tile">
          <b>{count(came.grids)}</b>
          <span>{t("bring.grids", { count: count(came.communities.length) })}</span>
        </span>
        {LEDGERS.map((each) => (
          <span class={`tile ${each}`} key={each}>
            <b>{count(ofLedger(each))}</b>
            <span>{field("ledger", each)}</span>
          </span>
        ))}
      </div>
      <table class="units">
        <caption>{t("bring.units")}</caption>
        <tbody>
          {came.units.map((each) => (
            <tr key={`${each.layer} ${each.status}`}>
              <th scope="row">{field("layer", each.layer)}</th>
              <td>{field("status", each.status)}</td>
              <td>{count(each.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Repairs built={came} />
      <NotEvaluated built={came} />
    </>
  );
}

function Repairs({ built: came }: { built: Built }): JSX.Element {
  return (
    <details>
      <summary>{t("bring.repairs", { count: count(came.repairs_in_all) })}</summary>
      <table class="units">
        <tbody>
          {came.repairs.map((each) => (
            <tr key={`${each.layer} ${each.source_id} ${each.problem} ${each.action}`}>
              <th scope="row">
                {field("layer", each.layer)} {each.source_id}
              </th>
              <td>{each.problem}</td>
              <td>{each.action}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function NotEvaluated({ built: came }: { built: Built }): JSX.Element | null {
  const reasons = Object.entries(came.not_evaluated);
  if (reasons.length === 0) return null;
  return (
    <details>
      <summary>{t("bring.not_evaluated")}</summary>
      <ul>
        {reasons.map(([reason, kinds]) => (
          <li key={reason}>
            {kinds.map((each) => field("gap", each)).join(t("list.separator"))}: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Draft({ onDone }: { onDone: () => void }): JSX.Element {
  const all = known(plans.now.value) ?? [];
  const [name, setName] = useState(freshName(all, draftTitle()));
  const make = async () => {
    const made = await draft(name.trim());
    if (!made) return;
    await plans.load();
    const there = known(plans.now.peek())?.find((each) => each.name === made);
    if (there) openPlan(there);
    onDone();
    await discard();
  };
  return (
    <form class="step" onSubmit={(event) => [event.preventDefault(), void make()]}>
      <label>
        {t("bring.draft_name")}
        <input value={name} required maxLength={120} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <footer>
        <button type="submit" class="button primary">
          {t("bring.make_draft")}
        </button>
      </footer>
    </form>
  );
}
