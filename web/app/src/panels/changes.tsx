// What this plan changes against the one in force: land and households that change hands, largest first.

import { computed, effect, untracked } from "@preact/signals";
import type { JSX } from "preact";
import type { Change } from "../api";
import { landed } from "../edits/door";
import { Blank, Skeleton } from "../parts/controls";
import { known } from "../state/loading";
import { comparison, other, planName } from "../state/plans";
import { comparing, light, tab } from "../state/view";
import { t, type WordKey } from "../words";
import { area, count, shortCode } from "../words/figures";
import { fitTo } from "./map_stage";

const against = computed(() => other.value?.name);

/** Keep the comparison to the plans that are compared, on the map or as a list, and to edits. */
export const followComparison = (): (() => void) =>
  effect(() => {
    const [name, beside] = [planName.value, against.value];
    landed.value;
    if (!comparing.value && tab.value !== "changes") return;
    if (name && beside) void untracked(() => comparison.load({ name, other: beside }));
    else comparison.clear();
  });

export function Changes(): JSX.Element {
  const loaded = comparison.now.value;
  const found = known(loaded);
  if (!found) return loaded.state === "failed" ? <Blank>{t("failed.changes")}</Blank> : <Skeleton lines={6} />;
  if (found.changes.length === 0) return <Blank>{t("changes.none")}</Blank>;
  const sorted = [...found.changes].sort(
    (one, d) => (d.households ?? 0) - (one.households ?? 0) || d.area_m2 - one.area_m2,
  );
  return (
    <>
      <p class="against">{t("compare.against", { title: other.value?.title ?? "" })}</p>
      <p class="figure">{t("changes.total", { households: count(found.households), area: area(found.area_m2) })}</p>
      <ol class="log">
        {sorted.map((change) => (
          <Row key={`${change.before} ${change.after}`} change={change} />
        ))}
      </ol>
    </>
  );
}

function Row({ change }: { change: Change }): JSX.Element {
  const show = () => light([change.before, change.after].filter((code) => code !== null));
  const codes = [...new Set([change.before, change.after])].filter((code) => code !== null);
  return (
    <li>
      <button
        type="button"
        onMouseEnter={show}
        onMouseLeave={() => light([])}
        onFocus={show}
        onBlur={() => light([])}
        onClick={() => fitTo(change.bounds)}
      >
        <span>
          <b>{codes.map(shortCode).join(" → ")}</b> {change.name}
        </span>
        <small>
          {t(`relation.${change.relation}` as WordKey)} · {t("count.households", { count: count(change.households) })} ·{" "}
          {area(change.area_m2)}
        </small>
      </button>
    </li>
  );
}
