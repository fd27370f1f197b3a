// What stands beside the map on a sheet: a legend that holds only what is on it, scale bar, north arrow, date, revision.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MapView } from "../map/engine";
import { classesOf, OVERLAYS } from "../map/tokens";
import { Mark, Swatch } from "../parts/swatches";
import { barFor } from "../state/paper";
import { asOf, plan } from "../state/plans";
import { theme } from "../state/view";
import { field, t } from "../words";
import { calendarDay, count, distance } from "../words/figures";

type Present = ReturnType<MapView["present"]>;

/** What the map shows now, read each time it has come to rest. */
function usePresent(map: MapView): Present {
  const [present, setPresent] = useState<Present>({ classes: {}, overlays: [] });
  useEffect(() => map.on("rest", () => setPresent(map.present(theme.peek()))), [map]);
  return present;
}

export function SheetLegend({ map }: { map: MapView }): JSX.Element {
  const { classes, overlays } = usePresent(map);
  const shown = classesOf(theme.value).filter(([name]) => classes[name]);
  return (
    <aside class="sheet-legend">
      {theme.value !== "plain" && <h2>{t(`theme.${theme.value}`)}</h2>}
      <ul>
        {theme.value !== "plain" &&
          shown.map(([name, colour]) => (
            <li key={name}>
              <Swatch colour={colour} />
              <span>{field(theme.value, name)}</span>
              <output>{count(classes[name])}</output>
            </li>
          ))}
        {OVERLAYS.filter((each) => each !== "labels" && overlays.includes(each)).map((overlay) => (
          <li key={overlay}>
            <Mark overlay={overlay} />
            <span>{t(`overlay.${overlay}`)}</span>
          </li>
        ))}
      </ul>
      <NorthArrow />
    </aside>
  );
}

function NorthArrow(): JSX.Element {
  return (
    <svg class="north" viewBox="0 0 30 46" role="img" aria-label={t("print.north")}>
      <path d="M15 2 25 40 15 33 5 40z" fill="none" stroke="currentColor" stroke-width="1.4" />
      <path d="M15 2 15 33 5 40z" fill="currentColor" />
      <text x="15" y="46" text-anchor="middle" font-size="9">
        N
      </text>
    </svg>
  );
}

export function Foot({ scale }: { scale: number }): JSX.Element {
  const { metres, mm } = barFor(scale);
  const now = plan.value;
  const day = calendarDay();
  return (
    <footer>
      <div class="bar" style={{ width: `${mm}mm` }}>
        <i />
        <i />
        <span>0</span>
        <span>{distance(metres)}</span>
      </div>
      <b>1 : {count(scale)}</b>
      <span>
        {now?.name} · {now && t(`status.${now.status}`)} ·{" "}
        {t("bar.revision", { revision: asOf.value ?? now?.revision ?? 0 })}
      </span>
      <span>{t("print.crs", { crs: now?.working_crs ?? "" })}</span>
      <span>{t("print.made", { day })}</span>
    </footer>
  );
}
