// Keeps the address to the page and puts the page as an address says, so that a link restores the view.

import { effect } from "@preact/signals";
import { OVERLAYS } from "../map/tokens";
import { type Address, parseAddress, writeAddress } from "../state/address";
import { asOf, comparedWith, plan, visit } from "../state/plans";
import {
  compareBy,
  comparing,
  filter,
  ledger,
  selectedCode,
  selectGap,
  selectGrid,
  selection,
  shown,
  tab,
  theme,
  workplace,
} from "../state/view";
import { language } from "../words";
import { boxed, view } from "./map_stage";

const PAUSE_MS = 250;

/** What of the page an address says; read with tracking, so that an effect hears of every part. */
const said = (): Omit<Address, "at"> => ({
  plan: plan.value?.name ?? null,
  revision: asOf.value ?? null,
  theme: theme.value,
  grid: selectedCode.value,
  gap: selection.value.type === "gap" ? selection.value.id : null,
  overlays: OVERLAYS.filter((each) => shown.value[each]),
  language: language.value,
  supervising: workplace.value === "supervisor",
  compare: comparing.value ? { by: compareBy.value, with: comparedWith.value } : null,
  ledger: ledger.value,
  community: filter.value.community,
  kind: filter.value.kind,
  accepted: filter.value.state === "accepted",
  box: filter.value.bounds,
});

/** Put the page as the address says, before a plan is open. */
export function restore(): void {
  const wanted = parseAddress(window.location.hash);
  if (wanted.language) language.value = wanted.language;
  if (wanted.theme) theme.value = wanted.theme;
  if (wanted.gap) selectGap(wanted.gap, wanted.grid);
  else if (wanted.grid) selectGrid(wanted.grid);
  const { overlays } = wanted;
  if (overlays)
    shown.value = Object.fromEntries(OVERLAYS.map((each) => [each, overlays.includes(each)])) as typeof shown.value;
  if (wanted.supervising) workplace.value = "supervisor";
  if (wanted.ledger) ledger.value = wanted.ledger;
  const { community, kind, box: bounds, accepted } = wanted;
  filter.value = { community, kind, bounds, state: accepted ? "accepted" : null };
}

/** And what takes a plan, after one was opened. */
export function restoreOnPlan(wanted: Address): void {
  if (wanted.plan !== plan.peek()?.name) return;
  if (wanted.revision !== null) visit(wanted.revision);
  if (!wanted.compare) return;
  comparedWith.value = wanted.compare.with;
  compareBy.value = wanted.compare.by;
  comparing.value = true;
  tab.value = "changes";
}

/** Keep the address to the page, without a step in the browser's history for each move. */
export function keepAddress(): () => void {
  let timer = 0;
  let latest = parseAddress(window.location.hash) as Omit<Address, "at">;
  const write = () => {
    const map = view.peek();
    // Until the map is made, the address is still what says where it shall be.
    const at = map ? { zoom: map.zoom(), centre: map.centre() } : parseAddress(window.location.hash).at;
    if (latest.plan) window.history.replaceState(null, "", writeAddress({ ...latest, at }));
  };
  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(write, PAUSE_MS);
  };
  // A link pasted over the address of the open page; what the page itself writes there is not heard.
  const goThere = () => parseAddress(window.location.hash).plan !== null && window.location.reload();
  window.addEventListener("hashchange", goThere);
  const stops = [
    () => window.removeEventListener("hashchange", goThere),
    effect(() => {
      latest = said();
      later();
    }),
    effect(() => view.value?.on("settle", later)),
    effect(() => {
      const box = filter.peek().bounds;
      if (view.value && box) boxed(box);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    window.clearTimeout(timer);
  };
}
