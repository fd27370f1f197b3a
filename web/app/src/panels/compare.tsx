// Compare with another plan, the one in force unless another is chosen: by a bar that is pulled across the map, or by two
// maps side by side that move together. What changed hands is tinted on both.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Comparison, type TileJSON, tilesAddress } from "../api";
import { request } from "../api/request";
import { createMap, type MapView } from "../map/engine";
import { HANDS, OVERLAYS } from "../map/tokens";
import { Button, Choice } from "../parts/controls";
import { underlay } from "../state/base_map";
import { shading } from "../state/far";
import { known } from "../state/loading";
import { comparedWith, comparison, other, plan, plans } from "../state/plans";
import { type CompareBy, compareBy, comparing, opacity, shown, tab, theme } from "../state/view";
import { t } from "../words";
import { view } from "./map_stage";

const at = signal(0.5);
const failed = signal(false);
const STEP = 0.02;

export function Compare(): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const name = other.value?.name;
  const map = view.value;
  const by = compareBy.value;
  const open = comparing.value && map !== null && name !== undefined;
  useEffect(() => {
    if (open && box.current) return mountOther(box.current, map, name);
  }, [open, map, name]);
  if (!open) return null;
  const clip = by === "swipe" ? { clipPath: `inset(0 ${(1 - at.value) * 100}% 0 0)` } : {};
  return (
    <>
      <div class="map other" ref={box} style={clip} inert={by === "swipe"} />
      {by === "swipe" ? <Swipe /> : <Sides />}
    </>
  );
}

/** With which plan, and how; at the foot of the map, as it stands while tools are at work. */
export function CompareBar(): JSX.Element | null {
  if (!comparing.value) return null;
  const all = (known(plans.now.value) ?? []).filter((each) => each.name !== plan.value?.name);
  const options = (["swipe", "side"] as const).map((value) => ({ value, label: t(`compare.by.${value}`) }));
  const choose = (by: CompareBy) => {
    compareBy.value = by;
  };
  return (
    <section class="compare-bar" aria-label={t("compare.bar")}>
      <select
        aria-label={t("compare.with")}
        value={other.value?.name ?? ""}
        onChange={(event) => {
          comparedWith.value = event.currentTarget.value;
        }}
      >
        {!other.value && <option value="">{t("compare.choose")}</option>}
        {all.map((each) => (
          <option key={each.name} value={each.name}>
            {each.title} · {t(`status.${each.status}`)}
          </option>
        ))}
      </select>
      <Choice name={t("compare.bar")} value={compareBy.value} options={options} onChoose={choose} />
      <Button icon="cross" kind="quiet" label={t("compare.close")} onClick={stopComparing} />
      {other.value && <ColourKey />}
      {failed.value && <p class="refusal">{t("compare.failed")}</p>}
    </section>
  );
}

/** What the tints are: land that changed hands, as it was and as it is. */
function ColourKey(): JSX.Element {
  return (
    <ul class="colour-key" aria-label={t("compare.key")}>
      {(["from", "to"] as const).map((side) => (
        <li key={side}>
          <i style={{ background: HANDS[side] }} />
          {t(`compare.key.${side}`)}
        </li>
      ))}
    </ul>
  );
}

export function stopComparing(): void {
  comparing.value = false;
  tab.value = "details";
}

function Sides(): JSX.Element {
  return (
    <div class="sides" aria-hidden="true">
      <span class="side">{other.value?.title}</span>
      <span class="side">{plan.value?.title}</span>
    </div>
  );
}

function Swipe(): JSX.Element {
  const move = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const stage = handle.parentElement?.getBoundingClientRect();
    if (stage) at.value = clamped((event.clientX - stage.left) / stage.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!way) return;
    event.stopPropagation();
    at.value = clamped(at.peek() + way);
  };
  return (
    <div
      class="swipe"
      role="slider"
      tabIndex={0}
      aria-label={t("compare.swipe")}
      aria-valuenow={Math.round(at.value * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      style={{ left: `${at.value * 100}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={move}
      onKeyDown={onKeyDown}
    >
      <span class="side left">{other.value?.title}</span>
      <span class="grip" aria-hidden="true" />
      <span class="side right">{plan.value?.title}</span>
    </div>
  );
}

const clamped = (share: number): number => Math.max(0.02, Math.min(0.98, share));

/** The land that changed hands, as one side of it sees it. */
export const changedLand = (found: Comparison | undefined, side: "from" | "to") => ({
  type: "FeatureCollection" as const,
  features: (found?.moved.features ?? []).map((each) => ({ ...each, properties: { ...each.properties, side } })),
});

/** A second map; the two follow one another. */
function mountOther(box: HTMLDivElement, first: MapView, name: string): () => void {
  const stops: (() => void)[] = [];
  let stopped = false;
  failed.value = false;
  const mount = (tiles: TileJSON) => {
    if (stopped) return;
    const second = createMap(box, tiles, theme.peek(), first.bounds());
    stops.push(...together(first, second), ...dressed(first, second), () => second.remove());
  };
  request<TileJSON>(tilesAddress(name)).then(mount, () => {
    failed.value = true;
  });
  return () => {
    stopped = true;
    for (const stop of stops) stop();
    first.sketch("changed", changedLand(undefined, "to"));
  };
}

/** Each map goes where the other one is taken. */
function together(first: MapView, second: MapView): (() => void)[] {
  let leading = true;
  const led = (from: MapView, to: MapView) => () => {
    if (!leading) return;
    leading = false;
    to.jump(from.centre(), from.zoom());
    leading = true;
  };
  led(first, second)();
  return [first.on("move", led(first, second)), second.on("move", led(second, first))];
}

/** The second map shows what the first does, and both what changed hands. */
const dressed = (first: MapView, second: MapView): (() => void)[] => [
  effect(() => second.fillBy(theme.value)),
  shading(second),
  effect(() => second.underlay(underlay.value)),
  effect(() => {
    for (const overlay of OVERLAYS) second.show(overlay, shown.value[overlay], opacity.value[overlay] ?? 1);
  }),
  effect(() => {
    const found = known(comparison.now.value);
    first.sketch("changed", changedLand(found, "to"));
    second.sketch("changed", changedLand(found, "from"));
  }),
];
