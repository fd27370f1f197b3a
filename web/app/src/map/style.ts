// The style: paper, one thematic fill, hatches for what is missing, borders with a casing, points, labels.

import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { EXACT_FROM, GRIDS_FROM } from "./far";
import { gapFilter, veilFilter } from "./narrowing";
import {
  ACCENT,
  classesOf,
  HANDS,
  HATCH,
  INK,
  LAND,
  LEDGER_INKS,
  OUTLINES,
  type Overlay,
  PAPER,
  PARTY_RED,
  type Theme,
} from "./tokens";

export const PLAN = "plan";
export const SKETCHES = [
  "faces",
  "vertices",
  "moved",
  "border",
  "snap",
  "conflict",
  "changed",
  "area",
  "measure",
] as const;
export type Sketch = (typeof SKETCHES)[number];

const FONT = ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];
const EMPTY = { type: "FeatureCollection" as const, features: [] };

const state = (name: string): ExpressionSpecification => ["boolean", ["feature-state", name], false];
const is = (property: string, value: string): ExpressionSpecification => ["==", ["get", property], value];
const byZoom = (...stops: number[]): ExpressionSpecification =>
  ["interpolate", ["linear"], ["zoom"], ...stops] as never;

/** The colour of a grid by the class that it has in a theme; hatched classes stay the colour of bare land. */
export const fillColour = (theme: Theme): ExpressionSpecification | string => {
  if (theme === "plain") return LAND;
  const pairs = classesOf(theme).flatMap(([name, colour]) => [name, colour === HATCH ? LAND : colour]);
  return ["match", ["coalesce", ["get", theme], ""], ...pairs, LAND] as never;
};

/** Which grids of a theme are hatched: those of a hatched class, and those of which nothing is known. */
export const hatchedIn = (theme: Theme): ExpressionSpecification => {
  if (theme === "plain") return ["literal", false] as never;
  const hatched = classesOf(theme).filter(([, colour]) => colour === HATCH);
  return ["in", ["coalesce", ["get", theme], ""], ["literal", [...hatched.map(([name]) => name), ""]]];
};

const plan = <Kind extends LayerSpecification["type"]>(type: Kind, layer: string, id: string) => ({
  id,
  type,
  source: PLAN,
  "source-layer": layer,
});

const sketch = <Kind extends LayerSpecification["type"]>(type: Kind, name: Sketch, id: string) => ({
  id: `sketch-${id}`,
  type,
  source: `sketch-${name}`,
});

const fills = (theme: Theme): LayerSpecification[] => [
  { id: "paper", type: "background", paint: { "background-color": PAPER } },
  {
    ...plan("fill", "divisions", "land"),
    paint: { "fill-color": LAND, "fill-antialias": false },
  },
  {
    ...plan("fill", "divisions", "division-fill"),
    maxzoom: GRIDS_FROM,
    layout: { "fill-sort-key": ["match", ["get", "level"], "community", 2, "street", 1, 0] },
    paint: { "fill-color": LAND, "fill-antialias": false },
  },
  { ...plan("fill", "grids", "grid-fill"), paint: { "fill-color": fillColour(theme), "fill-antialias": false } },
  {
    ...plan("fill", "grids", "grid-hatch"),
    filter: hatchedIn(theme),
    paint: { "fill-pattern": "hatch-missing", "fill-antialias": false },
  },
];

const GAP_ORDER = ["unserved", "contested", "unheld"] as const;

const ALL = { community: null, kind: null };

/** Grids with a gap; where several claim land most are patrol zones that overlap, which close by are left out too. */
const far = (ledger: "unserved" | "unheld"): LayerSpecification => ({
  ...plan("fill", "grids", `gaps-${ledger}-far`),
  maxzoom: EXACT_FROM,
  filter: ["has", ledger],
  paint: { "fill-pattern": `hatch-${ledger}`, "fill-antialias": false },
});

const gapLayers = (): LayerSpecification[] =>
  GAP_ORDER.flatMap((ledger): LayerSpecification[] => [
    ...(ledger === "contested" ? [] : [far(ledger)]),
    {
      ...plan("fill", "gaps", `gaps-${ledger}`),
      filter: gapFilter(ledger, ALL),
      paint: { "fill-pattern": `hatch-${ledger}`, "fill-antialias": false },
    },
    {
      ...plan("line", "gaps", `gaps-${ledger}-edge`),
      filter: gapFilter(ledger, ALL),
      paint: { "line-color": LEDGER_INKS[ledger], "line-width": ledger === "unserved" ? 0 : 1.2, "line-opacity": 0.8 },
    },
  ]);

const veil = (): LayerSpecification => ({
  ...plan("fill", "divisions", "veil"),
  filter: veilFilter(null),
  paint: { "fill-color": PAPER, "fill-opacity": 0.7, "fill-antialias": false },
});

const roads = (): LayerSpecification[] => [
  {
    ...plan("line", "roads", "roads"),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "#ffffff", "line-width": byZoom(12, 1, 16, 5, 19, 14), "line-opacity": 0.75 },
  },
];

const DASH: Record<keyof typeof OUTLINES, number[]> = {
  compound: [6, 2],
  courtyard: [2, 2],
  patrol_zone: [10, 3, 2, 3],
};

const units = (): LayerSpecification[] =>
  (Object.keys(OUTLINES) as (keyof typeof OUTLINES)[]).map((layer) => ({
    ...plan("line", "units", `units-${layer}`),
    filter: is("layer", layer),
    layout: { visibility: "none" },
    paint: { "line-color": OUTLINES[layer], "line-width": 1.6, "line-dasharray": DASH[layer], "line-offset": 1.5 },
  }));

/** Zooms and pixels: a border is thin where its divisions are small, and broad from where the next ones are drawn. */
const WIDTHS = {
  grid: [12, 0.5, 14, 1],
  community: [11, 0.6, 12, 1, 14, 2],
  street: [9, 0.6, 11, 1.6, 13, 3],
  county: [5, 0.2, 7, 0.7, 8, 1.2, 9, 2.4, 11, 3],
};
const CASING = 2;

/** Never broader than the border itself at both sides of it together. */
const cased = (stops: readonly number[]): number[] =>
  stops.map((stop, at) => (at % 2 === 0 ? stop : stop + Math.min(CASING, stop)));

const border = (layer: string, level: keyof typeof WIDTHS, filter?: ExpressionSpecification): LayerSpecification[] => {
  const only = filter ? { filter } : {};
  const join = { "line-join": "round" as const };
  return [
    {
      ...plan("line", layer, `${level}-casing`),
      ...only,
      layout: join,
      paint: { "line-color": PAPER, "line-width": byZoom(...cased(WIDTHS[level])), "line-opacity": 0.85 },
    },
    {
      ...plan("line", layer, `${level}-border`),
      ...only,
      layout: join,
      paint: {
        "line-color": INK,
        "line-width": byZoom(...WIDTHS[level]),
        "line-opacity": level === "grid" ? 0.75 : 1,
      },
    },
  ];
};

const marks = (): LayerSpecification[] => [
  {
    ...plan("fill", "grids", "grid-tint"),
    paint: {
      "fill-color": ACCENT,
      "fill-opacity": ["case", state("selected"), 0.12, state("group"), 0.18, state("lit"), 0.1, 0],
    },
  },
  {
    ...plan("line", "grids", "grid-lit"),
    layout: { "line-join": "round" },
    paint: {
      "line-color": ["case", state("against"), HANDS.from, ACCENT],
      "line-width": ["case", state("against"), 3, state("selected"), 3, state("group"), 3, state("lit"), 2, 0],
      "line-opacity": ["case", state("lit"), 0.8, 1],
    },
  },
  {
    ...plan("line", "gaps", "gap-lit"),
    layout: { "line-join": "round" },
    paint: {
      "line-color": ACCENT,
      "line-width": ["case", state("selected"), 3, state("lit"), 2, 0],
      "line-dasharray": [3, 2],
    },
  },
];

const hand = (side: "from" | "to"): ExpressionSpecification => is("side", side);

const sketches = (): LayerSpecification[] => [
  {
    ...sketch("fill", "faces", "faces"),
    paint: { "fill-color": ACCENT, "fill-opacity": ["case", ["get", "chosen"], 0.28, 0.04] },
  },
  {
    ...sketch("line", "faces", "faces-edge"),
    paint: { "line-color": ACCENT, "line-width": ["case", ["get", "chosen"], 2, 0.8], "line-dasharray": [2, 2] },
  },
  {
    ...sketch("fill", "moved", "moved-to"),
    filter: hand("to"),
    paint: { "fill-color": HANDS.to, "fill-opacity": 0.34 },
  },
  {
    ...sketch("line", "moved", "moved-from"),
    filter: hand("from"),
    paint: { "line-color": HANDS.from, "line-width": 5, "line-opacity": 0.55, "line-offset": 2.5 },
  },
  {
    ...sketch("fill", "changed", "changed"),
    paint: { "fill-color": ["case", hand("to"), HANDS.to, HANDS.from], "fill-opacity": 0.3 },
  },
  {
    ...sketch("line", "changed", "changed-edge"),
    paint: { "line-color": ["case", hand("to"), HANDS.to, HANDS.from], "line-width": 2 },
  },
  { ...sketch("fill", "conflict", "conflict"), paint: { "fill-color": HANDS.from, "fill-opacity": 0.25 } },
  {
    ...sketch("line", "conflict", "conflict-edge"),
    paint: { "line-color": HANDS.from, "line-width": 2, "line-dasharray": [4, 2] },
  },
  { ...sketch("line", "area", "area"), paint: { "line-color": ACCENT, "line-width": 2, "line-dasharray": [3, 2] } },
  {
    ...sketch("line", "border", "border-casing"),
    layout: { "line-cap": "round" },
    paint: { "line-color": PAPER, "line-width": 5 },
  },
  {
    ...sketch("line", "border", "border"),
    paint: { "line-color": ACCENT, "line-width": 2.5, "line-dasharray": [3, 1.6] },
  },
  {
    ...sketch("line", "measure", "measure"),
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": INK, "line-width": 2, "line-dasharray": [2, 1.5] },
  },
  {
    ...sketch("circle", "vertices", "vertices"),
    paint: {
      "circle-radius": ["case", ["get", "chosen"], 6, 3.6],
      "circle-color": ["case", ["get", "chosen"], ACCENT, "#ffffff"],
      "circle-stroke-color": INK,
      "circle-stroke-width": 1.4,
    },
  },
  {
    ...sketch("circle", "snap", "snap"),
    paint: {
      "circle-radius": ["case", is("to", "vertex"), 8, 6],
      "circle-color": "rgba(255,255,255,0.55)",
      "circle-stroke-color": ACCENT,
      "circle-stroke-width": 2,
    },
  },
];

const points = (): LayerSpecification[] => [
  {
    ...plan("symbol", "premises", "premises"),
    layout: { "icon-image": "premises", "icon-allow-overlap": true, visibility: "none" },
  },
  {
    ...plan("symbol", "facilities", "facilities"),
    layout: {
      "icon-image": "facility",
      "icon-allow-overlap": true,
      "text-field": ["step", ["zoom"], "", 15, ["get", "kind"]],
      "text-font": FONT,
      "text-size": 10.5,
      "text-offset": [0, 1],
      "text-anchor": "top",
      "text-optional": true,
      visibility: "none",
    },
    paint: { "text-color": INK, "text-halo-color": PAPER, "text-halo-width": 1.4 },
  },
  {
    ...plan("symbol", "labels", "party"),
    filter: [
      "all",
      is("level", "grid"),
      ["in", ["get", "form"], ["literal", ["branch", "joint_branch", "party_group", "service_station"]]],
    ],
    minzoom: 13,
    layout: {
      "icon-image": ["concat", "party-", ["get", "form"]],
      "icon-allow-overlap": true,
      "icon-offset": [0, -18],
      visibility: "none",
    },
  },
];

const label = (level: string, sizes: number[], minzoom: number, maxzoom: number): LayerSpecification => ({
  ...plan("symbol", "labels", `label-${level}`),
  filter: is("level", level),
  minzoom,
  maxzoom,
  layout: {
    "text-field": level === "grid" ? gridLabel() : ["get", "name"],
    "text-font": FONT,
    "text-size": byZoom(...sizes),
    "text-max-width": 8,
    "text-padding": 3,
    "text-letter-spacing": level === "grid" ? 0 : 0.08,
    ...(level === "grid" && {
      "icon-image": ["case", ["to-boolean", ["get", "locked"]], "lock", ""],
      "icon-offset": [0, -17],
      "icon-optional": true,
    }),
  },
  paint: {
    "text-color": INK,
    "text-opacity": level === "grid" ? 1 : byZoom(11, 1, 12, 0.86),
    "text-halo-color": PAPER,
    "text-halo-width": level === "grid" ? 1.4 : 2,
  },
});

/** The short number; from zoom 16 on the name stands below it. */
const gridLabel = (): ExpressionSpecification => {
  const number: ExpressionSpecification = ["to-string", ["get", "number"]];
  const named: ExpressionSpecification = [
    "format",
    number,
    {},
    "\n",
    {},
    ["coalesce", ["get", "name"], ""],
    { "font-scale": 0.85 },
  ];
  return ["step", ["zoom"], number, 16, named];
};

const labels = (): LayerSpecification[] => [
  label("grid", [15, 12], 15, 24),
  label("community", [12, 12, 14, 15], 12, 16.5),
  label("street", [9, 12, 12, 17], 0, 12.5),
  label("county", [5, 12, 8, 17, 9, 19], 0, 11),
];

/** Which style layers an overlay switches. */
export const OVERLAY_LAYERS: Record<Overlay, string[]> = {
  gaps_unheld: ["gaps-unheld", "gaps-unheld-edge", "gaps-unheld-far"],
  gaps_contested: ["gaps-contested", "gaps-contested-edge"],
  gaps_unserved: ["gaps-unserved", "gaps-unserved-edge", "gaps-unserved-far"],
  units_compound: ["units-compound"],
  units_courtyard: ["units-courtyard"],
  units_patrol_zone: ["units-patrol_zone"],
  premises: ["premises"],
  facilities: ["facilities"],
  party: ["party"],
  roads: ["roads"],
  divisions: ["community", "street", "county"].flatMap((level) => [`${level}-casing`, `${level}-border`]),
  labels: ["label-grid", "label-community", "label-street", "label-county"],
};

export const PARTY_INK = PARTY_RED;

/** The whole style for a plan's tiles. */
export const mapStyle = (
  tiles: { tiles: string[]; minzoom: number; maxzoom: number },
  theme: Theme,
): StyleSpecification => ({
  version: 8,
  sources: {
    [PLAN]: { type: "vector", ...tiles, promoteId: { grids: "code", gaps: "gap_id", divisions: "code" } },
    ...Object.fromEntries(
      SKETCHES.map((name) => [`sketch-${name}`, { type: "geojson" as const, data: EMPTY, tolerance: 0 }]),
    ),
  },
  layers: [
    ...fills(theme),
    ...roads(),
    ...gapLayers(),
    ...units(),
    ...border("grids", "grid"),
    veil(),
    ...border("divisions", "community", is("level", "community")),
    ...border("divisions", "street", is("level", "street")),
    ...border("divisions", "county", is("level", "county")),
    ...marks(),
    ...sketches(),
    ...points(),
    ...labels(),
  ],
});
