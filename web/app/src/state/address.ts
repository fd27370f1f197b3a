// The view in the address, so that a link restores it: #plan=…&theme=…&at=zoom/lat/lon&grid=…

import type { Position } from "geojson";
import { OVERLAYS, type Overlay, THEMES, type Theme } from "../map/tokens";

export interface Address {
  plan: string | null;
  theme: Theme | null;
  at: { zoom: number; centre: Position } | null;
  grid: string | null;
  overlays: Overlay[] | null;
  language: "zh" | "en" | null;
}

/** Read an address; what is missing or unreadable in it is null. */
export function parseAddress(hash: string): Address {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const theme = said.get("theme");
  const language = said.get("lang");
  const overlays = said.get("show")?.split(",");
  return {
    plan: said.get("plan"),
    theme: THEMES.find((each) => each === theme) ?? null,
    at: parsePlace(said.get("at")),
    grid: said.get("grid"),
    overlays: overlays ? OVERLAYS.filter((each) => overlays.includes(each)) : null,
    language: language === "zh" || language === "en" ? language : null,
  };
}

function parsePlace(text: string | null): Address["at"] {
  const [zoom, latitude, longitude] = (text ?? "").split("/").map(Number);
  if (zoom === undefined || latitude === undefined || longitude === undefined) return null;
  if (![zoom, latitude, longitude].every(Number.isFinite)) return null;
  if (Math.abs(latitude) > 85 || Math.abs(longitude) > 180) return null;
  return { zoom, centre: [longitude, latitude] };
}

/** Write an address; the inverse of `parseAddress`. */
export function writeAddress(view: Address): string {
  const said = new URLSearchParams();
  if (view.plan) said.set("plan", view.plan);
  if (view.theme) said.set("theme", view.theme);
  if (view.at) {
    const [longitude = 0, latitude = 0] = view.at.centre;
    said.set("at", `${view.at.zoom.toFixed(2)}/${latitude.toFixed(6)}/${longitude.toFixed(6)}`);
  }
  if (view.grid) said.set("grid", view.grid);
  if (view.overlays) said.set("show", view.overlays.join(","));
  if (view.language) said.set("lang", view.language);
  return `#${said.toString().replaceAll("%2F", "/").replaceAll("%2C", ",")}`;
}
