// The exact land around a gesture, from `grids?bbox`: tiles are quantised, so what is snapped to must come from here.

import type { Position } from "geojson";
import type { Grid } from "../api";
import { distance, isInside, nearestOn, type Plane, type Point, planeAt, ringsOf } from "./planar";

export interface Snap {
  at: Position;
  to: "vertex" | "border";
  /** The grids that meet there. */
  codes: string[];
}

interface Segment {
  from: Point;
  to: Point;
  owners: string[];
}

interface Step {
  ring: Position[];
  row: number;
}

const CELL_M = 40;

const key = (at: Position): string => `${at[0]} ${at[1]}`;
const pairKey = (one: Position, other: Position): string => [key(one), key(other)].sort().join("|");

export class Ground {
  readonly grids: readonly Grid[];
  private readonly plane: Plane;
  private readonly segments = new Map<string, Segment>();
  private readonly vertices = new Map<string, { point: Point; at: Position; owners: Set<string> }>();
  private readonly cells = new Map<string, Segment[]>();
  private readonly byCode: Map<string, Grid>;

  constructor(grids: readonly Grid[]) {
    this.grids = grids;
    this.byCode = new Map(grids.map((grid) => [grid.properties.code, grid]));
    const first = grids[0];
    this.plane = planeAt(first ? (ringsOf(first.geometry)[0]?.[0] ?? [0, 0]) : [0, 0]);
    for (const grid of grids) for (const ring of ringsOf(grid.geometry)) this.addRing(ring, grid.properties.code);
    for (const segment of this.segments.values()) this.addToCells(segment);
  }

  grid(code: string): Grid | undefined {
    return this.byCode.get(code);
  }

  gridAt(at: Position): Grid | null {
    return this.grids.find((grid) => isInside(at, grid.geometry)) ?? null;
  }

  /** The vertex within reach, else the place on the nearest border within reach; `reach_m` metres. */
  snap(at: Position, reach_m: number): Snap | null {
    const point = this.plane.metres(at);
    return this.snapToVertex(point, reach_m) ?? this.snapToBorder(point, reach_m);
  }

  vertex(at: Position, reach_m: number): Snap | null {
    return this.snapToVertex(this.plane.metres(at), reach_m);
  }

  border(at: Position, reach_m: number): Snap | null {
    return this.snapToBorder(this.plane.metres(at), reach_m);
  }

  /** Every vertex at which the borders of the grids have a corner, with the grids that meet there. */
  corners(): Snap[] {
    return [...this.vertices.values()].map(({ at, owners }) => ({ at, to: "vertex", codes: [...owners] }));
  }

  /** The other ends of the borders that meet at a vertex. */
  spokes(at: Position): Position[] {
    const point = this.plane.metres(at);
    const ends = [...this.near(point, 1)].flatMap(({ from, to }) => {
      if (distance(from, point) < 1e-3) return [to];
      return distance(to, point) < 1e-3 ? [from] : [];
    });
    return ends.map((end) => this.plane.degrees(end));
  }

  /** Whether land of more than one community meets there, so that no edit may move it. */
  isFixed(snap: Snap): boolean {
    const communities = new Set(snap.codes.map((code) => this.byCode.get(code)?.properties.community_code));
    return communities.size !== 1 || snap.codes.length < 2;
  }

  /**
   * Walk from a place on the border that two grids share, both ways, `reach_m` metres or to where it ends, and return
   * the two places; null where they do not share one there.
   */
  span(at: Position, one: string, other: string, reach_m: number): [Position, Position] | null {
    const grid = this.byCode.get(one);
    const step = grid ? this.stepAt(grid, at, other) : null;
    if (!step) return null;
    return [this.walk(step, at, other, reach_m, -1), this.walk(step, at, other, reach_m, 1)];
  }

  private stepAt(grid: Grid, at: Position, other: string): Step | null {
    const point = this.plane.metres(at);
    let best: Step | null = null;
    let nearest = 1;
    for (const ring of ringsOf(grid.geometry))
      for (let row = 0; row < ring.length - 1; row += 1) {
        const segment = this.segmentOf(ring, row);
        if (!segment?.owners.includes(other)) continue;
        const away = distance(point, nearestOn(point, segment.from, segment.to));
        if (away < nearest) [best, nearest] = [{ ring, row }, away];
      }
    return best;
  }

  private walk(step: Step, start: Position, other: string, reach_m: number, way: 1 | -1): Position {
    const { ring } = step;
    const count = ring.length - 1;
    let [row, left, here] = [step.row, reach_m, this.plane.metres(start)];
    for (let steps = 0; steps < count; steps += 1) {
      if (!this.segmentOf(ring, row)?.owners.includes(other)) break;
      const next = this.plane.metres(ring[way === 1 ? row + 1 : row] ?? start);
      const length = distance(here, next);
      if (length >= left) {
        const share = left / length;
        return this.plane.degrees([here[0] + (next[0] - here[0]) * share, here[1] + (next[1] - here[1]) * share]);
      }
      [left, here, row] = [left - length, next, (row + way + count) % count];
    }
    return this.plane.degrees(here);
  }

  private segmentOf(ring: Position[], row: number): Segment | undefined {
    const [from, to] = [ring[row], ring[row + 1]];
    return from && to ? this.segments.get(pairKey(from, to)) : undefined;
  }

  private addRing(ring: Position[], code: string): void {
    for (let row = 1; row < ring.length; row += 1) {
      const [from, to] = [ring[row - 1], ring[row]];
      if (!from || !to) continue;
      const name = pairKey(from, to);
      const known = this.segments.get(name);
      if (known) known.owners.push(code);
      else this.segments.set(name, { from: this.plane.metres(from), to: this.plane.metres(to), owners: [code] });
      this.addVertex(to, code);
    }
  }

  private addVertex(at: Position, code: string): void {
    const known = this.vertices.get(key(at));
    if (known) known.owners.add(code);
    else this.vertices.set(key(at), { at, point: this.plane.metres(at), owners: new Set([code]) });
  }

  private addToCells(segment: Segment): void {
    const { from, to } = segment;
    const column = (x: number) => Math.floor(x / CELL_M);
    for (let x = column(Math.min(from[0], to[0])); x <= column(Math.max(from[0], to[0])); x += 1)
      for (let y = column(Math.min(from[1], to[1])); y <= column(Math.max(from[1], to[1])); y += 1) {
        const cell = this.cells.get(`${x} ${y}`);
        if (cell) cell.push(segment);
        else this.cells.set(`${x} ${y}`, [segment]);
      }
  }

  private near(point: Point, reach_m: number): Set<Segment> {
    const found = new Set<Segment>();
    const cell = (value: number) => Math.floor(value / CELL_M);
    for (let x = cell(point[0] - reach_m); x <= cell(point[0] + reach_m); x += 1)
      for (let y = cell(point[1] - reach_m); y <= cell(point[1] + reach_m); y += 1)
        for (const segment of this.cells.get(`${x} ${y}`) ?? []) found.add(segment);
    return found;
  }

  private snapToVertex(point: Point, reach_m: number): Snap | null {
    let nearest = reach_m;
    let best: Point | null = null;
    for (const segment of this.near(point, reach_m))
      for (const end of [segment.from, segment.to]) {
        const away = distance(point, end);
        if (away < nearest) [nearest, best] = [away, end];
      }
    const found = best && [...this.vertices.values()].find((vertex) => distance(vertex.point, best) < 1e-6);
    return found ? { at: found.at, to: "vertex", codes: [...found.owners] } : null;
  }

  private snapToBorder(point: Point, reach_m: number): Snap | null {
    let nearest = reach_m;
    let best: { place: Point; owners: string[] } | null = null;
    for (const segment of this.near(point, reach_m)) {
      const place = nearestOn(point, segment.from, segment.to);
      const away = distance(point, place);
      if (away < nearest) [nearest, best] = [away, { place, owners: segment.owners }];
    }
    return best ? { at: this.plane.degrees(best.place), to: "border", codes: [...new Set(best.owners)] } : null;
  }
}
