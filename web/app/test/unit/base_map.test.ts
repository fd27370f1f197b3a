import { describe, expect, it } from "vitest";
import { type BaseMap, NO_BASE_MAP, originsOf, rastersOf, readBaseMap, wmtsTemplate } from "../../src/map/base_map";

const base = (part: Partial<BaseMap>): BaseMap => ({ ...NO_BASE_MAP, ...part });

describe("a base map", () => {
  it("is none by default, and where what was kept can't be read", () => {
    expect(rastersOf(NO_BASE_MAP)).toEqual([]);
    expect(readBaseMap("{broken")).toEqual(NO_BASE_MAP);
    expect(readBaseMap('{"kind":"rainbow","fills":7}')).toEqual({ ...NO_BASE_MAP, fills: 1 });
    expect(readBaseMap(null)).toEqual(NO_BASE_MAP);
  });

  it("of Tianditu is a map and its labels, from eight servers, with the key", () => {
    const layers = rastersOf(base({ kind: "tianditu_map", key: "a&b" }));
    expect(layers.map(({ tiles }) => tiles.length)).toEqual([8, 8]);
    expect(layers[1]?.tiles[3]).toContain("https://t3.tianditu.gov.cn/cva_w/wmts?");
    expect(layers[0]?.tiles[0]).toContain("&tk=a%26b");
    expect(rastersOf(base({ kind: "tianditu_map" }))).toEqual([]);
  });

  it("by XYZ needs its three places, and may name several servers", () => {
    expect(rastersOf(base({ kind: "xyz", address: "https://tiles.example/{z}/{x}.png" }))).toEqual([]);
    expect(rastersOf(base({ kind: "xyz", address: "javascript:alert(1)//{z}{x}{y}" }))).toEqual([]);
    const [layer] = rastersOf(
      base({ kind: "xyz", address: "https://t{0-2}.example/{z}/{x}/{y}.png?k={key}", key: "K" }),
    );
    expect(layer?.tiles).toEqual([0, 1, 2].map((row) => `https://t${row}.example/{z}/{x}/{y}.png?k=K`));
  });

  it("by WMTS is read from a template, or from the address of a layer", () => {
    expect(wmtsTemplate("https://w.example/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png")).toBe(
      "https://w.example/{Layer}/GoogleMapsCompatible/{z}/{y}/{x}.png",
    );
    const asked = new URL(wmtsTemplate("https://w.example/wmts?layer=roads&tilematrixset=w&request=GetCapabilities"));
    expect(asked.searchParams.get("LAYER")).toBe("roads");
    expect(asked.searchParams.get("TILEMATRIXSET")).toBe("w");
    expect(asked.searchParams.get("REQUEST")).toBe("GetTile");
    expect(asked.searchParams.get("TILEROW")).toBe("{y}");
    expect(wmtsTemplate("https://w.example/wmts")).toBe("");
  });

  it("says which origins the page must be allowed to reach", () => {
    expect(originsOf(base({ kind: "xyz", address: "https://t{0-1}.example:8443/{z}/{x}/{y}" }))).toEqual([
      "https://t0.example:8443",
      "https://t1.example:8443",
    ]);
    expect(originsOf(base({ kind: "xyz", address: "/own/{z}/{x}/{y}.png" }))).toEqual([]);
  });
});
