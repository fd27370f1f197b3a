// What is shown, as files: the grids of a box and the gaps of a ledger, as they are filtered on the page.

import { type GapProperties, type Grid, readGap } from "../api";
import { csvOf, save } from "../parts/saving";
import { asOf, plan } from "../state/plans";
import { field, t } from "../words";
import { placeOf } from "./ledgers";

const stem = (what: string): string => `${plan.peek()?.name ?? "plan"}-${what}`;

export function saveGrids(grids: readonly Grid[], format: "csv" | "geojson"): void {
  if (format === "geojson") {
    save(
      `${stem("grids")}.geojson`,
      "application/geo+json",
      JSON.stringify({ type: "FeatureCollection", features: grids }),
    );
    return;
  }
  const header = [
    "export.code",
    "export.name",
    "dashboard.place",
    "figure.type",
    "figure.households",
    "export.area_m2",
  ];
  const people = ["grid.required", "grid.held", "grid.short"];
  const rows = grids.map(({ properties: one }) => [
    one.code,
    one.name,
    one.community_name,
    field("management_type", one.management_type),
    one.households,
    one.area_m2,
    one.required,
    one.held,
    one.short,
  ]);
  const words = [...header, ...people].map((key) => t(key as "grid.held"));
  save(`${stem("grids")}.csv`, "text/csv;charset=utf-8", csvOf(words, rows));
}

const AT_ONCE = 8;

/** The gaps of a list, worst first as on the page; as GeoJSON each with its land, read one by one. */
export async function saveGaps(gaps: readonly GapProperties[], format: "csv" | "geojson"): Promise<void> {
  if (format === "csv") return saveGapTable(gaps);
  const [name, at] = [plan.peek()?.name ?? "", asOf.peek()];
  const features = [];
  for (let row = 0; row < gaps.length; row += AT_ONCE) {
    const asked = gaps.slice(row, row + AT_ONCE).map(({ gap_id }) => readGap(name, gap_id, at));
    features.push(...(await Promise.all(asked)));
  }
  save(`${stem("gaps")}.geojson`, "application/geo+json", JSON.stringify({ type: "FeatureCollection", features }));
}

function saveGapTable(gaps: readonly GapProperties[]): void {
  const header = [
    t("gap.severity_short"),
    t("ledgers.title"),
    t("ledgers.kind"),
    t("ledgers.community"),
    t("export.code"),
    t("figure.households"),
    t("export.area_m2"),
    t("gap.found"),
    t("gap.arithmetic"),
    t("gap.rule"),
    t("gap.remedy"),
    t("exception.reason"),
    t("exception.expires"),
  ];
  const said = ({ detail }: GapProperties, key: string) => (typeof detail[key] === "string" ? detail[key] : null);
  const rows = gaps.map((gap) => [
    gap.severity,
    field("ledger", gap.ledger),
    field("gap", gap.kind),
    placeOf(gap),
    gap.code,
    gap.households,
    Math.round(gap.area_m2),
    said(gap, "figure"),
    said(gap, "arithmetic"),
    said(gap, "rule"),
    gap.remedy,
    gap.reason,
    gap.expires,
  ]);
  save(`${stem("gaps")}.csv`, "text/csv;charset=utf-8", csvOf(header, rows));
}
