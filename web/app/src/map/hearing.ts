// What the map tells of whoever works on it: by mouse, by finger, by keys. A finger that is put down, drawn and taken
// away presses, points and releases as a mouse does; two fingers are the map's own.

import type { Position } from "geojson";
import {
  LngLatBounds,
  type MapLayerMouseEvent,
  type MapLibreMap,
  type MapMouseEvent,
  type MapTouchEvent,
  type Point,
} from "maplibre-gl";
import type { Bounds } from "../api";

export type Pixel = [x: number, y: number];

export interface Pointed {
  at: Position;
  pixel: Pixel;
  code: string | null;
  alternative: boolean;
}

export interface MapEvents {
  click: (pointed: Pointed) => void;
  doubleclick: (pointed: Pointed) => void;
  point: (pointed: Pointed) => void;
  leave: () => void;
  move: () => void;
  settle: () => void;
  /** All tiles are there and drawn. */
  rest: () => void;
  press: (pointed: Pointed) => void;
  release: (pointed: Pointed) => void;
  failure: (message: string) => void;
  /** A box was drawn with the shift key held. */
  box: (bounds: Bounds) => void;
}

export const plainBounds = (bounds: LngLatBounds): Bounds => [
  bounds.getWest(),
  bounds.getSouth(),
  bounds.getEast(),
  bounds.getNorth(),
];

/** Who hears of boxes, by map: the library takes one handler, when the map is made. */
const boxDrawn = new WeakMap<MapLibreMap, MapEvents["box"]>();

/** Tell of a box drawn with the shift key held. */
export function tellBox(map: MapLibreMap, from: Point, to: Point): void {
  const corners = new LngLatBounds();
  for (const corner of [from, to]) corners.extend(map.unproject(corner));
  boxDrawn.get(map)?.(plainBounds(corners));
}

const EVENTS = {
  click: ["click"],
  doubleclick: ["dblclick"],
  point: ["mousemove", "touchmove"],
  press: ["mousedown", "touchstart"],
  release: ["mouseup", "touchend", "touchcancel"],
} as const;

/** A browser says once more by a mouse's events what a finger did; a click comes by these alone. */
const ECHO_MS = 900;

export function hearing(map: MapLibreMap) {
  let touched = Number.NEGATIVE_INFINITY;
  const isEcho = ({ originalEvent, type }: MapMouseEvent | MapTouchEvent): boolean => {
    if (!(originalEvent instanceof MouseEvent)) touched = originalEvent.timeStamp;
    else return type !== "click" && type !== "dblclick" && originalEvent.timeStamp - touched < ECHO_MS;
    return originalEvent.touches.length > 1;
  };
  const on = <Name extends keyof MapEvents>(name: Name, heard: MapEvents[Name]): (() => void) => {
    if (!(name in EVENTS)) return onPlain(map, name, heard);
    const handler = (event: MapMouseEvent | MapTouchEvent) => {
      if (!isEcho(event)) (heard as MapEvents["click"])(pointed(map, event));
    };
    const kinds = EVENTS[name as keyof typeof EVENTS] as readonly "click"[];
    for (const kind of kinds) map.on(kind, handler);
    return () => {
      for (const kind of kinds) map.off(kind, handler);
    };
  };
  return { on };
}

function pointed(map: MapLibreMap, event: MapMouseEvent | MapLayerMouseEvent | MapTouchEvent): Pointed {
  const pixel: Pixel = [event.point.x, event.point.y];
  const code = map.getLayer("grid-fill")
    ? map.queryRenderedFeatures(pixel, { layers: ["grid-fill"] })[0]?.properties.code
    : null;
  const { altKey, shiftKey } = event.originalEvent;
  return { at: event.lngLat.toArray(), pixel, code: code ?? null, alternative: altKey || shiftKey };
}

function onPlain(map: MapLibreMap, name: keyof MapEvents, heard: MapEvents[keyof MapEvents]): () => void {
  if (name === "box") {
    boxDrawn.set(map, heard as MapEvents["box"]);
    return () => void boxDrawn.delete(map);
  }
  const kind = { leave: "mouseout", move: "move", settle: "moveend", rest: "idle", failure: "error" }[name as "leave"];
  const handler = (event: object) => {
    const message = "error" in event && event.error instanceof Error ? event.error.message : "";
    (heard as MapEvents["failure"])(message);
  };
  map.on(kind as "move", handler);
  return () => void map.off(kind as "move", handler);
}
