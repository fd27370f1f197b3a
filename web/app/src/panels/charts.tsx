// Charts of the dashboard: small multiples by street or community, worst first, and the kinds of a ledger. Each bar is a
// button that filters the table and the map, and shows what filters them.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { DivisionTally, Ledger, Summary } from "../api";
import { LEDGER_INKS } from "../map/tokens";
import { Button, Choice } from "../parts/controls";
import { filter, ledger } from "../state/view";
import { field, t } from "../words";
import { area, count, share } from "../words/figures";
import { kindsIn, kindsListed, LEDGERS } from "./ledgers";
import { fitTo } from "./map_stage";

export const MEASURES = ["gaps", "short", "unclaimed", "uncovered"] as const;
export type Measure = (typeof MEASURES)[number];
type Level = "communities" | "streets";

const measure = signal<Measure>("gaps");
const level = signal<Level>("communities");
/** Of a county's thousands of communities the worst are shown; more where somebody asks. */
const A_PAGE = 90;
const mostRows = signal(A_PAGE);

/** How bad a division is by a measure: the larger, the worse. */
export function badness(tally: DivisionTally, by: Measure): number {
  switch (by) {
    case "gaps":
      return LEDGERS.reduce((sum, name) => sum + (tally.gaps[name] ?? 0), 0);
    case "short":
      return tally.short ?? 0;
    case "unclaimed":
      return tally.unclaimed_m2;
    case "uncovered":
      return tally.grids - (tally.covered ?? tally.grids);
  }
}

/** Divisions by a measure, worst first; those that are equally bad by their codes. */
export const worstFirst = (tallies: readonly DivisionTally[], by: Measure): DivisionTally[] =>
  [...tallies].sort((one, other) => badness(other, by) - badness(one, by) || one.code.localeCompare(other.code));

/** What a measure says of a division; where no table tells, that it is not known, which is no zero. */
export function written(tally: DivisionTally, by: Measure): string {
  if ((by === "short" ? tally.short : by === "uncovered" ? tally.covered : 0) === null) return count(null);
  const bad = badness(tally, by);
  return by === "unclaimed" ? area(bad) : count(bad);
}

export function Divisions({ now }: { now: Summary }): JSX.Element {
  const rows = worstFirst(now[level.value], measure.value);
  const here = rows.slice(0, mostRows.value);
  const most = Math.max(1, ...rows.map((each) => badness(each, measure.value)));
  return (
    <section>
      <div class="chart-head">
        <Choice
          name={t("charts.level")}
          value={level.value}
          options={(["communities", "streets"] as const).map((value) => ({ value, label: t(`charts.by.${value}`) }))}
          onChoose={(value) => {
            level.value = value;
          }}
        />
        <select
          aria-label={t("charts.measure")}
          value={measure.value}
          onChange={(event) => {
            measure.value = event.currentTarget.value as Measure;
          }}
        >
          {MEASURES.map((each) => (
            <option key={each} value={each}>
              {t(`charts.measure.${each}`)}
            </option>
          ))}
        </select>
      </div>
      <ul class="multiples">
        {here.map((each) => (
          <Multiple key={each.code} tally={each} most={most} />
        ))}
      </ul>
      {here.length < rows.length && (
        <Button kind="quiet" onClick={() => (mostRows.value += A_PAGE)}>
          {t("ledgers.more", { count: count(Math.min(A_PAGE, rows.length - here.length)) })}
        </Button>
      )}
    </section>
  );
}

function Multiple({ tally, most }: { tally: DivisionTally; most: number }): JSX.Element {
  const by = measure.value;
  const chosen = filter.value.community === tally.code;
  const choose = () => {
    filter.value = { ...filter.peek(), community: chosen ? null : tally.code };
    if (!chosen) fitTo(tally.bounds);
  };
  const width = `${(100 * badness(tally, by)) / most}%`;
  return (
    <li>
      <button type="button" aria-pressed={chosen} onClick={choose}>
        <span class="name">
          <b>{tally.name ?? tally.code}</b> <output>{written(tally, by)}</output>
        </span>
        <span class="stack" style={{ width }}>
          {by === "gaps" ? (
            LEDGERS.map((name) => <Part key={name} name={name} value={tally.gaps[name] ?? 0} />)
          ) : (
            <i class="one" />
          )}
        </span>
        <small>
          {t("count.grids", { count: count(tally.grids) })} · {t("charts.covered")} {share(tally.covered, tally.grids)}
        </small>
      </button>
    </li>
  );
}

function Part({ name, value }: { name: Ledger; value: number }): JSX.Element | null {
  if (!value) return null;
  return (
    <i class={name} style={{ flexGrow: value, color: LEDGER_INKS[name] }} title={`${field("ledger", name)} ${value}`} />
  );
}

/** The kinds of the ledger that is listed, or of all, most first. */
export function Kinds({ now }: { now: Summary }): JSX.Element | null {
  const counts = kindsListed.value ?? now.kinds;
  const kinds = kindsIn(ledger.value)
    .map((kind) => ({ kind, found: counts[kind] ?? 0 }))
    .filter(({ found }) => found > 0)
    .sort((one, other) => other.found - one.found);
  if (kinds.length < 2) return null;
  const most = kinds[0]?.found ?? 1;
  return (
    <section>
      <h2>{t(whole(), { ledger: ledger.value ? field("ledger", ledger.value) : t("ledgers.all") })}</h2>
      <ul class="kinds">
        {kinds.map(({ kind, found }) => (
          <Kind key={kind} kind={kind} found={found} most={most} />
        ))}
      </ul>
    </section>
  );
}

/** Of a ledger too long to be here whole, the kinds are those of the whole plan, and that is said. */
const whole = (): "charts.kinds" | "charts.kinds_of_all" =>
  kindsListed.value || !filter.value.community ? "charts.kinds" : "charts.kinds_of_all";

function Kind({ kind, found, most }: { kind: string; found: number; most: number }): JSX.Element {
  const chosen = filter.value.kind === kind;
  const of = LEDGERS.find((name) => kindsIn(name).includes(kind)) ?? "unserved";
  const choose = () => {
    filter.value = { ...filter.peek(), kind: chosen ? null : kind };
  };
  return (
    <li>
      <button type="button" aria-pressed={chosen} onClick={choose}>
        <span>{field("gap", kind)}</span>
        <span class="bar">
          <i class={of} style={{ width: `${(100 * found) / most}%`, color: LEDGER_INKS[of] }} />
        </span>
        <output>{count(found)}</output>
      </button>
    </li>
  );
}
