// Whether the tour was offered already on this browser, and whether it is on.

import { signal } from "@preact/signals";

const KEPT_AS = "onegrid.tour";

const seen = (): boolean => typeof localStorage !== "undefined" && localStorage.getItem(KEPT_AS) === "seen";

export const touring = signal<"offered" | "on" | "off">(seen() ? "off" : "offered");

export const startTour = (): void => {
  touring.value = "on";
};

/** It is offered once; the user's menu starts it again. */
export function endTour(): void {
  touring.value = "off";
  localStorage.setItem(KEPT_AS, "seen");
}
