// A gap: how bad and by which arithmetic, by which rule, what would remedy it, the exception signed for it.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type GapProperties, Refusal, readGap, Unreachable } from "../api";
import { landed } from "../edits/door";
import { told } from "../edits/telling";
import { Blank, Button, Skeleton } from "../parts/controls";
import { inLedger, isPartial } from "../state/gaps";
import { known, resource } from "../state/loading";
import { asOf, decided, inForce, isDraft, mayEdit, maySign, plan, planName } from "../state/plans";
import { decide } from "../state/renewing";
import { selectedCode, selectGrid } from "../state/view";
import { openTool, type ToolId } from "../tools";
import { field, t } from "../words";
import { area, count } from "../words/figures";
import { gapTitle, gapUnits } from "./gap_words";
import { placeOf, Severity } from "./ledgers";
import { fitTo, view } from "./map_stage";
import { startDraft } from "./plan_bar";
import { refusalSentence } from "./refusals";

/** A gap that stands behind what is listed. */
const alone = resource(
  async ({ name, id }: { name: string; id: string }) => (await readGap(name, id, asOf.peek())).properties,
  () => asOf.peek(),
);

export function GapDetails({ id }: { id: string }): JSX.Element {
  const here = inLedger.value.find((each) => each.gap_id === id);
  const missing = !here && isPartial.value;
  const name = planName.value;
  const since = landed.value + decided.value;
  useEffect(() => {
    if (missing && name) void alone.load({ name, id });
  }, [name, id, missing, since]);
  const found = here ?? known(alone.now.value);
  const { state } = alone.now.value;
  if (missing && state === "loading") return <Skeleton lines={8} />;
  if (missing && state === "failed" && !found) return <Blank>{t("failed.gap")}</Blank>;
  if (found?.gap_id !== id) return <Blank>{t("gap.closed")}</Blank>;
  return <Gap gap={found} />;
}

function Gap({ gap }: { gap: GapProperties }): JSX.Element {
  const { detail } = gap;
  const said = (key: string) => (typeof detail[key] === "string" ? (detail[key] as string) : "");
  return (
    <article class="details gap-details">
      <header class="gap-head">
        <Severity value={gap.severity} />
        <div class="title">
          <h2>{gapTitle(gap)}</h2>
          <p>
            {field("ledger", gap.ledger)} · {placeOf(gap)}
          </p>
        </div>
        <Button icon="locate" label={t("grid.locate")} kind="quiet" onClick={() => fitTo(gap.bounds)} />
      </header>
      {said("figure") && <p class="figure">{said("figure")}</p>}
      <dl class="facts">
        <Fact label={t("figure.households")} value={count(gap.households)} />
        <Fact label={t("figure.area")} value={area(gap.area_m2)} />
        <Fact label={t("gap.units")} value={gapUnits(gap)} wide />
        <Fact label={t("gap.arithmetic")} value={said("arithmetic")} wide />
        <Fact label={t("gap.rule")} value={said("rule")} wide />
        <Fact label={t("gap.source")} value={said("source")} wide />
      </dl>
      {gap.remedy && (
        <p class="remedy">
          <b>{t("gap.remedy")}</b> {gap.remedy}
        </p>
      )}
      <Remedies gap={gap} />
      <Exception gap={gap} />
    </article>
  );
}

function Fact({ label, value, wide = false }: { label: string; value: string; wide?: boolean }): JSX.Element | null {
  if (!value) return null;
  return (
    <div class={wide ? "wide" : ""}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Which tool closes a gap of a kind, where drawing does. */
export const TOOL_FOR: Record<string, ToolId> = {
  oversize: "split",
  overloaded: "split",
  undersize: "merge",
  unclaimed: "reassign",
  overlap: "reassign",
  straddle: "reshape",
};

function Remedies({ gap }: { gap: GapProperties }): JSX.Element {
  const tool = TOOL_FOR[gap.kind];
  const start = async () => {
    const from = plan.peek() ?? inForce.peek();
    if (!isDraft.peek() && from && !(await startDraft(from))) return;
    if (gap.code) selectGrid(gap.code);
    fitTo(gap.bounds);
    openTool.value = tool ?? null;
    view.peek()?.canvas.focus({ preventScroll: true });
  };
  return (
    <div class="remedies">
      {tool && mayEdit.value && (
        <Button kind="primary" icon={tool} onClick={() => void start()}>
          {t(isDraft.value ? "gap.start" : "gap.start_in_draft", { tool: t(`tool.${tool}`) })}
        </Button>
      )}
      {gap.code && selectedCode.value && <Button onClick={() => selectGrid(gap.code)}>{t("gap.to_grid")}</Button>}
    </div>
  );
}

function Exception({ gap }: { gap: GapProperties }): JSX.Element | null {
  const [open, setOpen] = useState(false);
  if (gap.state === "accepted") return <Accepted gap={gap} />;
  if (!maySign.value) return null;
  if (!open) return <Button onClick={() => setOpen(true)}>{t("exception.sign")}</Button>;
  return <ExceptionForm gap={gap} onDone={() => setOpen(false)} />;
}

function Accepted({ gap }: { gap: GapProperties }): JSX.Element {
  return (
    <section class="exception">
      <h3>{field("state", gap.state)}</h3>
      <p>{gap.reason}</p>
      <small>{gap.expires && t("exception.until", { date: gap.expires })}</small>
      {gap.signed_by && <small>{t("exception.by", { who: gap.signed_by, date: gap.signed_at ?? "" })}</small>}
      {maySign.value && (
        <Button onClick={() => void told(() => decide(planName.peek() ?? "", gap, { state: "open" }))}>
          {t("exception.reopen")}
        </Button>
      )}
    </section>
  );
}

function ExceptionForm({ gap, onDone }: { gap: GapProperties; onDone: () => void }): JSX.Element {
  const [reason, setReason] = useState("");
  const [expires, setExpires] = useState("");
  const [refusal, setRefusal] = useState("");
  const sign = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await decide(planName.peek() ?? "", gap, { state: "accepted", reason, expires });
      onDone();
    } catch (error) {
      if (error instanceof Unreachable) setRefusal(t("offline.not_done"));
      else if (error instanceof Refusal) setRefusal(refusalSentence(error.problem));
      else throw error;
    }
  };
  return (
    <form class="exception step" onSubmit={(event) => void sign(event as SubmitEvent)}>
      <h3>{t("exception.sign")}</h3>
      <label>
        {t("exception.reason")}
        <textarea rows={3} required value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <label>
        {t("exception.expires")}
        <input type="date" required value={expires} onInput={(event) => setExpires(event.currentTarget.value)} />
      </label>
      <p class="refusal">{refusal}</p>
      <div class="decide">
        <button type="submit" class="button primary">
          {t("exception.confirm")}
        </button>
        <Button onClick={onDone}>{t("edit.discard")}</Button>
      </div>
    </form>
  );
}
