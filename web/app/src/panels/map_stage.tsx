// The map and what floats on it: tools at its side, and at its foot, one above the other, whatever is said and asked.

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Position } from "geojson";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Bounds, type TileJSON, tilesAddress } from "../api";
import { request } from "../api/request";
import { landed, proposal } from "../edits/door";
import { createMap, type MapView, type Pointed } from "../map/engine";
import { OVERLAYS } from "../map/tokens";
import { Button } from "../parts/controls";
import { parseAddress } from "../state/address";
import { underlay } from "../state/base_map";
import { answering } from "../state/connection";
import { shading, standing } from "../state/far";
import { mapDrawn } from "../state/first_map";
import { known, resource } from "../state/loading";
import { asOf, decided, plan, planName } from "../state/plans";
import {
  compareBy,
  comparing,
  filter,
  floats,
  lit,
  opacity,
  selectGap,
  selectGrid,
  selection,
  sheet,
  shown,
  tab,
  theme,
} from "../state/view";
import { setUpBench } from "../tools/bench";
import { drawnBox } from "../tools/box";
import { boxFeature, EMPTY, openTool, showsAlso } from "../tools/tool";
import { t } from "../words";
import { Callout } from "./callout";
import { Compare, CompareBar } from "./compare";
import { ConsequenceBar } from "./consequences";
import { MapKey } from "./legend";
import { Hint, Notices } from "./notices";
import { previews } from "./previews";
import { RevisionBar } from "./revision_bar";
import { Scale } from "./scale";
import { ToolOptions } from "./tool_options";
import { ToolStrip } from "./tool_strip";
import { Welcome } from "./welcome";

export const view = signal<MapView | null>(null);
/** Where the map was clicked, so that the inspector can say which face it is. */
export const spot = signal<Position | null>(null);
const failed = signal("");

const INSPECTOR_PX = 360;
const NARROW_PX = 900;
const SHEET_SHARE = 0.56;
/** Over a map that is too narrow for what stands beside it the inspector covers this much from above; page.css too. */
const FLOATING_SHARE = 0.54;

/** Show some land whole, beside what floats over the map. */
export function fitTo(bounds: Bounds | null): void {
  const map = view.peek();
  if (!map || !bounds) return;
  const { clientWidth, clientHeight } = map.container;
  const open = selection.peek().type !== "none" || tab.peek() !== "details";
  const sheeted = window.innerWidth < NARROW_PX && sheet.peek() !== "closed";
  const floating = floats.peek() && open;
  const beside = clientWidth > 2 * INSPECTOR_PX - 80;
  const covered = {
    left: coveredLeft(map),
    right: floating && beside ? INSPECTOR_PX : 0,
    top: floating && !beside ? clientHeight * FLOATING_SHARE : 0,
  };
  map.fit(bounds, sheeted ? { bottom: clientHeight * SHEET_SHARE } : covered);
}

/** How far files that are being brought cover the map from the left. */
function coveredLeft(map: MapView): number {
  const panel = document.querySelector(".bringing")?.getBoundingClientRect().right ?? 0;
  const { left, width } = map.container.getBoundingClientRect();
  return Math.max(0, Math.min(panel - left, width / 2));
}

/** Go to a place and mark it; what was shown before is of another place. */
export function pinAt(at: Position): void {
  const map = view.peek();
  selectGrid(null);
  map?.jump(at, Math.max(17, map.zoom()));
  map?.sketch("snap", {
    type: "FeatureCollection",
    features: [{ type: "Feature", properties: { to: "vertex" }, geometry: { type: "Point", coordinates: at } }],
  });
}

/** Take the mark of a place away. */
export const unpin = (): void => view.peek()?.sketch("snap", EMPTY);

export function MapStage(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current) return mountMap(box.current);
  }, []);
  return (
    <main class={comparing.value ? `stage by-${compareBy.value}` : "stage"} aria-label={t("map.label")}>
      <div class={`map${openTool.value ? " tooling" : ""}${nothingToShow.value ? " unread" : ""}`} ref={box} />
      <Compare />
      <ToolStrip />
      <Callout />
      <div class="floor">
        <Corner />
        {failed.value && <p class="map-failure">{t("map.failed")}</p>}
        <Notices />
        <Hint />
        <ToolOptions />
        <RevisionBar />
        <CompareBar />
        <Welcome />
        <ConsequenceBar />
      </div>
    </main>
  );
}

function Corner(): JSX.Element {
  return (
    <div class="corner">
      <MapKey />
      <Scale />
      <div class="zoom">
        <Button icon="home" label={t("map.home")} onClick={() => plan.value && fitTo(plan.value.extent)} />
        <Button icon="plus" label={t("map.zoom_in")} onClick={() => step(1)} />
        <Button icon="minus" label={t("map.zoom_out")} onClick={() => step(-1)} />
      </div>
    </div>
  );
}

const step = (by: number): void => {
  const map = view.peek();
  map?.jump(map.centre(), map.zoom() + by);
};

/** How the tiles of the plan, or of its old revision, are addressed: of the one that is open, never of the one before. */
const tiling = resource((address: string, aborted) => request<TileJSON>(address, { signal: aborted }));

/** The map of the plan before stays out of sight where that of this one can't be read. */
const nothingToShow = computed(() => tiling.now.value.state === "failed" && known(tiling.now.value) === undefined);

function shownOn(box: HTMLDivElement, tiles: TileJSON, stops: (() => void)[]): void {
  failed.value = "";
  const map = view.peek();
  if (map) map.showPlan(tiles);
  else stops.push(...firstMap(box, tiles, plan.peek()?.extent ?? null));
}

/** Put a map into its box and keep it to the state of the page; returns what takes it away. */
function mountMap(box: HTMLDivElement): () => void {
  const stops: (() => void)[] = [];
  const follow = effect(() => {
    const name = planName.value;
    const [at] = [asOf.value, decided.value];
    if (name) void untracked(() => tiling.load(tilesAddress(name, at)));
  });
  const show = effect(() => {
    const { value } = tiling.now;
    if (value.state === "failed") failed.value = value.error.message || value.error.name;
    if (value.state === "ready") untracked(() => shownOn(box, value.value, stops));
  });
  return () => {
    follow();
    show();
    tiling.clear();
    for (const stop of stops) stop();
    view.peek()?.remove();
    view.value = null;
  };
}

/** What was not read while the server did not answer is asked for again. */
function refreshWhenBack(map: MapView): () => void {
  let away = false;
  return effect(() => {
    if (answering.value && away) {
      failed.value = "";
      map.refresh();
    }
    away = !answering.value;
  });
}

function firstMap(box: HTMLDivElement, tiles: TileJSON, extent: Bounds | null): (() => void)[] {
  const map = createMap(box, tiles, theme.peek(), extent);
  const { at } = parseAddress(window.location.hash);
  if (at) map.jump(at.centre, at.zoom);
  view.value = map;
  map.canvas.setAttribute("aria-label", t("map.keys"));
  return [
    map.on("rest", mapDrawn),
    map.on("settle", () => {
      failed.value = "";
    }),
    map.on("failure", (message) => {
      failed.value = message;
    }),
    refreshWhenBack(map),
    map.on("click", (pointed) => clicked(map, pointed)),
    map.on("box", (bounds) => {
      drawnBox.value = bounds;
    }),
    effect(() => {
      const bounds = drawnBox.value;
      if (bounds) untracked(() => [boxed(bounds), listBox()]);
    }),
    setUpBench(map),
    ...previews(map),
    effect(() => map.fillBy(theme.value)),
    shading(map),
    standing(map),
    effect(() => map.underlay(underlay.value)),
    effect(() => map.narrow(filter.value)),
    effect(() => {
      for (const overlay of OVERLAYS) {
        const seen = shown.value[overlay] || showsAlso(openTool.value, overlay);
        map.show(overlay, seen, opacity.value[overlay] ?? 1);
      }
    }),
    effect(() => {
      const { value } = selection;
      map.mark("grids", "selected", value.type !== "none" && value.code ? [value.code] : []);
      map.mark("gaps", "selected", value.type === "gap" ? [value.id] : []);
    }),
    effect(() => {
      map.mark("grids", "lit", lit.value.grids);
      map.mark("gaps", "lit", lit.value.gaps);
    }),
    effect(() => {
      if (landed.value > 0) map.refresh();
    }),
  ];
}

/** Without a tool a click asks who holds the land; with one it is the tool's. */
function clicked(map: MapView, { at, code, pixel }: Pointed): void {
  if (openTool.peek() || proposal.peek()) return;
  spot.value = at;
  const gap = map.gapAt(pixel);
  const before = selection.peek();
  if (gap && before.type === "grid" && before.code === code) selectGap(gap, code);
  else selectGrid(code);
}

/** A box drawn on the map filters the ledgers to it, and shows whose land it is. */
export function boxed(bounds: Bounds): void {
  filter.value = { ...filter.peek(), bounds };
  view.peek()?.sketch("area", boxFeature(bounds));
}

/** A planner reads what is in the box beside the map; a supervisor has the table for it. */
function listBox(): void {
  if (floats.peek()) return;
  tab.value = "box";
  sheet.value = "inspector";
}

/** Let the ledgers list everything again. */
export function unbox(): void {
  filter.value = { ...filter.peek(), bounds: null };
  view.peek()?.sketch("area", { type: "FeatureCollection", features: [] });
}
