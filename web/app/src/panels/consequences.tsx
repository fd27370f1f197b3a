// The consequence bar: what the open gesture comes to, before it is made; a refusal in the planner's words.

import type { JSX } from "preact";
import type { Edit, Figures, GapTold, GridChange, Outcome } from "../api";
import { commit, discard, type Proposal, proposal, propose } from "../edits/door";
import { Button } from "../parts/controls";
import { startOver } from "../tools/bench";
import { carvedName } from "../tools/carve";
import { field, t } from "../words";
import { area, count, MISSING, shortCode, shortCodes } from "../words/figures";
import { Conflict } from "./conflict";
import { staffed } from "./staffing";

export function ConsequenceBar(): JSX.Element | null {
  const now = proposal.value;
  if (!now || now.state === "refused") return null;
  return (
    <section
      class={`consequences ${now.state}`}
      aria-label={t("edit.consequences")}
      aria-live="polite"
      aria-busy={now.state === "computing"}
    >
      <Body now={now} />
    </section>
  );
}

function Body({ now }: { now: Exclude<Proposal, { state: "refused" }> }): JSX.Element {
  if (now.state === "stale") return <Conflict theirs={now.theirs} mine={now.mine} />;
  if (now.state === "waiting") return <Waiting />;
  const outcome = now.state === "computing" ? now.last : now.outcome;
  return (
    <>
      <div class="what">
        <b>{editSentence(now.edit)}</b>
        {now.edit.verb === "carve" && <CarveName edit={now.edit} />}
        <Moved outcome={outcome} />
      </div>
      {outcome ? <Changes outcome={outcome} /> : <p class="pending">{t("edit.computing")}</p>}
      <Decide state={now.state} />
      <GapLine outcome={outcome} />
    </>
  );
}

/** What an edit does, in one line. */
export function editSentence(edit: Edit): string {
  switch (edit.verb) {
    case "split":
      return t("edit.split", { code: shortCode(edit.code) });
    case "merge":
      return t("edit.merge", { codes: shortCodes(edit.codes), keep: shortCode(edit.keep) });
    case "reshape":
      return t("edit.reshape", { codes: shortCodes(edit.codes) });
    case "carve":
      return t("edit.carve");
    case "retag":
      return t("edit.retag", { code: shortCode(edit.code) });
    case "reassign":
      if ("unit" in edit) return t("edit.reassign_unit", { to: shortCode(edit.to) });
      return t("edit.reassign", { to: shortCode(edit.to), count: edit.faces.length });
    default:
      return t(`edit.${edit.verb}`);
  }
}

function CarveName({ edit }: { edit: Extract<Edit, { verb: "carve" }> }): JSX.Element {
  const rename = (name: string) => {
    carvedName.value = name;
    void propose({ ...edit, name: name || null });
  };
  return (
    <input
      class="carve-name"
      placeholder={t("edit.carve_name")}
      aria-label={t("edit.carve_name")}
      value={carvedName.value}
      onChange={(event) => rename(event.currentTarget.value)}
    />
  );
}

function Changes({ outcome }: { outcome: Outcome }): JSX.Element {
  return (
    <ul class="changes" aria-label={t("edit.changes")}>
      {outcome.metrics.slice(0, MOST_GRIDS).map((change) => (
        <GridColumn key={change.code} change={change} />
      ))}
      {outcome.metrics.length > MOST_GRIDS && <li class="more">+{outcome.metrics.length - MOST_GRIDS}</li>}
    </ul>
  );
}

const MOST_GRIDS = 4;

function GridColumn({ change }: { change: GridChange }): JSX.Element {
  const { before, after, code, name } = change;
  const fate = before === null ? "new" : after === null ? "gone" : "kept";
  return (
    <li class={`grid-change ${fate}`}>
      <span class="grid-name">
        <b>{shortCode(code)}</b> <span>{name}</span> {fate !== "kept" && <em>{t(`edit.${fate}`)}</em>}
      </span>
      <Pair label={t("figure.households")} before={before} after={after} written={(each) => count(each.households)} />
      <Pair label={t("figure.staff")} before={before} after={after} written={staffed} short={(after?.short ?? 0) > 0} />
      <PartyPair before={before} after={after} />
      <Pair
        label={t("figure.area")}
        before={after ? null : before}
        after={after}
        written={(each) => area(each.area_m2)}
      />
    </li>
  );
}

interface PairProps {
  label: string;
  before: Figures | null;
  after: Figures | null;
  written: (figures: Figures) => string;
  short?: boolean;
}

function Pair({ label, before, after, written, short = false }: PairProps): JSX.Element {
  const [old, now] = [before, after].map((figures) => (figures ? written(figures) : MISSING));
  return (
    <span class={old === now ? "pair same" : "pair"}>
      <small>{label}</small>
      {old !== now && before && <del>{old}</del>}
      {old !== now && before && after && <i aria-hidden="true">→</i>}
      <ins class={short ? "short" : ""}>{after ? now : old === now ? now : ""}</ins>
    </span>
  );
}

function PartyPair({ before, after }: { before: Figures | null; after: Figures | null }): JSX.Element {
  const shown = after ?? before;
  return (
    <span class={before?.proposed_form === after?.proposed_form ? "pair same" : "pair"}>
      <small>{t("figure.branch")}</small>
      <ins>{field("form", shown?.proposed_form)}</ins>
    </span>
  );
}

/** How many households an edit gives to another grid: what the givers lose. */
export const householdsMoved = (outcome: Outcome): number =>
  outcome.metrics.reduce(
    (sum, { before, after }) => sum + Math.max(0, (before?.households ?? 0) - (after?.households ?? 0)),
    0,
  );

function Moved({ outcome }: { outcome: Outcome | undefined }): JSX.Element | null {
  const moved = outcome ? householdsMoved(outcome) : 0;
  return moved ? <small>{t("edit.households_moved", { count: count(moved) })}</small> : null;
}

function GapLine({ outcome }: { outcome: Outcome | undefined }): JSX.Element | null {
  if (!outcome) return null;
  const { opened, closed } = outcome.gaps;
  if (!opened.length && !closed.length) return <p class="gaps none">{t("edit.no_gaps")}</p>;
  return (
    <p class="gaps">
      {closed.length > 0 && (
        <span class="closed">{t("edit.closes", { count: closed.length, kinds: kindsOf(closed) })}</span>
      )}
      {opened.length > 0 && (
        <span class="opened">{t("edit.opens", { count: opened.length, kinds: kindsOf(opened) })}</span>
      )}
    </p>
  );
}

/** The kinds of some gaps, the most severe first, each with how many there are where there are several. */
export function kindsOf(gaps: readonly GapTold[]): string {
  const found = new Map<string, number>();
  for (const { kind } of [...gaps].sort((one, other) => other.severity - one.severity))
    found.set(kind, (found.get(kind) ?? 0) + 1);
  const named = [...found].map(([kind, times]) => `${field("gap", kind)}${times > 1 ? ` × ${times}` : ""}`);
  return named.join(t("list.separator"));
}

function Decide({ state }: { state: "computing" | "ready" | "committing" }): JSX.Element {
  return (
    <div class="decide">
      <Button kind="primary" icon="check" disabled={state !== "ready"} onClick={() => void commit()}>
        {t("edit.commit")} <kbd>Enter</kbd>
      </Button>
      <Button icon="cross" disabled={state === "committing"} onClick={startOver}>
        {t("edit.discard")} <kbd>Esc</kbd>
      </Button>
    </div>
  );
}

function Waiting(): JSX.Element {
  return (
    <>
      <div class="what">
        <b>{t("offline.waiting")}</b>
        <small>{t("offline.kept")}</small>
      </div>
      <div class="decide">
        <Button onClick={discard}>{t("edit.discard")}</Button>
      </div>
    </>
  );
}
