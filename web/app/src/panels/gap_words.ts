// A gap in words: of which kind, what it is about beside its place, how far, and the exception that was signed for it.

import type { GapProperties } from "../api";
import { field, t } from "../words";
import { distance } from "../words/figures";

const said = (gap: GapProperties, key: string): string => {
  const value = gap.detail[key];
  return typeof value === "string" ? value : "";
};

const number = (gap: GapProperties, key: string): number | null => {
  const value = gap.detail[key];
  return typeof value === "number" ? value : null;
};

/** The kind of a gap, with the facility that is too far, the post that is short, or what money is missing for. */
export function gapTitle(gap: GapProperties): string {
  const facility = said(gap, "facility");
  if (gap.kind === "far_from_facility" && facility) return t("gap.far_from", { facility });
  const [post, purpose] = [said(gap, "post"), said(gap, "purpose")];
  const about = post ? field("post", post) : purpose && field("purpose", purpose);
  return about ? t("gap.about", { kind: field("gap", gap.kind), about }) : field("gap", gap.kind);
}

/** How far it is to the facility that a gap is about, and how far it may be; empty of other gaps. */
export function gapDistance(gap: GapProperties): string {
  const limit = number(gap, "limit_m");
  if (gap.kind !== "far_from_facility" || limit === null) return "";
  const farthest = number(gap, "farthest_m");
  const allowed = distance(limit);
  return farthest === null
    ? t("gap.none_near", { limit: allowed })
    : t("gap.farthest", { way: distance(farthest), limit: allowed });
}

const listOf = (gap: GapProperties, key: string): unknown[] => {
  const value = gap.detail[key];
  return Array.isArray(value) ? value : [];
};

/** The units that overlap, each with its layer and its name, or the number that it has there; empty of other gaps. */
export function gapUnits(gap: GapProperties): string {
  const names = listOf(gap, "names");
  return listOf(gap, "units")
    .map((unit, row) => {
      const [layer = "", id] = String(unit).split(/:(.*)/);
      return `${field("layer", layer)} ${names[row] ?? id}`;
    })
    .join(t("list.separator"));
}

/** What was signed for a gap: why, by whom, until when; empty where nothing was. */
export function exceptionInBrief({ reason, signed_by, expires, state }: GapProperties): string {
  if (state === "open" || !reason) return "";
  return t("exception.in_brief", { reason, who: signed_by ?? "—", date: expires ?? "—" });
}
