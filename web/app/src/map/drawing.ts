// Drawing gestures by terra-draw, fetched when the first tool is opened: lines and areas, snapped to exact land.

import type { LineString, Polygon, Position } from "geojson";
import type { GeoJSONStoreFeatures, TerraDraw } from "terra-draw";
import type { MapView } from "./engine";
import { ACCENT } from "./tokens";

export interface DrawHandlers {
  /** Where a place should fall, by pixels; null leaves it. */
  snap: (at: Position) => Position | null;
  /** The shape so far, the place under the pointer included. */
  changed: (positions: Position[]) => void;
  finished: (positions: Position[]) => void;
}

export interface Drawing {
  /** Forget what is drawn and begin anew. */
  clear(): void;
  stop(): void;
}

const INK = ACCENT;

const fetchLibrary = () => Promise.all([import("terra-draw"), import("terra-draw-maplibre-gl-adapter")]);

/** Fetch the library ahead of the first tool, so that drawing works when the network has gone by then. */
export const prepareDrawing = (): void => void fetchLibrary().catch(() => {});

/** Let the user draw a line, or an area, on the map. */
export async function startDrawing(map: MapView, shape: "line" | "area", handlers: DrawHandlers): Promise<Drawing> {
  const [library, { TerraDrawMapLibreGLAdapter }] = await fetchLibrary();
  const mode = shape === "line" ? lineMode(library, handlers) : areaMode(library, handlers);
  const adapter = new TerraDrawMapLibreGLAdapter({ map: map.raw, coordinatePrecision: 9 });
  const draw = new library.TerraDraw({ adapter, modes: [mode] });
  draw.start();
  draw.setMode(mode.mode);
  listen(draw, mode.mode, handlers);
  map.container.dataset.drawing = shape;
  return {
    clear() {
      draw.clear();
      draw.setMode("static");
      draw.setMode(mode.mode);
    },
    stop() {
      draw.stop();
      delete map.container.dataset.drawing;
      map.cursor("");
    },
  };
}

type Library = typeof import("terra-draw");

const snapping = ({ snap }: DrawHandlers) => ({
  toCustom: ({ lng, lat }: { lng: number; lat: number }) => snap([lng, lat]) ?? undefined,
});

function lineMode(library: Library, handlers: DrawHandlers) {
  return new library.TerraDrawLineStringMode({
    snapping: snapping(handlers),
    pointerDistance: 14,
    keyEvents: { cancel: null, finish: null },
    styles: {
      lineStringColor: INK,
      lineStringWidth: 2.5,
      closingPointColor: "#ffffff",
      closingPointOutlineColor: INK,
      closingPointOutlineWidth: 2,
      closingPointWidth: 5,
      snappingPointOpacity: 0,
      snappingPointOutlineOpacity: 0,
    },
  });
}

function areaMode(library: Library, handlers: DrawHandlers) {
  return new library.TerraDrawPolygonMode({
    snapping: snapping(handlers),
    pointerDistance: 14,
    keyEvents: { cancel: null, finish: null },
    styles: {
      fillColor: INK,
      fillOpacity: 0.12,
      outlineColor: INK,
      outlineWidth: 2.5,
      closingPointColor: "#ffffff",
      closingPointOutlineColor: INK,
      closingPointOutlineWidth: 2,
      closingPointWidth: 5,
      snappingPointOpacity: 0,
      snappingPointOutlineOpacity: 0,
    },
  });
}

const positionsOf = (feature: GeoJSONStoreFeatures | undefined): Position[] => {
  const geometry = feature?.geometry as LineString | Polygon | undefined;
  if (geometry?.type === "LineString") return geometry.coordinates;
  return geometry?.type === "Polygon" ? (geometry.coordinates[0] ?? []) : [];
};

function listen(draw: TerraDraw, mode: string, handlers: DrawHandlers): void {
  const shapeOf = (): GeoJSONStoreFeatures | undefined =>
    draw.getSnapshot().find((each) => each.properties.mode === mode && each.geometry.type !== "Point");
  draw.on("change", (_ids, kind) => {
    if (kind === "delete") return;
    const positions = positionsOf(shapeOf());
    if (positions.length > 1) handlers.changed(positions);
  });
  draw.on("finish", () => handlers.finished(positionsOf(shapeOf())));
}
