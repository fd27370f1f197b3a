// While an old revision is on the page, a bar says which, steps to the ones beside it, and returns.

import { computed } from "@preact/signals";
import type { JSX } from "preact";
import type { LogEntry } from "../api";
import { Button } from "../parts/controls";
import { known } from "../state/loading";
import { asOf, history, plan, visit } from "../state/plans";
import { t } from "../words";
import { moment } from "../words/figures";
import { logSentence } from "./history";

/** The revisions on both sides of one in a log. */
export function beside(log: readonly LogEntry[], revision: number): { before?: number; after?: number } {
  const all = log.map((entry) => entry.revision).sort((one, other) => one - other);
  const before = all.findLast((each) => each < revision);
  const after = all.find((each) => each > revision);
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

const steps = computed(() => (asOf.value === undefined ? {} : beside(known(history.now.value) ?? [], asOf.value)));

export function RevisionBar(): JSX.Element | null {
  const revision = asOf.value;
  if (revision === undefined) return null;
  const { before, after } = steps.value;
  const made = known(history.now.value)?.find((entry) => entry.revision === revision);
  return (
    <section class="revision-bar" aria-label={t("revision.bar")}>
      <p aria-live="polite">
        <b>{t("revision.looking", { revision })}</b>
        {made && <span>{t("revision.made", { name: made.by, at: moment(made.at), what: logSentence(made) })}</span>}
      </p>
      <Button disabled={before === undefined} onClick={() => visit(before)}>
        {t("revision.before")}
      </Button>
      <Button disabled={after === undefined} onClick={() => visit(after)}>
        {t("revision.after")}
      </Button>
      <Button kind="primary" onClick={() => visit(plan.value?.revision)}>
        {t("revision.back")} <kbd>Esc</kbd>
      </Button>
    </section>
  );
}
