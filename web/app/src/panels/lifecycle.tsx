// What a plan's life offers next: branch, submit with a note, return, approve from a date.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { approvePlan, type Plan, Refusal, returnPlan, submitPlan, Unreachable } from "../api";
import { Button, Menu } from "../parts/controls";
import { history, mayApprove, mayEdit, other, plan, plans } from "../state/plans";
import { comparing, tab } from "../state/view";
import { t } from "../words";
import { calendarDay } from "../words/figures";
import { news } from "./notices";
import { startDraft } from "./plan_bar";
import { refusalSentence } from "./refusals";

export function Lifecycle(): JSX.Element | null {
  const now = plan.value;
  if (!now) return null;
  if (now.status === "draft" && mayEdit.value) return <Submit plan={now} />;
  if (now.status === "in_review" && mayApprove.value) return <Review plan={now} />;
  if (now.status === "in_force" && mayEdit.value) {
    return (
      <Button kind="primary" icon="plus" onClick={() => void startDraft(now)}>
        {t("life.branch")}
      </Button>
    );
  }
  return null;
}

/** Do a step of the plan's life, show it and say so; what is refused stays in the form, which stays open. */
function useStep(close: () => void) {
  const [refusal, setRefusal] = useState("");
  const act = async (step: () => Promise<Plan>, said: (stepped: Plan) => string) => {
    setRefusal("");
    try {
      const stepped = await step();
      if (plan.peek()?.name === stepped.name) {
        plan.value = stepped;
        void history.load(stepped.name);
      }
      news.value = said(stepped);
      close();
    } catch (error) {
      if (error instanceof Unreachable) setRefusal(t("offline.not_done"));
      else if (error instanceof Refusal) setRefusal(refusalSentence(error.problem));
      else throw error;
      return;
    }
    await plans.load();
  };
  return [<Refused key="refused">{refusal}</Refused>, act] as const;
}

function Refused({ children }: { children: string }): JSX.Element {
  return (
    <p class="refusal" role="alert">
      {children}
    </p>
  );
}

function Submit({ plan: draft }: { plan: Plan }): JSX.Element {
  return (
    <Menu name={t("life.submit")} align="right" class="primary" label={t("life.submit")}>
      {(close) => <SubmitForm draft={draft} close={close} />}
    </Menu>
  );
}

/** What was written for a step of a plan, and not sent yet; who looks at the changes meanwhile finds it again. */
const notes = signal<Record<string, string>>({});

function useNote(step: "submit" | "return", name: string): readonly [string, (note: string) => void] {
  const of = `${step} ${name}`;
  const write = (note: string) => {
    notes.value = { ...notes.peek(), [of]: note };
  };
  return [notes.value[of] ?? "", write];
}

function SubmitForm({ draft, close }: { draft: Plan; close: () => void }): JSX.Element {
  const [note, setNote] = useNote("submit", draft.name);
  const [refused, act] = useStep(close);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void act(
      () => submitPlan(draft.name, note),
      () => {
        setNote("");
        return t("life.submitted", { title: draft.title });
      },
    );
  };
  return (
    <form class="step" onSubmit={(event) => submit(event as SubmitEvent)}>
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
      {refused}
      <button type="submit" class="button primary">
        {t("life.submit_now")}
      </button>
    </form>
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
  return (
    <Menu name={t("life.review")} align="right" class="primary" label={t("life.review")}>
      {(close) => <ReviewForm submitted={submitted} close={close} />}
    </Menu>
  );
}

function ReviewForm({ submitted, close }: { submitted: Plan; close: () => void }): JSX.Element {
  const [note, setNote] = useNote("return", submitted.name);
  const [date, setDate] = useState(calendarDay());
  const [refused, act] = useStep(close);
  const { name, title } = submitted;
  const approve = () =>
    act(
      () => approvePlan(name, date),
      () => t("life.approved", { title, date }),
    );
  const giveBack = () =>
    act(
      () => returnPlan(name, note),
      () => {
        setNote("");
        return t("life.returned", { title });
      },
    );
  return (
    <div class="step">
      {submitted.note && <blockquote>{submitted.note}</blockquote>}
      <SeeChanges onSeen={close} />
      <label>
        {t("life.effective")}
        <input type="date" value={date} onInput={(event) => setDate(event.currentTarget.value)} />
      </label>
      {date && date < calendarDay() && (
        <p class="warned" role="status">
          {t("life.past_day", { date })}
        </p>
      )}
      <Button kind="primary" icon="check" onClick={() => void approve()}>
        {t("life.approve")}
      </Button>
      <hr />
      <label>
        {t("life.return_note")}
        <textarea rows={3} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <Button onClick={() => void giveBack()} disabled={!note} title={note ? undefined : t("life.return_why")}>
        {t("life.return")}
      </Button>
      {refused}
    </div>
  );
}
