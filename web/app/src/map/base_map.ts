// A base map under the grids, none unless somebody chooses one: tiles by XYZ or WMTS, Tianditu with a key, or a PMTiles
// file of one's own. Here is what a choice comes to: addresses of tiles, and which origins they are of.

export const BASE_KINDS = ["none", "tianditu_map", "tianditu_image", "xyz", "wmts", "pmtiles"] as const;
export type BaseKind = (typeof BASE_KINDS)[number];

export interface BaseMap {
  kind: BaseKind;
  /** Of the tiles or the service, for `xyz` and `wmts`. */
  address: string;
  /** Of Tianditu, or what stands for `{key}` in an address. */
  key: string;
  /** Of the fills above it, so that it shows through. */
  fills: number;
}

export const NO_BASE_MAP: BaseMap = { kind: "none", address: "", key: "", fills: 0.45 };

/** Tiles of 256 pixels in Web Mercator, one address a layer, lowest layer first. */
export interface Raster {
  tiles: string[];
  maxzoom: number;
}

const TIANDITU = { tianditu_map: ["vec", "cva"], tianditu_image: ["img", "cia"] } as const;
const SERVERS = [0, 1, 2, 3, 4, 5, 6, 7];
const DEEPEST = 18;
/** The matrix set of Web Mercator, as most services call it. */
const MATRIX_SET = "GoogleMapsCompatible";
const TILE_SLOTS: Record<string, string> = { tilematrix: "{z}", tilerow: "{y}", tilecol: "{x}", style: "default" };

/** The layers that a choice means; empty where it means none, or is not complete. */
export function rastersOf(base: BaseMap): Raster[] {
  switch (base.kind) {
    case "tianditu_map":
    case "tianditu_image":
      return base.key ? TIANDITU[base.kind].map((layer) => tianditu(layer, base.key)) : [];
    case "xyz":
      return spread(base.address.replaceAll("{key}", base.key));
    case "wmts":
      return spread(wmtsTemplate(base.address.replaceAll("{key}", base.key)));
    default:
      return [];
  }
}

const tianditu = (layer: string, key: string): Raster => ({
  tiles: SERVERS.map(
    (server) =>
      `https://t${server}.tianditu.gov.cn/${layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=${layer}` +
      `&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=${encodeURIComponent(key)}`,
  ),
  maxzoom: DEEPEST,
});

/** An address with `{s}`, or `{0-7}`, stands for several servers. */
function spread(address: string): Raster[] {
  if (!["{z}", "{x}", "{y}"].every((slot) => address.includes(slot))) return [];
  if (!/^https?:\/\/[^/]+\//.test(address) && !address.startsWith("/")) return [];
  const range = /\{(\d)-(\d)\}/.exec(address);
  const servers = address.includes("{s}") ? ["a", "b", "c"] : range ? digits(Number(range[1]), Number(range[2])) : [""];
  const tiles = servers.map((server) => address.replaceAll("{s}", server).replace(/\{\d-\d\}/g, server));
  return [{ tiles, maxzoom: DEEPEST }];
}

const digits = (first: number, last: number): string[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => String(first + at));

/** The tiles of a WMTS, from its template with `{TileMatrix}` and so on, or from a GetTile or layer address. */
export function wmtsTemplate(address: string): string {
  const named = address.replace(/\{(\w+)\}/g, (slot, name: string) => {
    if (name.toLowerCase() === "tilematrixset") return MATRIX_SET;
    return TILE_SLOTS[name.toLowerCase()] ?? slot;
  });
  if (named.includes("{z}")) return named;
  const [path = "", query = ""] = named.split("?");
  const given = new URLSearchParams(query);
  const said = new Map([...given].map(([name, value]) => [name.toUpperCase(), value]));
  if (!said.has("LAYER")) return "";
  const whole = {
    SERVICE: "WMTS",
    VERSION: "1.0.0",
    STYLE: "default",
    TILEMATRIXSET: MATRIX_SET,
    FORMAT: "image/png",
    ...Object.fromEntries(said),
    REQUEST: "GetTile",
  };
  const places = "TILEMATRIX={z}&TILEROW={y}&TILECOL={x}";
  const { TILEMATRIX: _z, TILEROW: _y, TILECOL: _x, ...rest } = whole as Record<string, string>;
  return `${path}?${new URLSearchParams(rest)}&${places}`;
}

/** The origins that the page must be allowed to reach. */
export const originsOf = (base: BaseMap): string[] => [
  ...new Set(
    rastersOf(base)
      .flatMap(({ tiles }) => tiles)
      .filter((tile) => tile.startsWith("http"))
      .map((tile) => new URL(tile.replace(/[{}]/g, "")).origin),
  ),
];

/** Read what was kept; anything unreadable means none. */
export function readBaseMap(kept: string | null): BaseMap {
  try {
    const said: Partial<BaseMap> = JSON.parse(kept ?? "{}");
    const kind = BASE_KINDS.find((each) => each === said.kind) ?? "none";
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    const fills = typeof said.fills === "number" ? Math.min(1, Math.max(0, said.fills)) : NO_BASE_MAP.fills;
    return { kind, address: text(said.address), key: text(said.key), fills };
  } catch {
    return NO_BASE_MAP;
  }
}
