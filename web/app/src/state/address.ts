// The view in the address, so that a link restores it: #plan=…&theme=…&at=zoom/lat/lon&grid=…

import type { Position } from "geojson";
import type { Bounds, Ledger } from "../api";
import { OVERLAYS, type Overlay, THEMES, type Theme } from "../map/tokens";

export const LEDGERS: readonly Ledger[] = ["unheld", "contested", "unserved"];

export interface Address {
  plan: string | null;
  /** An old revision. */
  revision: number | null;
  theme: Theme | null;
  at: { zoom: number; centre: Position } | null;
  grid: string | null;
  gap: string | null;
  overlays: Overlay[] | null;
  language: "zh" | "en" | null;
  supervising: boolean;
  /** The plan compared with, and how. */
  compare: { by: "swipe" | "side"; with: string | null } | null;
  ledger: Ledger | null;
  community: string | null;
  kind: string | null;
  /** Only the gaps that are accepted as exceptions. */
  accepted: boolean;
  box: Bounds | null;
}

/** Read an address; what is missing or unreadable in it is null. */
export function parseAddress(hash: string): Address {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const one = <Value extends string>(name: string, of: readonly Value[]) =>
    of.find((each) => each === said.get(name)) ?? null;
  const overlays = said.get("show")?.split(",");
  const revision = said.get("rev");
  const by = one("compare", ["swipe", "side"] as const);
  return {
    plan: said.get("plan"),
    revision: revision && /^\d{1,9}$/.test(revision) ? Number(revision) : null,
    theme: one("theme", THEMES),
    at: parsePlace(said.get("at")),
    grid: said.get("grid"),
    gap: said.get("gap"),
    overlays: overlays ? OVERLAYS.filter((each) => overlays.includes(each)) : null,
    language: one("lang", ["zh", "en"] as const),
    supervising: said.get("work") === "inspect",
    compare: by && { by, with: said.get("with") },
    ledger: one("ledger", LEDGERS),
    community: said.get("community"),
    kind: said.get("kind"),
    accepted: said.get("state") === "accepted",
    box: parseBox(said.get("box")),
  };
}

function parsePlace(text: string | null): Address["at"] {
  const [zoom, latitude, longitude] = (text ?? "").split("/").map(Number);
  if (zoom === undefined || latitude === undefined || longitude === undefined) return null;
  if (![zoom, latitude, longitude].every(Number.isFinite)) return null;
  if (Math.abs(latitude) > 85 || Math.abs(longitude) > 180) return null;
  return { zoom, centre: [longitude, latitude] };
}

function parseBox(text: string | null): Bounds | null {
  const sides = (text ?? "").split(",").map(Number);
  const [west, south, east, north] = sides;
  if (west === undefined || south === undefined || east === undefined || north === undefined) return null;
  return sides.length === 4 && sides.every(Number.isFinite) && west < east && south < north
    ? [west, south, east, north]
    : null;
}

/** Write an address; the inverse of `parseAddress`. */
export function writeAddress(view: Address): string {
  const [longitude = 0, latitude = 0] = view.at?.centre ?? [];
  const all: Record<string, string | null | undefined> = {
    plan: view.plan,
    rev: view.revision?.toString(),
    theme: view.theme,
    at: view.at && `${view.at.zoom.toFixed(2)}/${latitude.toFixed(6)}/${longitude.toFixed(6)}`,
    grid: view.grid,
    gap: view.gap,
    show: view.overlays?.join(","),
    lang: view.language,
    work: view.supervising ? "inspect" : null,
    compare: view.compare?.by,
    with: view.compare?.with,
    ledger: view.ledger,
    community: view.community,
    kind: view.kind,
    state: view.accepted ? "accepted" : null,
    box: view.box?.map((side) => side.toFixed(6)).join(","),
  };
  const said = Object.entries(all).filter((each): each is [string, string] => Boolean(each[1]));
  return `#${new URLSearchParams(said).toString().replaceAll("%2F", "/").replaceAll("%2C", ",")}`;
}
