// Somebody changed the same land first: both versions side by side, on the map and in figures, and the question which.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Figures, type GridDetail, type LogEntry, type Outcome, readGrid } from "../api";
import { retryOnLatest } from "../edits/door";
import { Button } from "../parts/controls";
import { plan } from "../state/plans";
import { startOver } from "../tools/bench";
import { t } from "../words";
import { area, count, MISSING, moment, shortCode } from "../words/figures";
import { logSentence } from "./history";
import { view } from "./map_stage";
import { staffed } from "./staffing";

const MOST_GRIDS = 5;

interface Versions {
  code: string;
  theirs: Figures | null;
  mine: Figures | null;
}

/** A row a grid that either changed: what they made of it, and what the own edit would have. */
export function versions(theirs: readonly GridDetail[], mine: Outcome | null): Versions[] {
  const codes = [...theirs.map((each) => each.properties.code), ...(mine?.metrics ?? []).map((each) => each.code)];
  return [...new Set(codes)].sort().map((code) => ({
    code,
    theirs: theirs.find((each) => each.properties.code === code)?.properties ?? null,
    mine: mine?.metrics.find((each) => each.code === code)?.after ?? null,
  }));
}

interface ConflictProps {
  theirs: LogEntry[];
  mine: Outcome | null;
}

export function Conflict({ theirs, mine }: ConflictProps): JSX.Element {
  const made = useTheirs(theirs);
  return (
    <>
      <div class="what">
        <b>{t("stale.title")}</b>
        <ul>
          {theirs.slice(0, 3).map((entry) => (
            <li key={entry.revision}>
              {entry.by} {moment(entry.at)} {logSentence(entry)}
            </li>
          ))}
        </ul>
        <small>{t("stale.what")}</small>
      </div>
      {made ? <Table rows={versions(made, mine)} /> : <p class="pending">{t("conflict.reading")}</p>}
      <div class="decide">
        <Button kind="primary" onClick={() => void retryOnLatest()}>
          {t("stale.retry")}
        </Button>
        <Button onClick={startOver}>{t("stale.keep_theirs")}</Button>
      </div>
    </>
  );
}

/** The grids as the others left them, drawn on the map; null until they are read. */
function useTheirs(theirs: LogEntry[]): GridDetail[] | null {
  const [made, setMade] = useState<GridDetail[] | null>(null);
  useEffect(() => {
    const aborted = new AbortController();
    void readAll(theirs, aborted.signal).then((found) => {
      if (aborted.signal.aborted) return;
      setMade(found);
      view.peek()?.sketch("conflict", { type: "FeatureCollection", features: found });
    });
    return () => aborted.abort();
  }, [theirs]);
  return made;
}

async function readAll(theirs: LogEntry[], signal: AbortSignal): Promise<GridDetail[]> {
  const name = plan.peek()?.name ?? "";
  const gone = new Set(theirs.flatMap((entry) => entry.retired));
  const codes = [...new Set(theirs.flatMap((entry) => entry.codes))].filter((code) => !gone.has(code));
  const asked = codes.slice(0, MOST_GRIDS).map((code) => readGrid(name, code, signal).catch(unread));
  return (await Promise.all(asked)).filter((each) => each !== null);
}

/** A grid that has gone meanwhile, or a server that does not answer, leaves a version out and no more. */
const unread = (): null => null;

function Table({ rows }: { rows: Versions[] }): JSX.Element {
  return (
    <table class="versions">
      <caption class="unseen">{t("conflict.both")}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col" class="theirs">
            {t("conflict.theirs")}
          </th>
          <th scope="col" class="mine">
            {t("conflict.mine")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MOST_GRIDS).map(({ code, theirs, mine }) => (
          <tr key={code}>
            <th scope="row">{shortCode(code)}</th>
            <td>{written(theirs)}</td>
            <td>{written(mine)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const written = (figures: Figures | null): string => {
  if (!figures) return MISSING;
  const staff = `${t("figure.staff")} ${staffed(figures)}`;
  const land = area(figures.area_m2);
  return [t("count.households", { count: count(figures.households) }), staff, land].join(" · ");
};
