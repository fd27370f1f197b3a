// The supervisor's half: figures on top, small multiples by community, the table of gaps below.

import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { Ledger, Summary, TrendStep } from "../api";
import { LEDGER_INKS } from "../map/tokens";
import { Blank, Button, Skeleton } from "../parts/controls";
import { known } from "../state/loading";
import { planName, summary } from "../state/plans";
import { trend } from "../state/trend";
import { filter, ledger } from "../state/view";
import { field, t } from "../words";
import { area, calendarDay, count, share, unbroken } from "../words/figures";
import { Divisions, Kinds } from "./charts";
import { GapTable } from "./gap_table";
import { chooseLedger, LEDGERS } from "./ledgers";
import { unbox } from "./map_stage";
import "../look/figures.css";
import "../look/dashboard.css";

export function Dashboard(): JSX.Element {
  const now = known(summary.now.value);
  const name = planName.value;
  const revision = now?.revision;
  // Before anything is painted: the trend of the plan before would stand beside the figures of this one.
  useLayoutEffect(() => {
    if (name && revision !== undefined) void trend.load({ name, revision });
  }, [name, revision]);
  if (!now)
    return summary.now.value.state === "failed" ? <Blank>{t("failed.summary")}</Blank> : <Skeleton lines={14} />;
  return (
    <div class="dashboard">
      <Figures now={now} />
      <Filtered />
      <Divisions now={now} />
      <Kinds now={now} />
      <GapTable />
    </div>
  );
}

function Figures({ now: { total } }: { now: Summary }): JSX.Element {
  const steps = known(trend.now.value) ?? [];
  return (
    <div class="figures">
      {LEDGERS.map((name) => (
        <button
          key={name}
          type="button"
          class={`tile ${name}`}
          aria-pressed={ledger.value === name}
          onClick={() => chooseLedger(ledger.value === name ? null : name)}
        >
          <small>{field("ledger", name)}</small>
          <b>{count(total.gaps[name])}</b>
          <Trend steps={steps} name={name} />
        </button>
      ))}
      <div class="tile">
        <small>{t("figure.unclaimed")}</small>
        <b>{area(total.unclaimed_m2)}</b>
        <span>{share(total.unclaimed_m2, total.area_m2)}</span>
      </div>
      <div class="tile">
        <small>{t("figure.short")}</small>
        <b>{count(total.short)}</b>
        <span>{t("dashboard.of_required", { count: count(total.required) })}</span>
      </div>
      <div class="tile">
        <small>{t("figure.covered")}</small>
        <b>{share(total.covered, total.grids)}</b>
        <span>{t("dashboard.of_grids", { covered: count(total.covered), count: count(total.grids) })}</span>
      </div>
    </div>
  );
}

const [WIDTH, HEIGHT] = [84, 22];

/** A ledger over the revisions: a line without axes, its last value is the figure above it, and what it comes to. */
function Trend({ steps, name }: { steps: readonly TrendStep[]; name: Ledger }): JSX.Element | null {
  const [began, values] = [steps[0], steps.map((each) => each.gaps[name])];
  if (!began || values.length < 2) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const said = t("dashboard.trend", { first: values[0] ?? 0, last: values.at(-1) ?? 0, count: values.length });
  const at = (value: number, row: number) => {
    const x = (row / (values.length - 1)) * (WIDTH - 4) + 2;
    const y = HEIGHT - 3 - ((value - low) / Math.max(1, high - low)) * (HEIGHT - 6);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  return (
    <>
      <svg class="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={said}>
        <title>{said}</title>
        <polyline points={values.map(at).join(" ")} fill="none" stroke={LEDGER_INKS[name]} stroke-width="1.8" />
      </svg>
      <span>{went((values.at(-1) ?? 0) - (values[0] ?? 0), began)}</span>
    </>
  );
}

/** By how many a figure is another than it was in the beginning, in words; a plan begins with its import. */
export function went(more: number, { revision, at }: Pick<TrendStep, "revision" | "at">): string {
  const day = unbroken(calendarDay(new Date(at)));
  const since = revision === 0 ? t("dashboard.imported", { day }) : t("dashboard.revised", { day, revision });
  if (more === 0) return t("dashboard.same_since", { since });
  return t(more > 0 ? "dashboard.more_since" : "dashboard.less_since", { count: count(Math.abs(more)), since });
}

/** What filters the table and the map, each with a way to let it go. */
function Filtered(): JSX.Element | null {
  const { community, kind, bounds, state } = filter.value;
  if (!community && !kind && !bounds && !state) return null;
  const now = known(summary.now.value);
  const place = [...(now?.communities ?? []), ...(now?.streets ?? [])].find((each) => each.code === community);
  const without = (part: Partial<typeof filter.value>) => () => {
    filter.value = { ...filter.peek(), ...part };
  };
  return (
    <p class="filtered">
      <span>{t("charts.filtered")}</span>
      {community && (
        <Button icon="cross" onClick={without({ community: null })}>
          {place?.name ?? community}
        </Button>
      )}
      {kind && (
        <Button icon="cross" onClick={without({ kind: null })}>
          {field("gap", kind)}
        </Button>
      )}
      {bounds && (
        <Button icon="cross" onClick={unbox}>
          {t("charts.box")}
        </Button>
      )}
      {state && (
        <Button icon="cross" onClick={without({ state: null })}>
          {t("ledgers.exceptions")}
        </Button>
      )}
    </p>
  );
}
