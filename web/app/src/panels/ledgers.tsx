// The three ledgers, worst first; a gap leads to its land, its arithmetic and the tool that closes it.

import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import type { GapProperties, Ledger } from "../api";
import { LEDGER_KINDS } from "../generated/field_words";
import { Blank, Button, Skeleton, Tabs } from "../parts/controls";
import { areAllHere, countedOpen, hasMore, inLedger, isReading, openIn, readMore } from "../state/gaps";
import { known } from "../state/loading";
import { gaps, plan, summary } from "../state/plans";
import { filter, ledger, light, selectGap, selection } from "../state/view";
import { field, t } from "../words";
import { area, count, shortCode } from "../words/figures";
import { CommunityChoice } from "./community_choice";
import { exceptionInBrief, gapDistance, gapTitle } from "./gap_words";
import { fitTo, unbox } from "./map_stage";

export const LEDGERS: readonly Ledger[] = ["unheld", "contested", "unserved"];

/** The kinds of a ledger, or of all, ledger by ledger. */
export const kindsIn = (of: Ledger | null): readonly string[] =>
  (of ? [of] : LEDGERS).flatMap((name) => LEDGER_KINDS[name] as readonly string[]);
const A_PAGE = 60;
const pages = signal(1);

const meet = (one: readonly number[], other: readonly number[]): boolean =>
  (one[0] ?? 0) <= (other[2] ?? 0) &&
  (other[0] ?? 0) <= (one[2] ?? 0) &&
  (one[1] ?? 0) <= (other[3] ?? 0) &&
  (other[1] ?? 0) <= (one[3] ?? 0);

/** The gaps that the filters let through, worst first. */
export const listed = computed((): GapProperties[] => {
  const { kind } = filter.value;
  const found = ofAnyKind.value.filter((gap) => !kind || gap.kind === kind);
  return [...found.filter(isOpen), ...found.filter((gap) => !isOpen(gap))];
});

/** Those that all filters but the kind let through. */
const ofAnyKind = computed((): GapProperties[] => {
  const { community, bounds, state } = filter.value;
  return inLedger.value.filter(
    (gap) =>
      (!ledger.value || gap.ledger === ledger.value) &&
      (!community || gap.community_code?.startsWith(community)) &&
      (!state || gap.state === state) &&
      (!bounds || (gap.bounds !== null && meet(gap.bounds, bounds))),
  );
});

/** How many there are of each kind in what is listed, exceptions left out unless they are asked for; null: not all are here. */
export const kindsListed = computed((): Record<string, number> | null => {
  if (!areAllHere.value) return null;
  const found: Record<string, number> = {};
  for (const gap of ofAnyKind.value)
    if (filter.value.state || isOpen(gap)) found[gap.kind] = (found[gap.kind] ?? 0) + 1;
  return found;
});

/** An exception that holds stays in the ledger, marked, after what is to be done. */
export const isOpen = (gap: GapProperties): boolean => gap.state !== "accepted";

/** Open gaps of a ledger, or of all: as the server counts them where not all are here; null: nobody has counted yet. */
function open(name: Ledger | null): number | null {
  if (areAllHere.value) return inLedger.value.filter((gap) => (!name || gap.ledger === name) && isOpen(gap)).length;
  const counted = known(summary.now.value)?.total.gaps;
  return counted ? openIn(counted, name) : null;
}

/** List one ledger, or all as one list, the worst first. */
export const chooseLedger = (name: Ledger | null): void => {
  ledger.value = name;
  filter.value = { ...filter.peek(), kind: null, state: null };
  pages.value = 1;
};

export function Ledgers(): JSX.Element {
  const tabs = (["all", ...LEDGERS] as const).map((name) => {
    const found = open(name === "all" ? null : name);
    return {
      value: name,
      label: (
        <span class={`ledger-tab ${name}`}>
          {t(`ledger_short.${name}`)} <output>{found === null ? "" : count(found)}</output>
        </span>
      ),
    };
  });
  const choose = (name: Ledger | "all") => chooseLedger(name === "all" ? null : name);
  return (
    <section class="ledgers" aria-label={t("ledgers.title")}>
      <Tabs name={t("ledgers.title")} value={ledger.value ?? "all"} tabs={tabs} onChoose={choose}>
        <Filters />
        <GapList />
      </Tabs>
    </section>
  );
}

function Filters(): JSX.Element {
  const kinds = kindsIn(ledger.value);
  const communities = known(summary.now.value)?.communities ?? [];
  const change = (part: Partial<typeof filter.value>) => {
    filter.value = { ...filter.peek(), ...part };
    pages.value = 1;
  };
  return (
    <div class="filters">
      <select
        aria-label={t("ledgers.kind")}
        value={filter.value.kind ?? ""}
        onChange={(event) => change({ kind: event.currentTarget.value || null })}
      >
        <option value="">{t("ledgers.all_kinds")}</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {field("gap", kind)}
          </option>
        ))}
      </select>
      <CommunityChoice
        communities={communities}
        chosen={filter.value.community}
        onChoose={(community) => change({ community })}
      />
      {filter.value.bounds && (
        <Button icon="cross" onClick={unbox}>
          {t("ledgers.boxed")}
        </Button>
      )}
      {filter.value.state && (
        <Button icon="cross" onClick={() => change({ state: null })}>
          {t("ledgers.exceptions")}
        </Button>
      )}
    </div>
  );
}

function GapList(): JSX.Element {
  const loaded = gaps.now.value;
  if (!known(loaded)) {
    if (loaded.state !== "failed") return <Skeleton lines={8} />;
    return (
      <Blank action={{ label: t("failed.again"), onClick: () => plan.value && void gaps.load(plan.value.name) }}>
        {t("failed.gaps")}
      </Blank>
    );
  }
  const all = listed.value;
  if (all.length === 0 && isReading.value) return <Skeleton lines={8} />;
  if (all.length === 0 && !hasMore.value) return <Blank>{t("ledgers.empty")}</Blank>;
  const part = all.slice(0, pages.value * A_PAGE);
  return (
    <>
      <ol class="gap-list">
        {part.map((gap) => (
          <GapRow key={gap.gap_id} gap={gap} />
        ))}
      </ol>
      {part.length < all.length && (
        <Button onClick={() => (pages.value += 1)}>{t("ledgers.more", { count: all.length - part.length })}</Button>
      )}
      {part.length === all.length && <Further />}
    </>
  );
}

/** Of a long ledger: how much is here, and a button for more. */
export function Further(): JSX.Element | null {
  if (!hasMore.value) return null;
  const all = countedOpen.value;
  const here = count(listed.value.length);
  return (
    <p class="more">
      <span>{all === null ? t("ledgers.here", { here }) : t("ledgers.here_of", { here, count: count(all) })}</span>
      <Button disabled={isReading.value} onClick={() => void readMore()}>
        {t("ledgers.read_more")}
      </Button>
    </p>
  );
}

const communityNames = computed(
  () => new Map(known(summary.now.value)?.communities.map((each) => [each.code, each.name])),
);

/** Where a gap is, as people say it. */
export const placeOf = (gap: GapProperties): string => {
  const code = gap.community_code ?? "";
  const name = communityNames.value.get(code) ?? code;
  return gap.code && gap.code !== gap.community_code ? `${name} ${shortCode(gap.code)}` : name;
};

function GapRow({ gap }: { gap: GapProperties }): JSX.Element {
  const show = () => light(gap.code ? [gap.code] : [], [gap.gap_id]);
  const chosen = selection.value.type === "gap" && selection.value.id === gap.gap_id;
  return (
    <li>
      <button
        type="button"
        class={`gap ${gap.ledger} ${gap.state}`}
        aria-current={chosen}
        onMouseEnter={show}
        onFocus={show}
        onMouseLeave={() => light([])}
        onBlur={() => light([])}
        onClick={() => [selectGap(gap.gap_id, gap.code), fitTo(gap.bounds)]}
      >
        <Severity value={gap.severity} />
        <span class="kind">{gapTitle(gap)}</span>
        <span class="where">
          {ledger.value ? placeOf(gap) : `${field("ledger", gap.ledger)} · ${placeOf(gap)}`}{" "}
          {gapDistance(gap) && <span class="far">{gapDistance(gap)}</span>}
        </span>
        <span class="size">{sizeOf(gap)}</span>
        {gap.state !== "open" && <span class="chip">{t(`state_short.${gap.state}`)}</span>}
        {exceptionInBrief(gap) && <small class="signed">{exceptionInBrief(gap)}</small>}
      </button>
    </li>
  );
}

const sizeOf = (gap: GapProperties): string =>
  gap.households ? t("count.households", { count: count(gap.households) }) : area(gap.area_m2);

/** A bar of five steps and the number: read without colour too. */
export function Severity({ value }: { value: number }): JSX.Element {
  return (
    <span class="severity" role="img" aria-label={t("gap.severity", { value })}>
      <i style={{ height: `${Math.max(6, value)}%` }} />
      <b>{value}</b>
    </span>
  );
}
