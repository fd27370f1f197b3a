// Far out nobody sees a grid: divisions are shaded there, by what their grids add up to, in fourths of all communities.

import type { ExpressionSpecification } from "maplibre-gl";
import { PALETTE } from "../generated/palette";
import { LAND, type Overlay, type Theme } from "./tokens";

/** Tiles have grids from this zoom on, and the sums of divisions below it. */
export const GRIDS_FROM = 12;
/** From where tiles have premises, facilities and the labels of grids, which party organisations stand beside. */
const CLOSE_FROM = 14;
/** From where they have the land of gaps and units; below it grids say of which ledgers they have some. */
export const EXACT_FROM = 15;

const SEEN_FROM: Record<Overlay, number> = {
  gaps_unheld: GRIDS_FROM,
  // most are patrol zones that overlap: whole grids of them would say nothing
  gaps_contested: EXACT_FROM,
  gaps_unserved: GRIDS_FROM,
  units_compound: EXACT_FROM,
  units_courtyard: EXACT_FROM,
  units_patrol_zone: EXACT_FROM,
  premises: CLOSE_FROM,
  facilities: CLOSE_FROM,
  party: CLOSE_FROM,
  roads: GRIDS_FROM,
  divisions: 0,
  labels: 0,
};

/** Whether a map shows an overlay at a zoom, where it is switched on. */
export const isSeenAt = (overlay: Overlay, zoom: number): boolean => zoom >= SEEN_FROM[overlay];

/** What is shaded at a zoom, as tiles have it; null: grids are to be seen. */
export function levelAt(zoom: number): "county" | "street" | "community" | null {
  if (zoom >= GRIDS_FROM) return null;
  if (zoom >= 11) return "community";
  return zoom >= 9 ? "street" : "county";
}

/** Gaps for each grid, people short of those required, grids that no party organisation covers. */
export type Measure = "gaps" | "short" | "uncovered";

export interface Far {
  measure: Measure;
  /** Where each shade but the first begins, ascending. */
  breaks: number[];
}

interface Sums {
  grids: number;
  gaps: number | Record<string, number>;
  required?: number | null;
  short?: number | null;
  covered?: number | null;
}

const { low, medium, high, highest } = PALETTE.fills.severity;
/** From the least to the most; the lightest is not that of bare land. */
export const SHADES: readonly string[] = [low, medium, high, highest];

const MEASURES: Record<Theme, Measure | null> = {
  management_type: "gaps",
  kind: "gaps",
  severity: "gaps",
  shortage: "short",
  form: "uncovered",
  plain: null,
};

/** What a division comes to by a measure; null where that is not known. */
export function share(measure: Measure, { grids, gaps, required, short, covered }: Sums): number | null {
  if (measure === "short") return typeof required === "number" && required > 0 ? (short ?? 0) / required : null;
  if (grids === 0) return null;
  if (measure === "uncovered") return typeof covered === "number" ? 1 - covered / grids : null;
  return (typeof gaps === "number" ? gaps : Object.values(gaps).reduce((sum, each) => sum + each, 0)) / grids;
}

/** How divisions are shaded in a theme: each fourth of the communities has a shade; null where nothing tells them apart. */
export function farOf(theme: Theme, communities: readonly Sums[]): Far | null {
  const measure = MEASURES[theme];
  if (!measure) return null;
  const known = communities
    .map((each) => share(measure, each))
    .filter((each) => each !== null)
    .sort((one, other) => one - other);
  const fourths = SHADES.slice(1).map((_, row) => known[Math.ceil(((row + 1) * known.length) / SHADES.length)]);
  const breaks = [...new Set(fourths)].filter((each) => each !== undefined && each > (known[0] ?? 0)) as number[];
  return breaks.length > 0 ? { measure, breaks } : null;
}

/** The shades that so many breaks need, the darkest always among them. */
export const shadesOf = ({ breaks }: Far): string[] => SHADES.slice(SHADES.length - breaks.length - 1);

const number = (name: string): ExpressionSpecification => ["coalesce", ["get", name], 0];

const VALUES: Record<Measure, ExpressionSpecification> = {
  gaps: ["/", number("gaps"), ["max", 1, number("grids")]],
  short: ["/", number("short"), ["max", 1, number("required")]],
  uncovered: ["-", 1, ["/", number("covered"), ["max", 1, number("grids")]]],
};
const NEEDED: Record<Measure, string> = { gaps: "gaps", short: "required", uncovered: "covered" };

/** The colour of a division. */
export function farFill(far: Far | null): ExpressionSpecification | string {
  if (!far) return LAND;
  const [first = LAND, ...shades] = shadesOf(far);
  const steps = far.breaks.flatMap((from, row) => [from, shades[row] ?? LAND]);
  return ["case", ["has", NEEDED[far.measure]], ["step", VALUES[far.measure], first, ...steps], LAND] as never;
}
