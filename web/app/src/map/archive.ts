// A PMTiles file of the user's own, read in the browser: nothing of it is sent anywhere. Fetched when a file is chosen.

import { addProtocol } from "maplibre-gl";
import { FileSource, PMTiles, Protocol, TileType } from "pmtiles";

/** What a file holds: pictures, or the layers of its vector tiles. */
export interface Archive {
  url: string;
  maxzoom: number;
  /** Names of the layers of vector tiles; null for pictures. */
  layers: string[] | null;
}

const protocol = new Protocol({ metadata: true });
let known = false;

/**
 * Open a file.
 *
 * Throws an Error where it is no PMTiles archive.
 */
export async function openArchive(file: File): Promise<Archive> {
  if (!known) addProtocol("pmtiles", protocol.tile);
  known = true;
  const archive = new PMTiles(new FileSource(file));
  const { tileType, maxZoom } = await archive.getHeader();
  protocol.add(archive);
  const url = `pmtiles://${archive.source.getKey()}`;
  if (tileType !== TileType.Mvt) return { url, maxzoom: maxZoom, layers: null };
  const said = (await archive.getMetadata()) as { vector_layers?: { id: string }[] };
  return { url, maxzoom: maxZoom, layers: (said.vector_layers ?? []).map(({ id }) => id) };
}
