// What this plan changes against the one in force: land and households that change hands, largest first.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Change } from "../api";
import { landed } from "../edits/door";
import { Blank, Skeleton } from "../parts/controls";
import { known } from "../state/loading";
import { comparison, inForce, plan } from "../state/plans";
import { light } from "../state/view";
import { t } from "../words";
import { area, count, shortCode } from "../words/figures";
import { fitTo } from "./map_stage";

export function Changes(): JSX.Element {
  const [name, other] = [plan.value?.name, inForce.value?.name];
  const edits = landed.value;
  useEffect(() => {
    if (name && other && edits >= 0) void comparison.load({ name, other });
  }, [name, other, edits]);
  const loaded = comparison.now.value;
  const found = known(loaded);
  if (!found) return loaded.state === "failed" ? <Blank>{t("failed.changes")}</Blank> : <Skeleton lines={6} />;
  if (found.changes.length === 0) return <Blank>{t("changes.none")}</Blank>;
  const sorted = [...found.changes].sort((one, d) => d.households - one.households || d.area_m2 - one.area_m2);
  return (
    <>
      <p class="figure">{t("changes.total", { households: count(found.households), area: area(found.area_m2) })}</p>
      <ol class="log">
        {sorted.map((change) => (
          <Row key={change.before.join() + change.after.join()} change={change} />
        ))}
      </ol>
    </>
  );
}

function Row({ change }: { change: Change }): JSX.Element {
  const show = () => light([...change.before, ...change.after]);
  const [from = "", to = ""] = [change.before[0], change.after[0]];
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
          <b>
            {shortCode(from)} → {shortCode(to)}
          </b>{" "}
          {[...new Set(change.names.filter(Boolean))].join(" → ")}
        </span>
        <small>
          {t(`relation.${change.relation}`)} · {t("count.households", { count: count(change.households) })} ·{" "}
          {area(change.area_m2)}
        </small>
      </button>
    </li>
  );
}
