// Paper and scale: which piece of ground fits on a sheet, and at which zoom a map on it has a scale.

import type { Position } from "geojson";
import type { Bounds } from "../api";

export const PAPERS = { a4: [297, 210], a3: [420, 297] } as const;
export type Paper = keyof typeof PAPERS;
export type Turn = "landscape" | "portrait";

export const SCALES = [
  500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 100_000, 250_000,
] as const;

/** Around the map: margins and title on top, the legend at the side, the foot. Millimetres. */
export const MARGIN_MM = 10;
export const HEAD_MM = 16;
export const LEGEND_MM = 52;
export const FOOT_MM = 16;

const MM_A_PX = 25.4 / 96;
const TILE_PX = 512;
const EQUATOR_M = 40_075_016.686;
const M_A_DEGREE = 111_319.49;

/** The map on a sheet, millimetres. */
export function mapSize(paper: Paper, turn: Turn): { width: number; height: number } {
  const [long, short] = PAPERS[paper];
  const [width, height] = turn === "landscape" ? [long, short] : [short, long];
  return { width: width - 2 * MARGIN_MM - LEGEND_MM, height: height - 2 * MARGIN_MM - HEAD_MM - FOOT_MM };
}

/** The zoom at which one millimetre on paper is `scale` millimetres of ground, at a latitude. */
export function zoomFor(scale: number, latitude: number): number {
  const metres_a_px = (scale * MM_A_PX) / 1000;
  return Math.log2((EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) / (TILE_PX * metres_a_px));
}

/** The largest scale of the list at which some land fits on a sheet whole. */
export function scaleFor([west, south, east, north]: Bounds, paper: Paper, turn: Turn): number {
  const { width, height } = mapSize(paper, turn);
  const latitude = ((south + north) / 2) * (Math.PI / 180);
  const across = (east - west) * M_A_DEGREE * Math.cos(latitude) * 1000;
  const along = (north - south) * M_A_DEGREE * 1000;
  const needed = Math.max(across / width, along / height);
  return SCALES.find((scale) => scale >= needed) ?? SCALES[SCALES.length - 1] ?? 1;
}

export const middleOf = ([west, south, east, north]: Bounds): Position => [(west + east) / 2, (south + north) / 2];

/** A scale bar: the roundest length that is at most `widest_mm` on paper. */
export function barFor(scale: number, widest_mm = 45): { metres: number; mm: number } {
  const widest = (widest_mm * scale) / 1000;
  const decade = 10 ** Math.floor(Math.log10(widest));
  const metres = [5, 2, 1].map((step) => step * decade).find((length) => length <= widest) ?? decade;
  return { metres, mm: (metres * 1000) / scale };
}
