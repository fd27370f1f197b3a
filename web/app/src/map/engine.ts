// The one module that knows the map library. Everything else sees a `MapView`.

import type { FeatureCollection, Position } from "geojson";
import { type GeoJSONSource, MapLibreMap, prewarm, setWorkerUrl, type VectorTileSource } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Bounds, TileJSON } from "../api";
import { sayBusy } from "./busy";
import { type Far, farFill } from "./far";
import { HATCH_RATIO, hatches } from "./hatches";
import { hearing, type MapEvents, type Pixel, type Pointed, plainBounds, tellBox } from "./hearing";
import { gapFilters, veilFilter } from "./narrowing";
import { fillColour, hatchedIn, mapStyle, OVERLAY_LAYERS, PLAN, type Sketch } from "./style";
import { SYMBOL_RATIO, symbols } from "./symbols";
import { OVERLAYS, type Overlay, type Theme } from "./tokens";
import { lay, type Underlay } from "./underlay";

setWorkerUrl(workerUrl);

/** Fetch and start the map's worker, while the page still asks which plan it is to show. */
export function warmUp(): void {
  prewarm();
}

export type { MapEvents, Pixel, Pointed };
export type Covered = Record<"left" | "right" | "top" | "bottom", number>;
export type MarkName = "selected" | "group" | "lit" | "against";
export type Marked = "grids" | "gaps";

export interface MapView {
  readonly container: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Only for adapters of drawing libraries, which speak to the map library themselves. */
  readonly raw: MapLibreMap;
  ready: Promise<void>;
  showPlan(tiles: TileJSON): void;
  /** Ask for the plan's tiles again. */
  refresh(): void;
  fillBy(theme: Theme): void;
  /** Shade divisions where grids are too small to be seen; null: not at all. */
  shade(far: Far | null): void;
  /** Show only the gaps of a kind and of a division, and dim the land of others; null lets all through. */
  narrow(to: { community: string | null; kind: string | null }): void;
  /** Show a base map under the grids. */
  underlay(under: Underlay): void;
  show(overlay: Overlay, visible: boolean, opacity?: number): void;
  mark(what: Marked, mark: MarkName, ids: readonly string[]): void;
  sketch(name: Sketch, features: FeatureCollection): void;
  /** Show some land whole; pixels at each side that something covers. */
  fit(bounds: Bounds, covered?: Partial<Covered>): void;
  jump(centre: Position, zoom: number): void;
  centre(): Position;
  zoom(): number;
  bounds(): Bounds;
  project(at: Position): Pixel;
  unproject(pixel: Pixel): Position;
  codeAt(pixel: Pixel): string | null;
  gapAt(pixel: Pixel): string | null;
  /** What is to be seen now: grids by their class in a theme, and overlays that have something there. */
  present(theme: Theme): { classes: Record<string, number>; overlays: Overlay[] };
  /** The map as a PNG in a data address, with some pixels a pixel of the page. */
  picture(ratio: number): Promise<string>;
  /** Let the map be moved, and not zoomed. */
  lockZoom(): void;
  cursor(name: string): void;
  draggable(enabled: boolean): void;
  on<Name extends keyof MapEvents>(name: Name, heard: MapEvents[Name]): () => void;
  remove(): void;
}

/** Make a map in a container, showing a plan's tiles. */
export function createMap(container: HTMLElement, tiles: TileJSON, theme: Theme, at: Bounds | null): MapView {
  const map = new MapLibreMap({
    container,
    style: mapStyle(tiles, theme),
    ...(at && { bounds: at }),
    fitBoundsOptions: { padding: { top: 24, right: 24, bottom: 24, left: 24 + TOOLS_PX } },
    minZoom: 5,
    maxZoom: 21,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    boxZoom: { boxZoomEnd: tellBox },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  addImages(map);
  const reading = sayBusy(map);
  return {
    container,
    canvas: map.getCanvas(),
    raw: map,
    ...drawing(map, theme, reading),
    ...moving(map),
    ...asking(map),
    ...hearing(map),
  };
}

function addImages(map: MapLibreMap): void {
  for (const [name, hatch] of Object.entries(hatches())) map.addImage(name, hatch, { pixelRatio: HATCH_RATIO });
  for (const [name, image] of Object.entries(symbols())) map.addImage(name, image, { pixelRatio: SYMBOL_RATIO });
}

function drawing(map: MapLibreMap, first: Theme, reading: () => void) {
  const marked = new Map<string, readonly string[]>();
  const shown = new Map<Overlay, { visible: boolean; opacity: number }>();
  let theme = first;
  let styled = false;
  const ready = new Promise<void>((done) => {
    map.once("style.load", () => {
      styled = true;
      done();
    });
  });
  const restyle = () => {
    map.setPaintProperty("grid-fill", "fill-color", fillColour(theme));
    map.setFilter("grid-hatch", hatchedIn(theme));
    for (const [overlay, how] of shown) showOverlay(map, overlay, how.visible, how.opacity);
  };
  const whenStyled = (act: () => void) => (styled ? act() : void ready.then(act));
  return {
    ready,
    showPlan: (tiles: TileJSON) => whenStyled(() => void map.getSource<VectorTileSource>(PLAN)?.setTiles(tiles.tiles)),
    /** All tiles, not only those that an edit touched: naming tiles would leave stale ones in the cache out of view. What did not change is answered by its ETag. */
    refresh() {
      reading();
      map.refreshTiles(PLAN);
    },
    fillBy(chosen: Theme) {
      theme = chosen;
      whenStyled(restyle);
    },
    shade: (far: Far | null) => whenStyled(() => map.setPaintProperty("division-fill", "fill-color", farFill(far))),
    narrow: (to: { community: string | null; kind: string | null }) => whenStyled(() => narrowed(map, to)),
    underlay: (under: Underlay) => whenStyled(() => lay(map, under)),
    show(overlay: Overlay, visible: boolean, opacity = 1) {
      shown.set(overlay, { visible, opacity });
      whenStyled(() => showOverlay(map, overlay, visible, opacity));
    },
    mark(what: Marked, mark: MarkName, ids: readonly string[]) {
      const key = `${what}:${mark}`;
      const before = marked.get(key) ?? [];
      marked.set(key, ids);
      whenStyled(() => {
        for (const id of before) map.setFeatureState({ source: PLAN, sourceLayer: what, id }, { [mark]: false });
        for (const id of ids) map.setFeatureState({ source: PLAN, sourceLayer: what, id }, { [mark]: true });
      });
    },
    sketch(name: Sketch, features: FeatureCollection) {
      whenStyled(() => void map.getSource<GeoJSONSource>(`sketch-${name}`)?.setData(features));
    },
  };
}

function narrowed(map: MapLibreMap, to: { community: string | null; kind: string | null }): void {
  for (const [id, filter] of gapFilters(to)) map.setFilter(id, filter);
  map.setFilter("veil", veilFilter(to.community));
}

/** The strip of tools covers the left of the map. */
const TOOLS_PX = 48;
const FIT_PX = 70;
const CLOSEST = 16.8;

const OPACITY: Record<string, string> = { fill: "fill-opacity", line: "line-opacity", symbol: "icon-opacity" };

function showOverlay(map: MapLibreMap, overlay: Overlay, visible: boolean, opacity: number): void {
  for (const id of OVERLAY_LAYERS[overlay]) {
    const layer = map.getLayer(id);
    if (!layer) continue;
    map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
    const property = OPACITY[layer.type];
    if (property && overlay !== "labels" && overlay !== "roads")
      map.setPaintProperty(id, property as "fill-opacity", opacity);
  }
}

function moving(map: MapLibreMap) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  return {
    fit(bounds: Bounds, { left = 0, right = 0, top = 0, bottom = 0 }: Partial<Covered> = {}) {
      const beside = FIT_PX + Math.max(TOOLS_PX, left);
      const padding = { top: FIT_PX + top, left: beside, bottom: FIT_PX + bottom, right: FIT_PX + right };
      map.fitBounds(bounds, { padding, maxZoom: CLOSEST, animate: !still.matches, duration: 450 });
    },
    jump(centre: Position, zoom: number) {
      map.jumpTo({ center: centre as [number, number], zoom });
    },
    cursor(name: string) {
      map.getCanvas().style.cursor = name;
    },
    draggable(enabled: boolean) {
      if (enabled) map.dragPan.enable();
      else map.dragPan.disable();
    },
    lockZoom() {
      for (const way of [map.scrollZoom, map.doubleClickZoom, map.touchZoomRotate, map.boxZoom]) way.disable();
    },
    picture: (ratio: number) => pictureOf(map, ratio),
    remove: () => map.remove(),
  };
}

/** Drawn anew at the ratio, and read in the frame that drew it: afterwards the buffer is empty. */
async function pictureOf(map: MapLibreMap, ratio: number): Promise<string> {
  const before = map.getPixelRatio();
  map.setPixelRatio(ratio);
  await new Promise<void>((done) => {
    map.once("idle", () => done());
    map.triggerRepaint();
  });
  const address = await new Promise<string>((done) => {
    map.once("render", () => done(map.getCanvas().toDataURL("image/png")));
    map.triggerRepaint();
  });
  map.setPixelRatio(before);
  return address;
}

/** Each grid counted once, in however many tiles it lies. */
function presentOn(map: MapLibreMap, theme: Theme): { classes: Record<string, number>; overlays: Overlay[] } {
  const classes: Record<string, number> = {};
  const seen = new Set<unknown>();
  for (const { properties } of map.queryRenderedFeatures({ layers: ["grid-fill"] })) {
    if (seen.has(properties.code)) continue;
    seen.add(properties.code);
    const name = String(properties[theme] ?? "none");
    classes[name] = (classes[name] ?? 0) + 1;
  }
  const overlays = OVERLAYS.filter((overlay) => {
    const layers = OVERLAY_LAYERS[overlay].filter((id) => map.getLayer(id));
    return layers.length > 0 && map.queryRenderedFeatures({ layers }).length > 0;
  });
  return { classes, overlays };
}

function asking(map: MapLibreMap) {
  const first = (layers: string[], pixel: Pixel, property: string): string | null => {
    const there = layers.filter((id) => map.getLayer(id));
    const found = map.queryRenderedFeatures(pixel, { layers: there })[0];
    const value = found?.properties[property];
    return typeof value === "string" ? value : null;
  };
  return {
    centre: (): Position => map.getCenter().toArray(),
    zoom: () => map.getZoom(),
    bounds: (): Bounds => plainBounds(map.getBounds()),
    project(at: Position): Pixel {
      const { x, y } = map.project(at as [number, number]);
      return [x, y];
    },
    unproject: (pixel: Pixel): Position => map.unproject(pixel).toArray(),
    present: (theme: Theme) => presentOn(map, theme),
    codeAt: (pixel: Pixel) => first(["grid-fill"], pixel, "code"),
    gapAt: (pixel: Pixel) => first(["gaps-unheld", "gaps-contested", "gaps-unserved"], pixel, "gap_id"),
  };
}
