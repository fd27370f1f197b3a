// The town that every plan of the stub is about: what edits never change.

import { readFileSync } from "node:fs";
import { boundsOf, read } from "./geometry.js";

const json = JSON.parse(readFileSync(new URL("town.json", import.meta.url), "utf8"));

const byCode = (rows, key = "code") => {
  const groups = new Map();
  for (const row of rows) groups.set(row[key], [...(groups.get(row[key]) ?? []), row]);
  return groups;
};

const communities = json.communities.map(({ properties, geometry }) => ({
  ...properties,
  land: read(geometry),
  geometry,
}));
const names = new Map(communities.map((each) => [each.code, each.name]));
const unitNames = new Map(json.units.map(({ properties: unit }) => [`${unit.layer}:${unit.source_id}`, unit.name]));

export const town = {
  name: json.name,
  streets: json.streets,
  communities,
  extent: boundsOf(communities.map((each) => each.land)),
  units: json.units,
  roads: json.roads,
  premises: json.premises,
  facilities: json.facilities,
  posts: byCode(json.posts),
  duty: byCode(json.duty),
  organisations: byCode(json.organisations),
  communityName: (code) => names.get(code) ?? code,
  claimant(label) {
    const [layer, id] = label.split(":");
    return { layer, id, name: unitNames.get(label) ?? null };
  },
  layerCounts() {
    const counts = { premises: json.premises.length, facilities: json.facilities.length, roads: json.roads.length };
    for (const { properties } of json.units) counts[properties.layer] = (counts[properties.layer] ?? 0) + 1;
    return counts;
  },
};

const facesOf = byCode(
  json.faces.map(({ properties, geometry }) => ({
    code: properties.code,
    rule: properties.rule,
    claimants: JSON.parse(properties.claimants),
    polygon: read(geometry),
  })),
);

/** The grids as the build made them. */
export const builtGrids = () =>
  new Map(
    json.grids.map((row) => [
      row.code,
      {
        ...row,
        grid_id: row.code,
        locked: false,
        held: row.held ?? 0,
        form: row.form ?? "none",
        faces: facesOf.get(row.code),
      },
    ]),
  );

/** The gaps as the build found them, with their land where it is not all of their grid. */
export const builtGaps = () =>
  json.gaps.map(({ properties, geometry }) => ({
    ...properties,
    detail: JSON.parse(properties.detail),
    geometry,
    own: geometry ? read(geometry) : null,
  }));
