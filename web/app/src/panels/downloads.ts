// The grids of a box as files.

import type { Grid } from "../api";
import { csvOf, save } from "../parts/saving";
import { plan } from "../state/plans";
import { field, t } from "../words";
import { inPlace } from "./staffing";

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
  const people = ["grid.required", "staff.in_place", "grid.short", "staff.all_held"];
  const rows = grids.map(({ properties: one }) => [
    one.code,
    one.name,
    one.community_name,
    field("management_type", one.management_type),
    one.households,
    one.area_m2,
    one.required,
    inPlace(one),
    one.short,
    one.held,
  ]);
  const words = [...header, ...people].map((key) => t(key as "grid.held"));
  save(`${stem("grids")}.csv`, "text/csv;charset=utf-8", csvOf(words, rows));
}
