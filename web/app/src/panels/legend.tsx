// Layers and legend: one thematic fill at a time, overlays to switch, counts beside each where they are known.

import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { type Far, isSeenAt, type Level, shadesOf } from "../map/far";
import { classesOf, type Overlay, THEMES, type Theme } from "../map/tokens";
import { Mark, Swatch } from "../parts/swatches";
import { far, farLevel, zoom } from "../state/far";
import { known } from "../state/loading";
import { summary } from "../state/plans";
import { opacity, setOpacity, shown, showOverlay, theme, workplace } from "../state/view";
import { field, t } from "../words";
import { count } from "../words/figures";

const open = signal(true);

/** `children`: what stands under the overlays. */
export function Legend({ children }: { children?: ComponentChildren }): JSX.Element {
  return (
    <details class="legend" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>
        <h2>{t("legend.title")}</h2>
      </summary>
      <Fill />
      <h3>{t("legend.overlays")}</h3>
      <Overlays />
      {children}
    </details>
  );
}

function Fill(): JSX.Element {
  return (
    <>
      <FillChoice />
      {farLevel.value ? <Shades far={far.value} level={farLevel.value} /> : <Classes />}
    </>
  );
}

/** What the colours mean, on the map itself where nothing beside it says so. */
export function MapKey(): JSX.Element | null {
  if (workplace.value !== "supervisor") return null;
  return (
    <details class="map-key" open>
      <summary>{t("legend.key")}</summary>
      <Fill />
    </details>
  );
}

function FillChoice(): JSX.Element {
  return (
    <label class="fill-choice">
      <span>{t("legend.fill")}</span>
      <select
        value={theme.value}
        onChange={(event) => {
          theme.value = event.currentTarget.value as Theme;
        }}
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {t(`theme.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Shades({ far, level }: { far: Far | null; level: Level }): JSX.Element {
  const breaks = far?.breaks[level] ?? [];
  if (!far || breaks.length === 0) return <p class="far">{t("legend.far.none")}</p>;
  const { measure } = far;
  const written = (value: number) => (measure === "gaps" ? value.toFixed(1) : `${Math.round(value * 100)}%`);
  return (
    <>
      <p class="far">{t(`legend.far.${measure}`, { level: t(`level.${level}`) })}</p>
      <ul class="classes">
        {shadesOf(breaks).map((colour, row) => (
          <li key={colour}>
            <Swatch colour={colour} />
            <span>
              {row === 0
                ? t("legend.far.under", { value: written(breaks[0] ?? 0) })
                : t("legend.far.from", { value: written(breaks[row - 1] ?? 0) })}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Classes(): JSX.Element | null {
  if (theme.value === "plain") return null;
  const counts = known(summary.now.value)?.classes[theme.value];
  return (
    <ul class="classes">
      {classesOf(theme.value).map(([name, colour]) => (
        <li key={name} class={counts && !counts[name] ? "absent" : ""}>
          <Swatch colour={colour} />
          <span>{field(theme.value, name)}</span>
          <output>{counts ? count(counts[name] ?? 0) : ""}</output>
        </li>
      ))}
    </ul>
  );
}

const GROUPS: { overlays: Overlay[]; seeThrough: boolean }[] = [
  { overlays: ["gaps_unheld", "gaps_contested", "gaps_unserved"], seeThrough: true },
  { overlays: ["party", "premises", "facilities"], seeThrough: false },
  { overlays: ["units_compound", "units_courtyard", "units_patrol_zone"], seeThrough: true },
  { overlays: ["divisions", "roads", "labels"], seeThrough: false },
];

function Overlays(): JSX.Element {
  return (
    <div class="overlays">
      {GROUPS.map(({ overlays, seeThrough }) => (
        <ul key={overlays[0]}>
          {overlays.map((overlay) => (
            <OverlayRow key={overlay} overlay={overlay} seeThrough={seeThrough} />
          ))}
        </ul>
      ))}
    </div>
  );
}

function OverlayRow({ overlay, seeThrough }: { overlay: Overlay; seeThrough: boolean }): JSX.Element {
  const on = shown.value[overlay];
  return (
    <li>
      <label>
        <input type="checkbox" checked={on} onChange={(event) => showOverlay(overlay, event.currentTarget.checked)} />
        <Mark overlay={overlay} />
        <span>{t(`overlay.${overlay}`)}</span>
        {on && !isSeenAt(overlay, zoom.value) && <small class="nearer">{t("legend.nearer")}</small>}
        <output>{counted(overlay)}</output>
      </label>
      {on && seeThrough && (
        <input
          type="range"
          min={0.2}
          max={1}
          step={0.1}
          value={opacity.value[overlay] ?? 1}
          aria-label={t("legend.opacity", { layer: t(`overlay.${overlay}`) })}
          onInput={(event) => setOpacity(overlay, Number(event.currentTarget.value))}
        />
      )}
    </li>
  );
}

/** How many there are of what an overlay shows. */
function counted(overlay: Overlay): string {
  const now = known(summary.now.value);
  if (!now || overlay === "labels" || overlay === "roads") return "";
  if (overlay === "divisions") return count(now.total.communities);
  if (overlay === "party") return count(now.total.covered);
  const [group, name = ""] = overlay.split(/_(.*)/);
  if (group === "gaps") return count(now.total.gaps[name as keyof typeof now.total.gaps]);
  const many = now.layers[group === "units" ? name : overlay];
  return count(many ?? 0);
}
