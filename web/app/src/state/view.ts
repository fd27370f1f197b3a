// What the page shows: overlays, the selection, panels. Kept in the address, so that a link restores it.

import { computed, signal } from "@preact/signals";
import type { Bounds, Ledger } from "../api";
import { OVERLAYS, type Overlay, type Theme } from "../map/tokens";

export type Selection =
  | { type: "none" }
  | { type: "grid"; code: string }
  | { type: "gap"; id: string; code: string | null };
export type Workplace = "planner" | "supervisor";
export type InspectorTab = "details" | "history" | "changes" | "box";

export const theme = signal<Theme>("management_type");
export const shown = signal<Record<Overlay, boolean>>({
  ...(Object.fromEntries(OVERLAYS.map((overlay) => [overlay, false])) as Record<Overlay, boolean>),
  gaps_unheld: true,
  gaps_contested: true,
  roads: true,
  divisions: true,
  labels: true,
});
export const opacity = signal<Partial<Record<Overlay, number>>>({});

export const selection = signal<Selection>({ type: "none" });
export const selectedCode = computed(() => {
  const { value } = selection;
  return value.type === "none" ? null : value.code;
});
/** A grid, a gap, or the land of an edit that a list points at. */
export const lit = signal<{ grids: string[]; gaps: string[] }>({ grids: [], gaps: [] });

export const workplace = signal<Workplace>("planner");
/** Beside the supervisor's half page there is no column for the inspector: it floats over the map. */
export const floats = computed(() => workplace.value === "supervisor");
/** The ledger that is listed; null: all of them, as one list. */
export const ledger = signal<Ledger | null>(null);
export const tab = signal<InspectorTab>("details");
export interface Filter {
  community: string | null;
  kind: string | null;
  bounds: Bounds | null;
  /** Only the exceptions, where they alone are asked for. */
  state: "accepted" | null;
}
export const filter = signal<Filter>({ community: null, kind: null, bounds: null, state: null });
export const comparing = signal(false);
export type CompareBy = "swipe" | "side";
export const compareBy = signal<CompareBy>("swipe");
/** Under 900 pixels: which panel the sheet at the bottom shows. */
export const sheet = signal<"closed" | "rail" | "inspector">("closed");

export const showOverlay = (overlay: Overlay, visible: boolean): void => {
  shown.value = { ...shown.value, [overlay]: visible };
};

export const setOpacity = (overlay: Overlay, value: number): void => {
  opacity.value = { ...opacity.value, [overlay]: value };
};

export const selectGrid = (code: string | null): void => {
  selection.value = code ? { type: "grid", code } : { type: "none" };
  tab.value = "details";
  if (code) sheet.value = "inspector";
};

export const selectGap = (id: string, code: string | null): void => {
  selection.value = { type: "gap", id, code };
  tab.value = "details";
  sheet.value = "inspector";
};

export const light = (codes: string[], ids: string[] = []): void => {
  lit.value = { grids: codes, gaps: ids };
};
