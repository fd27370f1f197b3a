// What lies in a box drawn on the map: its grids, what they add up to, and what can be done with all of them at once.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Grid, listGrids, Refusal, Unreachable } from "../api";
import { landed } from "../edits/door";
import { boundsOf, ringsOf } from "../map/planar";
import { Blank, Button, Skeleton } from "../parts/controls";
import { asOf, isDraft, mayEdit, plan } from "../state/plans";
import { filter, light, selectGrid, tab } from "../state/view";
import { openTool } from "../tools";
import { mergeFirst } from "../tools/merge";
import { t } from "../words";
import { area, count, shortCode } from "../words/figures";
import { saveGrids } from "./downloads";
import { fitTo, unbox } from "./map_stage";

const MOST = 1_000;
const MOST_MERGED = 20;

/** The grids in the box; null while they are read, "failed" where they can't be. */
function useBoxed(): Grid[] | "failed" | null {
  const [found, setFound] = useState<Grid[] | "failed" | null>(null);
  const { bounds } = filter.value;
  const [name, at, edits] = [plan.value?.name, asOf.value, landed.value];
  useEffect(() => {
    if (!bounds || !name || edits < 0) return;
    const aborted = new AbortController();
    listGrids(name, { bbox: bounds, limit: MOST, as_of: at, signal: aborted.signal }).then(
      ({ features }) => setFound(features),
      (error: unknown) => {
        if (error instanceof Refusal || error instanceof Unreachable) setFound("failed");
      },
    );
    return () => aborted.abort();
  }, [bounds, name, at, edits]);
  return found;
}

export function BoxList(): JSX.Element {
  const found = useBoxed();
  if (found === null) return <Skeleton lines={8} />;
  if (found === "failed") return <Blank>{t("box.failed")}</Blank>;
  if (found.length === 0) return <Blank>{t("box.empty")}</Blank>;
  return (
    <>
      <Sums grids={found} />
      <ul class="log">
        {found.map((grid) => (
          <Row key={grid.properties.code} grid={grid} />
        ))}
      </ul>
    </>
  );
}

/** What grids add up to; unknown figures are left out of the sum. */
export const summed = (grids: readonly Grid[], read: (of: Grid["properties"]) => number | null): number =>
  grids.reduce((total, { properties }) => total + (read(properties) ?? 0), 0);

function Sums({ grids }: { grids: Grid[] }): JSX.Element {
  const codes = grids.map(({ properties }) => properties.code);
  const merge = () => {
    mergeFirst.value = codes;
    openTool.value = "merge";
  };
  const clear = () => {
    unbox();
    tab.value = "details";
  };
  const mergeable = isDraft.value && mayEdit.value && codes.length > 1 && codes.length <= MOST_MERGED;
  return (
    <section class="box-sums">
      <p class="figure">{t("count.grids", { count: count(grids.length) })}</p>
      <p>
        {t("count.households", { count: count(summed(grids, (each) => each.households)) })} ·{" "}
        {area(summed(grids, (each) => each.area_m2))} ·{" "}
        {t("dashboard.short", { count: count(summed(grids, (each) => each.short)) })}
      </p>
      <div class="remedies">
        <Button
          icon="merge"
          disabled={!mergeable}
          title={mergeable ? undefined : t("box.merge_why", { most: MOST_MERGED })}
          onClick={merge}
        >
          {t("tool.merge")}
        </Button>
        <Button icon="save" onClick={() => saveGrids(grids, "csv")}>
          CSV
        </Button>
        <Button icon="save" onClick={() => saveGrids(grids, "geojson")}>
          GeoJSON
        </Button>
        <Button icon="cross" onClick={clear}>
          {t("box.clear")}
        </Button>
      </div>
      <small>{t("box.also_gaps")}</small>
    </section>
  );
}

function Row({ grid: { properties, geometry } }: { grid: Grid }): JSX.Element {
  const { code, name, households, area_m2, short } = properties;
  const show = () => light([code]);
  const open = () => [selectGrid(code), fitTo(boundsOf(ringsOf(geometry).flat()))];
  return (
    <li>
      <button
        type="button"
        onMouseEnter={show}
        onMouseLeave={() => light([])}
        onFocus={show}
        onBlur={() => light([])}
        onClick={open}
      >
        <span>
          <b>{shortCode(code)}</b> {name} <small>{properties.community_name}</small>
        </span>
        <small>
          {t("count.households", { count: count(households) })} · {area(area_m2)}
          {short ? ` · ${t("dashboard.short", { count: count(short) })}` : ""}
        </small>
      </button>
    </li>
  );
}
