// A published plan: a PMTiles file on a web server, read by range requests. Fetched when a page shows one.

import { addProtocol } from "maplibre-gl";
import { PMTiles, Protocol } from "pmtiles";
import type { Bounds, TileJSON } from "../api";
import type { Fourths } from "./far";

/** What a published file says of itself. */
export interface Published {
  name: string;
  attribution: string;
  revision: number | null;
  inForceFrom: string | null;
  published: string | null;
  fourths: Fourths | null;
  tiles: TileJSON;
}

interface Said {
  name?: string;
  attribution?: string;
  onegrid?: { revision?: number; in_force_from?: string; published?: string; fourths?: Fourths };
}

/**
 * Open a published file.
 *
 * Throws an Error where there is none, or the web server answers no range requests.
 */
export async function openPublished(url: string): Promise<Published> {
  const protocol = new Protocol({ metadata: true });
  addProtocol("pmtiles", protocol.tile);
  const archive = new PMTiles(url);
  protocol.add(archive);
  const header = await archive.getHeader();
  const said = (await archive.getMetadata()) as Said;
  const bounds: Bounds = [header.minLon, header.minLat, header.maxLon, header.maxLat];
  return {
    name: said.name ?? "",
    attribution: said.attribution ?? "",
    revision: said.onegrid?.revision ?? null,
    inForceFrom: said.onegrid?.in_force_from ?? null,
    published: said.onegrid?.published ?? null,
    fourths: said.onegrid?.fourths ?? null,
    tiles: { tiles: [`pmtiles://${url}/{z}/{x}/{y}`], minzoom: header.minZoom, maxzoom: header.maxZoom, bounds },
  };
}
