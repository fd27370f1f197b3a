// What the map is drawn by: themes, overlays, and the colours of both, from the one palette.

import { PALETTE } from "../generated/palette";

export const THEMES = ["management_type", "shortage", "form", "severity", "kind", "plain"] as const;
export type Theme = (typeof THEMES)[number];

export const OVERLAYS = [
  "gaps_unheld",
  "gaps_contested",
  "gaps_unserved",
  "units_compound",
  "units_courtyard",
  "units_patrol_zone",
  "premises",
  "facilities",
  "party",
  "roads",
  "divisions",
  "labels",
] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** Land that a gesture would move: who gives is drawn in the first, who takes in the second. */
export const HANDS = { from: "#b3541e", to: "#1f6f5c" } as const;

export const HATCH = "hatch";

/** The classes of a theme in the order of its legend, with colour or `HATCH`. */
export const classesOf = (theme: Theme): [string, string][] => Object.entries(PALETTE.fills[theme]);

export const INK = PALETTE.ink;
export const PAPER = PALETTE.paper;
export const ACCENT = PALETTE.accent;
export const PARTY_RED = PALETTE.party;
export const OUTLINES = PALETTE.outlines;
export const LEDGER_INKS = PALETTE.ledgers;
export const LAND = PALETTE.fills.plain.grid;
