// Far out nobody sees a grid: divisions are shaded there, by what their grids add up to, in fourths of those of a level.

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

const DIGITS = { county: 6, street: 9, community: 12 } as const;
export type Level = keyof typeof DIGITS;

/** What is shaded at a zoom, as tiles have it; null: grids are to be seen. */
export function levelAt(zoom: number): Level | null {
  if (zoom >= GRIDS_FROM) return null;
  if (zoom >= 11) return "community";
  return zoom >= 9 ? "street" : "county";
}

/** Gaps for each grid, people short of those required, grids that no party organisation covers. */
export type Measure = "gaps" | "short" | "uncovered";

/** Where each shade but the first begins, ascending. */
type Breaks = number[];

export interface Far {
  measure: Measure;
  breaks: Record<Level, Breaks>;
}

/** What a published file says of the whole plan: its tiles hold the figures of each division, none holds all. */
export type Fourths = Record<Level, Record<Measure, Breaks>>;

interface Sums {
  grids: number;
  gaps: number | Record<string, number>;
  required?: number | null;
  short?: number | null;
  covered?: number | null;
}

type Community = Sums & { code: string };

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
export function share(measure: Measure, sums: Sums): number | null {
  const { grids, required, short, covered } = sums;
  if (measure === "short") return typeof required === "number" && required > 0 ? (short ?? 0) / required : null;
  if (grids === 0) return null;
  if (measure === "uncovered") return typeof covered === "number" ? 1 - covered / grids : null;
  return gapsOf(sums) / grids;
}

/** How divisions are shaded in a theme; null where nothing tells them apart. */
export function farOf(theme: Theme, communities: readonly Community[]): Far | null {
  const measure = MEASURES[theme];
  if (!measure) return null;
  const community = fourthsOf(measure, communities);
  const street = coarser(measure, communities, DIGITS.street) ?? community;
  const county = coarser(measure, communities, DIGITS.county) ?? street;
  return anyOf({ measure, breaks: { county, street, community } });
}

/** The same, of what a published file says; null also where it says nothing. */
export function farSaid(theme: Theme, fourths: Fourths): Far | null {
  const measure = MEASURES[theme];
  if (!measure) return null;
  const of = (level: Level): Breaks => fourths[level]?.[measure] ?? [];
  return anyOf({ measure, breaks: { county: of("county"), street: of("street"), community: of("community") } });
}

const anyOf = (far: Far): Far | null => (Object.values(far.breaks).some(({ length }) => length > 0) ? far : null);

/** The fourths of what communities add up to; null where there are too few of them to be told apart by shades. */
function coarser(measure: Measure, communities: readonly Community[], digits: number): Breaks | null {
  const sums = new Map<string, Sums>();
  for (const each of communities) {
    const code = each.code.slice(0, digits);
    sums.set(code, added(sums.get(code), each));
  }
  return sums.size < SHADES.length ? null : fourthsOf(measure, [...sums.values()]);
}

const gapsOf = ({ gaps }: Sums): number =>
  typeof gaps === "number" ? gaps : Object.values(gaps).reduce((sum, each) => sum + each, 0);

/** What nobody knows adds nothing; where nobody knows anything, the sum isn't known either. */
function added(sum: Sums | undefined, each: Sums): Sums {
  if (!sum) return { ...each, gaps: gapsOf(each) };
  const both = (name: "required" | "short" | "covered") =>
    typeof sum[name] === "number" || typeof each[name] === "number" ? (sum[name] ?? 0) + (each[name] ?? 0) : null;
  const said = { required: both("required"), short: both("short"), covered: both("covered") };
  return { grids: sum.grids + each.grids, gaps: gapsOf(sum) + gapsOf(each), ...said };
}

function fourthsOf(measure: Measure, divisions: readonly Sums[]): Breaks {
  const known = divisions
    .map((each) => share(measure, each))
    .filter((each) => each !== null)
    .sort((one, other) => one - other);
  const fourths = SHADES.slice(1).map((_, row) => known[Math.ceil(((row + 1) * known.length) / SHADES.length)]);
  return [...new Set(fourths)].filter((each) => each !== undefined && each > (known[0] ?? 0)) as number[];
}

/** The shades that so many breaks need, the darkest always among them. */
export const shadesOf = (breaks: Breaks): string[] => SHADES.slice(SHADES.length - breaks.length - 1);

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
  const { county, street, community } = far.breaks;
  const shaded = (breaks: Breaks) => stepped(VALUES[far.measure], breaks);
  const byLevel = ["match", ["get", "level"], "county", shaded(county), "street", shaded(street), shaded(community)];
  return ["case", ["has", NEEDED[far.measure]], byLevel, LAND] as never;
}

function stepped(value: ExpressionSpecification, breaks: Breaks): ExpressionSpecification | string {
  if (breaks.length === 0) return LAND;
  const [first = LAND, ...shades] = shadesOf(breaks);
  return ["step", value, first, ...breaks.flatMap((from, row) => [from, shades[row] ?? LAND])] as never;
}
