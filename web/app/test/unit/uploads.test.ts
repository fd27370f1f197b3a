import { afterEach, expect, test, vi } from "vitest";
import type { Found } from "../../src/api/uploads";
import { bring, fromMapping, mapping, resume, type Said, said, unready, upload } from "../../src/state/uploads";

const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
});

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

test("files that are chosen before the server has said which upload they go to are sent all the same", async () => {
  const upload = {
    id: "abc",
    begun_at: 0,
    files: [],
    found: null,
    unreadable: [],
    mapping: null,
    built: null,
    job: null,
  };
  const asked: string[] = [];
  globalThis.fetch = vi.fn(async (address: RequestInfo | URL, how?: RequestInit) => {
    asked.push(`${how?.method ?? "GET"} ${new URL(String(address), "http://grid.test").pathname}`);
    await new Promise((done) => setTimeout(done, 5));
    const read = String(address).endsWith("/keys") ? {} : { items: [] };
    const answer = (how?.method ?? "GET") === "GET" ? read : upload;
    return new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } });
  });
  const brought = bring([new File(["a"], "town.zip")]); // the page's own effects may come later still
  await Promise.all([resume(), brought]);
  expect(asked.filter((one) => !one.startsWith("GET"))).toEqual([
    "POST /api/uploads",
    "PUT /api/uploads/abc/files/town.zip",
  ]);
});

test("parts of a layer that can't be read in one way are not built", () => {
  const asked = (parts: { file: string; layer: string | null; as: Said }[]) => {
    const rows = parts.map(({ file, layer }) => found(file, layer));
    upload.value = { found: rows } as unknown as typeof upload.value;
    said.value = parts.map(({ as }) => as);
    return unready.value;
  };
  const communities = { file: "c.gpkg", layer: null, as: { layer: "community", fields: { code: "code" } } };
  const part = (file: string, layer: string | null, id = "id", datum?: Said["datum"]) => ({
    file,
    layer,
    as: { layer: "compound", fields: { id }, ...(datum && { datum }) },
  });
  expect(asked([communities, part("a.shp", null), part("b.shp", null)])).toBe("");
  expect(asked([communities, part("a.shp", null), part("b.shp", null, "id", "CGCS2000")])).toBe("");
  expect(asked([communities, part("a.gpkg", "东区"), part("a.gpkg", "西区")])).toBe("bring.need_alike");
  expect(asked([communities, part("a.shp", null), part("b.shp", null, "编号")])).toBe("bring.need_alike");
  expect(asked([communities, part("a.shp", null), part("b.shp", null, "id", "GCJ-02")])).toBe("bring.need_alike");
  upload.value = null;
  said.value = [];
});
