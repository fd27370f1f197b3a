// A coordinate typed in the search: decimal degrees, in either order, in CGCS2000 or in the shifted datum of a web map.

import type { Position } from "geojson";

export interface Place {
  datum: "CGCS2000" | "GCJ-02" | "BD-09";
  /** In CGCS2000. */
  at: Position;
}

const CHINA = { west: 72.004, east: 137.8347, south: 0.8293, north: 55.8271 };
const [AXIS, ECCENTRICITY] = [6_378_245, 0.006_693_421_622_965_943];
const ROUNDS = 12;

/** Read a text as coordinates; where it has one, a place for each datum that it may be of. */
export function parseCoordinate(text: string): Place[] {
  const found = /^\s*(-?\d{1,3}\.\d{2,})\s*[,，;；\s]\s*(-?\d{1,3}\.\d{2,})\s*$/.exec(text);
  if (!found) return [];
  const [one, other] = [Number(found[1]), Number(found[2])];
  const at: Position =
    Math.abs(one) <= 90 && (Math.abs(other) > 90 || isInChina([other, one])) ? [other, one] : [one, other];
  if (Math.abs(at[0] ?? 0) > 180 || Math.abs(at[1] ?? 0) > 90) return [];
  if (!isInChina(at)) return [{ datum: "CGCS2000", at }];
  return [
    { datum: "CGCS2000", at },
    { datum: "GCJ-02", at: inverse(at, gcj02) },
    { datum: "BD-09", at: inverse(at, bd09) },
  ];
}

const isInChina = ([x = 0, y = 0]: Position): boolean =>
  x >= CHINA.west && x <= CHINA.east && y >= CHINA.south && y <= CHINA.north;

function inverse(shifted: Position, forward: (at: Position) => Position): Position {
  let guess = shifted;
  for (let round = 0; round < ROUNDS; round += 1) {
    const there = forward(guess);
    guess = [0, 1].map((axis) => (guess[axis] ?? 0) + (shifted[axis] ?? 0) - (there[axis] ?? 0));
  }
  return guess;
}

const waves = (value: number): number =>
  ((20 * Math.sin(6 * value * Math.PI) + 20 * Math.sin(2 * value * Math.PI)) * 2) / 3;

/** GCJ-02 from CGCS2000, the published formula. */
export function gcj02([lon = 0, lat = 0]: Position): Position {
  const [x, y] = [lon - 105, lat - 35];
  const root = Math.sqrt(Math.abs(x));
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    waves(x) +
    ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3 +
    ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3;
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    waves(x) +
    ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3 +
    ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
  const radians = (lat * Math.PI) / 180;
  const square = 1 - ECCENTRICITY * Math.sin(radians) ** 2;
  const metres_north = (AXIS * (1 - ECCENTRICITY)) / (square * Math.sqrt(square));
  const metres_east = (AXIS / Math.sqrt(square)) * Math.cos(radians);
  return [lon + (east * 180) / (metres_east * Math.PI), lat + (north * 180) / (metres_north * Math.PI)];
}

/** BD-09 from CGCS2000. */
export function bd09(at: Position): Position {
  const [x = 0, y = 0] = gcj02(at);
  const turn = (Math.PI * 3000) / 180;
  const reach = Math.hypot(x, y) + 0.00002 * Math.sin(y * turn);
  const angle = Math.atan2(y, x) + 0.000003 * Math.cos(x * turn);
  return [reach * Math.cos(angle) + 0.0065, reach * Math.sin(angle) + 0.006];
}
