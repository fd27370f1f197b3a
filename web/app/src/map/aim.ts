// What a drawn line is about: which grids it divides, and between which it would be the border.

import type { Position } from "geojson";
import type { Ground } from "./ground";
import { along, lengthOf } from "./planar";

const TOUCH_M = 0.5;

/** The grids that a line runs through, the one with most of it first; borders it runs along do not count. */
export function gridsUnder(ground: Ground, line: readonly Position[]): string[] {
  const step = Math.max(0.5, lengthOf(line) / 120);
  const counts = new Map<string, number>();
  for (const place of along(line, step)) {
    if (ground.border(place, 0.05)) continue;
    const code = ground.gridAt(place)?.properties.code;
    if (code) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1]).map(([code]) => code);
}

/**
 * The grids between which a line would be the border: those it runs through, and those that touch it at both ends. A
 * line from a border, out into a neighbour, and back to the same border takes land of the neighbour.
 */
export function gridsBeside(ground: Ground, line: readonly Position[]): string[] {
  const under = gridsUnder(ground, line);
  const ends = [line[0], line.at(-1)].map((end) => (end ? touching(ground, end) : []));
  const [first = [], last = []] = ends;
  const both = first.filter((code) => last.includes(code));
  const community = ground.grid(under[0] ?? both[0] ?? "")?.properties.community_code;
  const all = [...new Set([...under, ...both])];
  return all.filter((code) => ground.grid(code)?.properties.community_code === community);
}

const touching = (ground: Ground, at: Position): string[] => {
  const snap = ground.snap(at, TOUCH_M);
  if (snap) return snap.codes;
  const grid = ground.gridAt(at);
  return grid ? [grid.properties.code] : [];
};
