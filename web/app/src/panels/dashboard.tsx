// The supervisor's half: figures on top, small multiples by community, the table of gaps below.

import type { JSX } from "preact";
import type { DivisionTally, GapProperties, Ledger, Summary } from "../api";
import { LEDGER_INKS } from "../map/tokens";
import { Blank, Button, Skeleton } from "../parts/controls";
import { known } from "../state/loading";
import { gaps, summary } from "../state/plans";
import { filter, ledger, light, selectGap, selection } from "../state/view";
import { field, t } from "../words";
import { area, count, share } from "../words/figures";
import { chooseLedger, isOpen, LEDGERS, listed, placeOf, Severity } from "./ledgers";
import { fitTo, unbox, view } from "./map_stage";

export function Dashboard(): JSX.Element {
  const now = known(summary.now.value);
  if (!now)
    return summary.now.value.state === "failed" ? <Blank>{t("failed.summary")}</Blank> : <Skeleton lines={14} />;
  return (
    <div class="dashboard">
      <Figures now={now} />
      <Communities now={now} />
      <GapTable />
    </div>
  );
}

function Figures({ now: { total, trend } }: { now: Summary }): JSX.Element {
  return (
    <div class="figures">
      {LEDGERS.map((name) => (
        <button
          key={name}
          type="button"
          class={`tile ${name}`}
          aria-pressed={ledger.value === name}
          onClick={() => chooseLedger(name)}
        >
          <small>{field("ledger", name)}</small>
          <b>{count(total.gaps[name])}</b>
          <Trend values={(trend ?? []).map((each) => each.gaps[name])} ink={LEDGER_INKS[name]} />
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
        <b>{share(total.covered ?? 0, total.grids)}</b>
        <span>{t("dashboard.of_grids", { covered: count(total.covered), count: count(total.grids) })}</span>
      </div>
    </div>
  );
}

const [WIDTH, HEIGHT] = [84, 22];

/** A ledger over the revisions: a line without axes, its last value is the figure above it. */
function Trend({ values, ink }: { values: number[]; ink: string }): JSX.Element | null {
  if (values.length < 2) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = (value: number, row: number) => {
    const x = (row / (values.length - 1)) * (WIDTH - 4) + 2;
    const y = HEIGHT - 3 - ((value - low) / Math.max(1, high - low)) * (HEIGHT - 6);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  return (
    <svg
      class="trend"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={t("dashboard.trend", { first: values[0] ?? 0, last: values.at(-1) ?? 0 })}
    >
      <polyline points={values.map(at).join(" ")} fill="none" stroke={ink} stroke-width="1.8" />
    </svg>
  );
}

function Communities({ now }: { now: Summary }): JSX.Element {
  const total = (each: DivisionTally) => LEDGERS.reduce((sum, name) => sum + each.gaps[name], 0);
  const worst = [...now.communities].sort((one, other) => total(other) - total(one));
  const most = Math.max(1, ...worst.map(total));
  return (
    <section>
      <h2>{t("dashboard.communities")}</h2>
      <ul class="multiples">
        {worst.map((each) => (
          <Multiple key={each.code} tally={each} total={total(each)} most={most} />
        ))}
      </ul>
    </section>
  );
}

function Multiple({ tally, total, most }: { tally: DivisionTally; total: number; most: number }): JSX.Element {
  const chosen = filter.value.community === tally.code;
  const choose = () => {
    filter.value = { ...filter.peek(), community: chosen ? null : tally.code };
    if (!chosen) fitTo(tally.bounds);
  };
  return (
    <li>
      <button type="button" aria-pressed={chosen} onClick={choose}>
        <span class="name">
          <b>{tally.name}</b> <output>{count(total)}</output>
        </span>
        <span class="stack" style={{ width: `${(100 * total) / most}%` }}>
          {LEDGERS.map((name) => (
            <Part key={name} name={name} value={tally.gaps[name]} />
          ))}
        </span>
        <small>
          {t("count.grids", { count: count(tally.grids) })} ·{" "}
          {t("count.households", { count: count(tally.households) })} ·{" "}
          {t("dashboard.short", { count: count(tally.short) })}
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

const MOST_ROWS = 300;

function GapTable(): JSX.Element {
  const rows = listed.value.slice(0, MOST_ROWS);
  const open = listed.value.filter(isOpen).length;
  const signed = listed.value.length - open;
  return (
    <section class="gap-table">
      <div class="table-head">
        <h2>
          {field("ledger", ledger.value)} <output>{count(open)}</output>{" "}
          {signed > 0 && <small>{t("ledgers.and_exceptions", { count: count(signed) })}</small>}
        </h2>
        <ByView />
      </div>
      {gaps.now.value.state === "loading" && !rows.length ? <Skeleton lines={8} /> : <Rows rows={rows} />}
    </section>
  );
}

function ByView(): JSX.Element {
  const on = filter.value.bounds !== null;
  const toggle = () => {
    const bounds = view.peek()?.bounds();
    if (on || !bounds) unbox();
    else filter.value = { ...filter.peek(), bounds };
  };
  return (
    <Button pressed={on} onClick={toggle} title={t("dashboard.in_view_why")}>
      {t(on ? "dashboard.boxed" : "dashboard.in_view")}
    </Button>
  );
}

function Rows({ rows }: { rows: GapProperties[] }): JSX.Element {
  if (rows.length === 0) return <Blank>{t("ledgers.empty")}</Blank>;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("gap.severity_short")}</th>
            <th scope="col">{t("ledgers.kind")}</th>
            <th scope="col">{t("dashboard.place")}</th>
            <th scope="col">{t("figure.households")}</th>
            <th scope="col">{t("figure.area")}</th>
            <th scope="col">{t("gap.found")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((gap) => (
            <Row key={gap.gap_id} gap={gap} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ gap }: { gap: GapProperties }): JSX.Element {
  const show = () => light(gap.code ? [gap.code] : [], [gap.gap_id]);
  const open = () => [selectGap(gap.gap_id, gap.code), fitTo(gap.bounds)];
  const chosen = selection.value.type === "gap" && selection.value.id === gap.gap_id;
  return (
    <tr class={gap.state} aria-current={chosen} onMouseEnter={show} onMouseLeave={() => light([])}>
      <td>
        <Severity value={gap.severity} />
      </td>
      <th scope="row">
        <button type="button" onClick={open} onFocus={show} onBlur={() => light([])}>
          {field("gap", gap.kind)}
        </button>
      </th>
      <td>{placeOf(gap)}</td>
      <td class="right">{count(gap.households)}</td>
      <td class="right">{area(gap.area_m2)}</td>
      <td class="found">{typeof gap.detail.figure === "string" ? gap.detail.figure : gap.remedy}</td>
    </tr>
  );
}
