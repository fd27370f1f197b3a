// Plane geometry on positions in degrees, measured in metres around a place: exact enough over a few kilometres to aim
// a gesture. What is committed is computed by the server, in the plan's own projected system.

import type { Position } from "geojson";
import type { Bounds, Land } from "../api";

export type Point = [x: number, y: number];

const M_PER_DEGREE = 111_319.49;

/** From degrees to metres east and north of an origin, and back. */
export interface Plane {
  metres(at: Position): Point;
  degrees(point: Point): Position;
}

export function planeAt(origin: Position): Plane {
  const [lon = 0, lat = 0] = origin;
  const [kx, ky] = [M_PER_DEGREE * Math.cos((lat * Math.PI) / 180), M_PER_DEGREE];
  return {
    metres: ([x = 0, y = 0]) => [(x - lon) * kx, (y - lat) * ky],
    degrees: ([x, y]) => [lon + x / kx, lat + y / ky],
  };
}

export const distance = (one: Point, other: Point): number => Math.hypot(one[0] - other[0], one[1] - other[1]);

/** The place on a segment that is nearest to a point. */
export function nearestOn(point: Point, from: Point, to: Point): Point {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy;
  if (square === 0) return from;
  const along = ((point[0] - from[0]) * dx + (point[1] - from[1]) * dy) / square;
  const share = Math.max(0, Math.min(1, along));
  return [from[0] + share * dx, from[1] + share * dy];
}

/** The rings of a polygon or multipolygon, all of them. */
export const ringsOf = (land: Land): Position[][] =>
  land.type === "Polygon" ? land.coordinates : land.coordinates.flat();

/** Whether a place is inside some land, by crossing number. */
export function isInside(at: Position, land: Land): boolean {
  const [x = 0, y = 0] = at;
  let inside = false;
  for (const ring of ringsOf(land))
    for (let row = 1; row < ring.length; row += 1) {
      const [ax = 0, ay = 0] = ring[row - 1] ?? [];
      const [bx = 0, by = 0] = ring[row] ?? [];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  return inside;
}

export function boundsOf(positions: readonly Position[]): Bounds {
  const longitudes = positions.map(([x = 0]) => x);
  const latitudes = positions.map(([, y = 0]) => y);
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}

export const joinedBounds = (all: readonly Bounds[]): Bounds =>
  boundsOf(
    all.flatMap(([west, south, east, north]) => [
      [west, south],
      [east, north],
    ]),
  );

/** How long a line is, metres. */
export function lengthOf(line: readonly Position[]): number {
  const plane = planeAt(line[0] ?? [0, 0]);
  const points = line.map(plane.metres);
  return points.slice(1).reduce((sum, point, row) => sum + distance(points[row] ?? point, point), 0);
}

/** The area that a closed line goes round, square metres. */
export function areaOf(ring: readonly Position[]): number {
  const plane = planeAt(ring[0] ?? [0, 0]);
  const points = ring.map(plane.metres);
  const doubled = points.reduce((sum, [x, y], row) => {
    const [nextX, nextY] = points[(row + 1) % points.length] ?? [0, 0];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(doubled) / 2;
}

/** Places along a line, at most `step` metres apart, ends included. */
export function along(line: readonly Position[], step: number): Position[] {
  const plane = planeAt(line[0] ?? [0, 0]);
  const points = line.map(plane.metres);
  const places = points.slice(1).flatMap((to, row) => {
    const from = points[row] ?? to;
    const count = Math.max(1, Math.ceil(distance(from, to) / step));
    return Array.from({ length: count }, (_, at) => between(from, to, at / count));
  });
  const last = points.at(-1);
  return (last ? [...places, last] : places).map(plane.degrees);
}

export const between = (from: Point, to: Point, share: number): Point => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
];
