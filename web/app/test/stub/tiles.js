// Vector tiles of a plan of the stub, from GeoJSON, made anew for each revision.

import * as geojsonVt from "@maplibre/geojson-vt";
import { fromGeojsonVt } from "@maplibre/vt-pbf";
import { landOf } from "./edits.js";
import { gridFeature, summaryOf } from "./figures.js";
import { inside, write } from "./geometry.js";
import { gapProperties } from "./plans.js";
import { town } from "./town.js";

const GRIDS_FROM = 11;
const OPTIONS = { maxZoom: 18, extent: 4096, buffer: 64, tolerance: 0.5, indexMaxZoom: 12, indexMaxPoints: 0 };

const collection = (features) => ({ type: "FeatureCollection", features });
const labelled = (geometry, properties) => ({ type: "Feature", properties, geometry: write(inside(geometry)) });

function layersOf(plan) {
  const grids = [...plan.grids.values()];
  const summary = summaryOf(plan);
  const tallies = new Map(summary.communities.map((each) => [each.code, each]));
  const divisions = town.communities.map(({ code, name, street, geometry }) => {
    const { grids, households, short } = tallies.get(code);
    const gaps = Object.values(tallies.get(code).gaps).reduce((sum, count) => sum + count, 0);
    return {
      type: "Feature",
      geometry,
      properties: { code, name, street, level: "community", grids, households, short, gaps },
    };
  });
  const gaps = plan.gaps().map((gap) => {
    const { gap_id, kind, ledger, severity, code, state } = gapProperties(gap);
    const zones =
      ["overlap", "straddle"].includes(kind) &&
      (gap.detail.units ?? [gap.detail.unit ?? ""]).every((unit) => unit.startsWith("patrol_zone"));
    return {
      type: "Feature",
      geometry: write(plan.landOfGap(gap)),
      properties: { gap_id, kind, ledger, severity, code, state, zones },
    };
  });
  return {
    divisions: collection(divisions),
    grids: collection(grids.map((grid) => gridFeature(plan, grid))),
    units: collection(town.units.map((unit) => ({ ...unit, properties: { ...unit.properties } }))),
    gaps: collection(gaps),
    premises: collection(town.premises),
    facilities: collection(town.facilities),
    roads: collection(town.roads),
    labels: collection([
      ...town.communities.map((each) => labelled(each.land, { level: "community", code: each.code, name: each.name })),
      ...grids.map((grid) =>
        labelled(landOf(grid), {
          level: "grid",
          code: grid.code,
          name: grid.name ?? "",
          number: grid.code.slice(12),
          kind: grid.kind,
          locked: grid.locked,
          form: grid.form,
        }),
      ),
    ]),
  };
}

const FROM_ZOOM = { grids: GRIDS_FROM, units: 12, gaps: GRIDS_FROM, premises: 12, facilities: 12, roads: 10 };

export function tile(plan, z, x, y) {
  plan.tileIndex ??= Object.fromEntries(
    Object.entries(layersOf(plan)).map(([name, data]) => [name, new geojsonVt.GeoJSONVT(data, OPTIONS)]),
  );
  const layers = {};
  for (const [name, index] of Object.entries(plan.tileIndex)) {
    const found = z >= (FROM_ZOOM[name] ?? 0) ? index.getTile(z, x, y) : null;
    if (found) layers[name] = found;
  }
  return Buffer.from(fromGeojsonVt(layers, { version: 2, extent: 4096 }));
}

export const tileJson = (plan, origin, at) => ({
  tilejson: "3.0.0",
  name: plan.name,
  tiles: [
    `${origin}/tiles/${plan.name}/{z}/{x}/{y}.mvt?r=${plan.status === "in_force" ? plan.revision : "draft"}${at ? `&as_of=${at}` : ""}`,
  ],
  minzoom: 0,
  maxzoom: 17,
  bounds: town.extent,
  vector_layers: ["divisions", "grids", "units", "gaps", "premises", "facilities", "roads", "labels"].map((id) => ({
    id,
    fields: {},
  })),
});
