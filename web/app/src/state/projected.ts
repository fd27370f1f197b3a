// Plane coordinates of the plan's working system, back to degrees: the CGCS2000 3-degree zones of Gauss and Krüger, and
// UTM. Krüger's series to the third order in n; errors stay under a millimetre within a zone.

import type { Position } from "geojson";

interface Zone {
  meridian: number;
  scale: number;
  false_easting: number;
  false_northing: number;
  flattening: number;
}

const AXIS = 6_378_137;
const CGCS2000 = 1 / 298.257222101;
const WGS84 = 1 / 298.257223563;

/** The zone of a system such as "EPSG:4526"; null where it is none of these. */
export function zoneOf(crs: string): Zone | null {
  const code = Number(/^EPSG:(\d+)$/.exec(crs)?.[1]);
  const gauss = { scale: 1, false_northing: 0, flattening: CGCS2000 };
  if (code >= 4513 && code <= 4533) {
    const number = code - 4488;
    return { ...gauss, meridian: number * 3, false_easting: number * 1e6 + 500_000 };
  }
  if (code >= 4534 && code <= 4554) return { ...gauss, meridian: 75 + (code - 4534) * 3, false_easting: 500_000 };
  const [north, south] = [code - 32_600, code - 32_700];
  const utm = north >= 1 && north <= 60 ? north : south >= 1 && south <= 60 ? south : null;
  if (utm === null) return null;
  const meridian = utm * 6 - 183;
  const false_northing = utm === north ? 0 : 10_000_000;
  return { scale: 0.9996, false_easting: 500_000, false_northing, flattening: WGS84, meridian };
}

const WIDEST = 8;

/** From metres east and north to degrees; null beyond what the zone can carry. */
export function degreesOf(zone: Zone, east: number, north: number): Position | null {
  const n = zone.flattening / (2 - zone.flattening);
  const radius = (AXIS / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const xi = (north - zone.false_northing) / (zone.scale * radius);
  const eta = (east - zone.false_easting) / (zone.scale * radius);
  const beta = [n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3, n ** 2 / 48 + n ** 3 / 15, (17 / 480) * n ** 3];
  const delta = [2 * n - (2 / 3) * n ** 2 - 2 * n ** 3, (7 / 3) * n ** 2 - (8 / 5) * n ** 3, (56 / 15) * n ** 3];
  const sum = (by: (b: number, times: number) => number) =>
    beta.reduce((total, each, row) => total + by(each, 2 * (row + 1)), 0);
  const xi1 = xi - sum((b, k) => b * Math.sin(k * xi) * Math.cosh(k * eta));
  const eta1 = eta - sum((b, k) => b * Math.cos(k * xi) * Math.sinh(k * eta));
  const chi = Math.asin(Math.sin(xi1) / Math.cosh(eta1));
  const latitude = chi + delta.reduce((total, each, row) => total + each * Math.sin(2 * (row + 1) * chi), 0);
  const longitude = Math.atan2(Math.sinh(eta1), Math.cos(xi1));
  const [x, y] = [zone.meridian + (longitude * 180) / Math.PI, (latitude * 180) / Math.PI];
  return Math.abs(x - zone.meridian) <= WIDEST && Math.abs(y) <= 84 ? [x, y] : null;
}

/**
 * Read a text as plane coordinates of a system: east and north, or, as surveyors write them, north and east. Of the two
 * the one that lies in the zone; both where both do.
 */
export function parsePlane(text: string, crs: string): Position[] {
  const found = /^\s*(\d{5,8}(?:\.\d+)?)\s*[,，;；\s]\s*(\d{5,8}(?:\.\d+)?)\s*$/.exec(text);
  const zone = zoneOf(crs);
  if (!found || !zone) return [];
  const [one, other] = [Number(found[1]), Number(found[2])];
  const places = [degreesOf(zone, one, other), degreesOf(zone, other, one)];
  return places.filter((place) => place !== null);
}
