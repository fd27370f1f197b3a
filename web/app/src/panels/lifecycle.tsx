// What a plan's life offers next: branch, submit with a note, return, approve from a date.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { approvePlan, type Plan, Refusal, returnPlan, submitPlan } from "../api";
import { Button, Menu } from "../parts/controls";
import { branchDraft, mayApprove, mayEdit, other, plan, plans } from "../state/plans";
import { comparing, tab } from "../state/view";
import { t } from "../words";
import { draftTitle } from "./plan_bar";

export function Lifecycle(): JSX.Element | null {
  const now = plan.value;
  if (!now) return null;
  if (now.status === "draft" && mayEdit.value) return <Submit plan={now} />;
  if (now.status === "in_review" && mayApprove.value) return <Review plan={now} />;
  if (now.status === "in_force" && mayEdit.value) {
    return (
      <Button kind="primary" icon="plus" onClick={() => void branchDraft(now, draftTitle())}>
        {t("life.branch")}
      </Button>
    );
  }
  return null;
}

/** Do a step of the plan's life, and show it; a refusal stays in the form. */
function useStep(): [string, (step: () => Promise<Plan>) => Promise<void>] {
  const [refusal, setRefusal] = useState("");
  const act = async (step: () => Promise<Plan>) => {
    try {
      plan.value = await step();
      await plans.load();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setRefusal(error.problem.detail);
    }
  };
  return [refusal, act];
}

function Submit({ plan: draft }: { plan: Plan }): JSX.Element {
  const [note, setNote] = useState("");
  const [refusal, act] = useStep();
  return (
    <Menu name={t("life.submit")} align="right" class="primary" label={t("life.submit")}>
      {(close) => (
        <form
          class="step"
          onSubmit={(event) => [event.preventDefault(), void act(() => submitPlan(draft.name, note)).then(close)]}
        >
          <label>
            {t("life.note")}
            <textarea
              rows={4}
              value={note}
              required
              placeholder={t("life.note_hint")}
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </label>
          <SeeChanges onSeen={close} />
          <p class="refusal">{refusal}</p>
          <button type="submit" class="button primary">
            {t("life.submit_now")}
          </button>
        </form>
      )}
    </Menu>
  );
}

/** What is submitted or approved can be read first, on the map and as a list. */
function SeeChanges({ onSeen }: { onSeen: () => void }): JSX.Element | null {
  if (!other.value) return null;
  const see = () => {
    comparing.value = true;
    tab.value = "changes";
    onSeen();
  };
  return (
    <Button icon="compare" onClick={see}>
      {t("life.see_changes")}
    </Button>
  );
}

function Review({ plan: submitted }: { plan: Plan }): JSX.Element {
  const [note, setNote] = useState("");
  const [date, setDate] = useState(new Date().toISOString().slice(0, 10));
  const [refusal, act] = useStep();
  return (
    <Menu name={t("life.review")} align="right" class="primary" label={t("life.review")}>
      {(close) => (
        <div class="step">
          {submitted.note && <blockquote>{submitted.note}</blockquote>}
          <SeeChanges onSeen={close} />
          <label>
            {t("life.effective")}
            <input type="date" value={date} onInput={(event) => setDate(event.currentTarget.value)} />
          </label>
          <Button
            kind="primary"
            icon="check"
            onClick={() => void act(() => approvePlan(submitted.name, date)).then(close)}
          >
            {t("life.approve")}
          </Button>
          <hr />
          <label>
            {t("life.return_note")}
            <textarea rows={3} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          <Button
            onClick={() => void act(() => returnPlan(submitted.name, note)).then(close)}
            disabled={!note}
            title={note ? undefined : t("life.return_why")}
          >
            {t("life.return")}
          </Button>
          <p class="refusal">{refusal}</p>
        </div>
      )}
    </Menu>
  );
}
