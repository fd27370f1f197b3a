// How figures are written: people and households with thin separators, land in m² under a hectare, distances in m or km.

import { t } from "./index";

const THIN = "\u202f";
const HECTARE = 10_000;

export const MISSING = "—";

/** An integer with thin separators. */
export const count = (value: number | null | undefined): string =>
  value === null || value === undefined
    ? MISSING
    : Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, THIN);

export const area = (square_metres: number | null | undefined): string => {
  if (square_metres === null || square_metres === undefined) return MISSING;
  if (square_metres < HECTARE) return `${count(square_metres)}${THIN}m²`;
  return t("figure.hectares", { count: (square_metres / HECTARE).toFixed(1) });
};

export const distance = (metres: number): string => {
  if (metres < 1000) return `${metres < 10 ? metres.toFixed(1) : Math.round(metres)}${THIN}m`;
  return `${Number((metres / 1000).toFixed(2))}${THIN}km`;
};

export const share = (part: number | null | undefined, whole: number): string =>
  typeof part === "number" && whole > 0 ? `${Math.round((100 * part) / whole)}%` : MISSING;

/** Digits of a grid's code by CJ/T 349: the class of the object, the community, and two for the grid; else three come last. */
const CJT_349 = 20;

/** The number by which people call a grid: what follows the community's twelve digits. */
export const shortCode = (code: string): string => code.slice(code.length === CJT_349 ? -2 : 12) || code;

/** Codes as people say them: short while they are of one community. */
export const shortCodes = (codes: readonly string[]): string => {
  const few = codes.slice(0, 4).map(shortCode).join(t("list.separator"));
  return codes.length > 4 ? t("list.more", { few, count: codes.length }) : few;
};

/** A moment: the time today, else day and time. */
export function moment(text: string, now = new Date()): string {
  const at = new Date(text);
  const time = `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  return at.toDateString() === now.toDateString() ? time : `${at.getMonth() + 1}-${at.getDate()} ${time}`;
}

/** A day as it is written within a sentence: not broken over two lines at its hyphens. */
export const unbroken = (day: string): string => day.replaceAll("-", "-\u2060");

/** A day by the clock of whoever is at the page, as dates are written to the server: 2026-07-01. */
export function calendarDay(at = new Date()): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
