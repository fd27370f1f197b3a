import { expect, test } from "vitest";
import type { Found } from "../../src/api/uploads";
import { fromMapping, mapping, type Said } from "../../src/state/uploads";

const found = (file: string, layer: string | null, shape: Found["shape"] = "polygon"): Found => ({
  file,
  layer,
  shape,
  count: 1,
  columns: [],
  crs: "EPSG:4490",
  encoding: null,
  extent: null,
  may_be: [],
  guess: null,
  guessed: {},
  outlined: false,
});

test("what was said of files is written as a layers.toml, and read back from one", () => {
  const rows = [
    found("base.gpkg", "roads", "line"),
    found("toilets.geojson", null, "point"),
    found("places.geojson", null, "point"),
    found("unused.gpkg", null),
    found("staff.csv", null, "none"),
  ];
  const said: Said[] = [
    { layer: "road", fields: { name: "名称" } },
    { layer: "facility", fields: { kind: "类别" }, datum: "GCJ-02" },
    { layer: "facility", fields: { kind: "类别" }, datum: "GCJ-02" },
    { layer: "", fields: {} },
    { layer: "roster", fields: { post: "岗位" } },
  ];
  const told = mapping(rows, said);
  expect(told.layers).toEqual({
    road: { path: "base.gpkg", layer: "roads", fields: { name: "名称" } },
    facility: { path: ["toilets.geojson", "places.geojson"], fields: { kind: "类别" }, datum: "GCJ-02" },
  });
  expect(told.tables).toEqual({ roster: { path: "staff.csv", fields: { post: "岗位" } } });
  const read = [...fromMapping(rows, told).values()];
  expect(read).toEqual(said.filter(({ layer }) => layer));
});
