// Puts a base map under the grids, and makes the fills above it show it through.

import type { LayerSpecification, MapLibreMap, SourceSpecification } from "maplibre-gl";
import type { Archive } from "./archive";
import type { Raster } from "./base_map";
import { INK } from "./tokens";

export interface Underlay {
  rasters: Raster[];
  archive: Archive | null;
  fills: number;
}

const PREFIX = "base-";
const LOWEST = "land";
const FILLS = ["grid-fill", "grid-hatch"];

/** Show a base map, or none, in place of the one there was. */
export function lay(map: MapLibreMap, under: Underlay): void {
  clear(map);
  const parts = [...under.rasters.map(rasterPart), ...(under.archive ? [archivePart(under.archive)] : [])];
  parts.forEach(({ source, layers }, row) => {
    const name = `${PREFIX}${row}`;
    map.addSource(name, source);
    layers.forEach((layer, at) => {
      map.addLayer({ ...layer, id: `${name}-${at}`, source: name } as LayerSpecification, LOWEST);
    });
  });
  const some = parts.length > 0;
  map.setLayoutProperty(LOWEST, "visibility", some ? "none" : "visible");
  for (const id of FILLS) map.setPaintProperty(id, "fill-opacity", some ? under.fills : 1);
}

function clear(map: MapLibreMap): void {
  const { layers, sources } = map.getStyle();
  for (const { id } of layers) if (id.startsWith(PREFIX)) map.removeLayer(id);
  for (const name of Object.keys(sources)) if (name.startsWith(PREFIX)) map.removeSource(name);
}

interface Part {
  source: SourceSpecification;
  layers: Partial<LayerSpecification>[];
}

const rasterPart = ({ tiles, maxzoom }: Raster): Part => ({
  source: { type: "raster", tiles, tileSize: 256, maxzoom },
  layers: [{ type: "raster", paint: { "raster-saturation": -0.35 } }],
});

/** Vector tiles have no style of their own here: their lines and areas are drawn in a quiet ink. */
function archivePart({ url, layers }: Archive): Part {
  if (!layers) return { source: { type: "raster", url, tileSize: 256 }, layers: [{ type: "raster" }] };
  const drawn = layers.flatMap((layer): Partial<LayerSpecification>[] => [
    {
      type: "fill",
      "source-layer": layer,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": INK, "fill-opacity": 0.05 },
    },
    { type: "line", "source-layer": layer, paint: { "line-color": INK, "line-opacity": 0.35, "line-width": 0.8 } },
  ]);
  return { source: { type: "vector", url }, layers: drawn };
}
