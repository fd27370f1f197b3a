// The table of the gaps that the filters let through, worst first, and what of it can be taken along.

import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { type GapProperties, gapsAddress } from "../api";
import { Blank, Button, Skeleton } from "../parts/controls";
import { Icon } from "../parts/icons";
import { countedOpen, hasMore, isReading } from "../state/gaps";
import { asOf, gaps, plan } from "../state/plans";
import { filter, ledger, light, selectGap, selection } from "../state/view";
import { field, language, t } from "../words";
import { area, count } from "../words/figures";
import { exceptionInBrief, gapTitle } from "./gap_words";
import { Further, isOpen, listed, placeOf, Severity } from "./ledgers";
import { fitTo, unbox, view } from "./map_stage";

const A_PAGE = 300;
/** How many rows are shown, of which listing: another listing begins anew. */
const shown = signal<{ of: string; rows: number }>({ of: "", rows: A_PAGE });

const listing = computed(() => JSON.stringify([ledger.value, filter.value]));
const mostRows = computed(() => (shown.value.of === listing.value ? shown.value.rows : A_PAGE));

const showMore = (): void => {
  shown.value = { of: listing.peek(), rows: mostRows.peek() + A_PAGE };
};

export function GapTable(): JSX.Element {
  const rows = listed.value.slice(0, mostRows.value);
  const open = countedOpen.value ?? listed.value.filter(isOpen).length;
  const signed = listed.value.filter((gap) => !isOpen(gap)).length;
  const only = filter.value.state !== null;
  return (
    <section class="gap-table">
      <div class="table-head">
        <h2>
          {ledger.value ? field("ledger", ledger.value) : t("ledgers.all")}{" "}
          <output>{count(only ? signed : open)}</output>
        </h2>
        {(signed > 0 || only) && (
          <Button kind="quiet" pressed={only} onClick={() => onlyExceptions(!only)}>
            {t(only ? "ledgers.with_open" : "ledgers.and_exceptions", { count: count(signed) })}
          </Button>
        )}
        <TakeAlong />
        <ByView />
      </div>
      {(gaps.now.value.state === "loading" || isReading.value) && !rows.length ? (
        <Skeleton lines={8} />
      ) : (
        <Rows rows={rows} />
      )}
    </section>
  );
}

const onlyExceptions = (only: boolean): void => {
  filter.value = { ...filter.peek(), state: only ? "accepted" : null };
};

/** All that is listed as a file, however much of it is here. */
function TakeAlong(): JSX.Element {
  return (
    <div class="take">
      {(["xlsx", "geojson"] as const).map((format) => (
        <a
          key={format}
          class="button quiet"
          title={t("charts.take")}
          href={gapsAddress(plan.value?.name ?? "", format, wanted())}
          download
        >
          <Icon name="save" />
          {format === "xlsx" ? "XLSX" : "GeoJSON"}
        </a>
      ))}
    </div>
  );
}

const wanted = () => {
  const { community, kind, state, bounds } = filter.value;
  return {
    ledger: ledger.value ?? undefined,
    community: community ?? undefined,
    kind: kind ?? undefined,
    state: state ?? undefined,
    bbox: bounds?.map((degrees) => degrees.toFixed(9)).join(","),
    as_of: asOf.value,
    lang: language.value,
  };
};

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
  if (rows.length === 0 && !hasMore.value) return <Blank>{t("ledgers.empty")}</Blank>;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("gap.severity_short")}</th>
            <th scope="col">{t("ledgers.kind")}</th>
            <th scope="col">{t("dashboard.place")}</th>
            {(filter.value.state ? OF_EXCEPTIONS : OF_GAPS).map((word) => (
              <th scope="col" key={word}>
                {t(word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((gap) => (
            <Row key={gap.gap_id} gap={gap} />
          ))}
        </tbody>
      </table>
      {rows.length < listed.value.length ? <More shown={rows.length} all={listed.value.length} /> : <Further />}
    </div>
  );
}

function More({ shown, all }: { shown: number; all: number }): JSX.Element {
  return (
    <p class="more">
      <span>{t("ledgers.shown", { shown: count(shown), count: count(all) })}</span>
      <Button onClick={showMore}>{t("ledgers.more", { count: count(Math.min(A_PAGE, all - shown)) })}</Button>
    </p>
  );
}

function Row({ gap }: { gap: GapProperties }): JSX.Element {
  const show = () => light(gap.code ? [gap.code] : [], [gap.gap_id]);
  const open = () => [selectGap(gap.gap_id, gap.code), fitTo(gap.bounds)];
  const chosen = selection.value.type === "gap" && selection.value.id === gap.gap_id;
  return (
    // The keys are heard by the button in it, whose click comes here too.
    <tr class={gap.state} aria-current={chosen} onClick={open} onMouseEnter={show} onMouseLeave={() => light([])}>
      <td>
        <Severity value={gap.severity} />
      </td>
      <th scope="row">
        <button type="button" onFocus={show} onBlur={() => light([])}>
          {gapTitle(gap)}
        </button>
        {!ledger.value && <small class={`of-ledger ${gap.ledger}`}>{field("ledger", gap.ledger)}</small>}
      </th>
      <td>{placeOf(gap)}</td>
      {filter.value.state ? <Signed gap={gap} /> : <Found gap={gap} />}
    </tr>
  );
}

const OF_GAPS = ["figure.households", "figure.area", "gap.found"] as const;

/** What is listed of a gap, by the columns above; of an exception among gaps, why and until when it is one. */
function Found({ gap }: { gap: GapProperties }): JSX.Element {
  const found = typeof gap.detail.figure === "string" ? gap.detail.figure : gap.remedy;
  const signed = exceptionInBrief(gap);
  return (
    <>
      <td class="right">{count(gap.households)}</td>
      <td class="right">{area(gap.area_m2)}</td>
      <Told>{signed || found}</Told>
    </>
  );
}

const OF_EXCEPTIONS = ["exception.expires", "exception.signer", "exception.reason"] as const;

/** What is listed of an exception, where exceptions alone are. */
function Signed({ gap }: { gap: GapProperties }): JSX.Element {
  return (
    <>
      <td>{gap.expires}</td>
      <td class="signer">{gap.signed_by}</td>
      <Told>{gap.reason}</Told>
    </>
  );
}

/** A sentence in three lines; pointed at, the whole of it. */
function Told({ children }: { children: string | null }): JSX.Element {
  return (
    <td class="found" title={children ?? undefined}>
      <span>{children}</span>
    </td>
  );
}
