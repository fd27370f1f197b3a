// Layers that somebody brings: files, what is in them, their mapping, a build, a draft.

import type { FeatureCollection } from "geojson";
import type * as served from "../generated/api";
import { request } from "./request";

export type Upload = served.UploadShown;
export type Found = served.FoundShown;
export type Keys = served.Keys;

/** A layer or table as layers.toml has it. */
export interface Part {
  path: string | string[];
  layer?: string;
  encoding?: string;
  fields: Record<string, string>;
  crs?: string;
  datum?: string;
}

/** What layers.toml says. */
export interface Mapping {
  name?: string;
  layers: Record<string, Part>;
  tables: Record<string, Part>;
}

/** What a build came to. */
export interface Built {
  grids: number;
  communities: string[];
  households: number;
  gaps: { ledger: string; kind: string; count: number }[];
  units: { layer: string; status: string; count: number }[];
  repairs: { layer: string; source_id: string | null; problem: string; action: string }[];
  repairs_in_all: number;
  /** Layers that seem to come in another datum than was said. */
  suspected: { layer: string; datum: string }[];
  not_evaluated: Record<string, string[]>;
}

const at = (id: string): string => `/api/uploads/${id}`;

export const listUploads = async (): Promise<Upload[]> => (await request<{ items: Upload[] }>("/api/uploads")).items;

export const mappingKeys = (): Promise<Record<string, Keys>> => request("/api/uploads/keys");

export const beginUpload = (): Promise<Upload> => request("/api/uploads", { method: "POST" });

export const readUpload = (id: string): Promise<Upload> => request(at(id));

export const discardUpload = (id: string): Promise<void> => request(at(id), { method: "DELETE" });

export const putFile = (id: string, file: File): Promise<Upload> =>
  request(`${at(id)}/files/${encodeURIComponent(file.name)}`, { method: "PUT", file });

export const removeFile = (id: string, name: string): Promise<Upload> =>
  request(`${at(id)}/files/${encodeURIComponent(name)}`, { method: "DELETE" });

export const lookInto = (id: string): Promise<Upload> => request(`${at(id)}/look`, { method: "POST" });

export const readOutlines = (id: string, which: number | "grids", signal: AbortSignal): Promise<FeatureCollection> =>
  request(`${at(id)}/outlines/${which}`, { signal });

export const mapLayers = (id: string, body: Mapping): Promise<Upload> =>
  request(`${at(id)}/layers`, { method: "PUT", body });

export const buildUpload = (id: string, previous: string | undefined): Promise<Upload> =>
  request(`${at(id)}/build`, { method: "POST", body: { previous } });

export const makePlan = (id: string, name: string): Promise<Upload> =>
  request(`${at(id)}/plan`, { method: "POST", body: { name } });
