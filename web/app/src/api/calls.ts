// The calls of the contract, one function each.

import { queryString, request } from "./request";
import type {
  Bounds,
  Claimant,
  Comparison,
  Edit,
  FeedEvent,
  Gap,
  GapProperties,
  GapState,
  GridDetail,
  GridProperties,
  GridSent,
  Grids,
  Ledger,
  LogEntry,
  ManagementType,
  Outcome,
  Page,
  Place,
  Plan,
  PlanStatus,
  Session,
  Summary,
  TrendStep,
  Ways,
} from "./types";

const plan = (name: string): string => `/api/plans/${encodeURIComponent(name)}`;

export const readSession = (): Promise<Session> => request("/api/session");

export const signIn = (name: string, password: string): Promise<Session> =>
  request("/api/session", { method: "POST", body: { name, password } });

/** How one may sign in; asked before anybody has. */
export const readWays = (): Promise<Ways> => request("/api/session/ways");

export const signOut = (): Promise<void> => request("/api/session", { method: "DELETE" });

export interface PlanQuery {
  status?: PlanStatus;
  after?: string;
}

export const listPlans = (query: PlanQuery, signal: AbortSignal): Promise<Page<Plan>> =>
  request("/api/plans", { query: { ...query }, signal });

export const readPlan = (name: string): Promise<Plan> => request(plan(name));

/** Branch a draft; `revision` of the plan that it comes from, where that is not its latest. */
export const branchPlan = (name: string, from: string, revision?: number): Promise<Plan> =>
  request("/api/plans", { method: "POST", body: { name, from, revision } });

/** A revision to look at; undefined: the latest. */
export type AsOf = number | undefined;

export interface GridQuery {
  bbox?: Bounds;
  q?: string;
  limit?: number;
  as_of?: AsOf;
  signal?: AbortSignal;
}

export const listGrids = (name: string, query: GridQuery): Promise<Grids> => {
  const { signal, bbox, ...rest } = query;
  const given = { ...rest, bbox: bbox?.map((degrees) => degrees.toFixed(9)).join(",") };
  return request(`${plan(name)}/grids`, { query: given, ...(signal && { signal }) });
};

export const readGrid = async (name: string, code: string, signal?: AbortSignal, as_of?: AsOf): Promise<GridDetail> => {
  const path = `${plan(name)}/grids/${encodeURIComponent(code)}`;
  const { units, ...sent } = await request<GridSent>(path, { query: { as_of }, ...(signal && { signal }) });
  const features = sent.faces.features.map((face) => {
    const claimants = face.properties.claimants.map((unit) => claimant(unit, units[unit] ?? null));
    return { ...face, properties: { ...face.properties, claimants } };
  });
  return { ...sent, faces: { ...sent.faces, features } };
};

function claimant(unit: string, name: string | null): Claimant {
  const colon = unit.indexOf(":");
  return { layer: unit.slice(0, colon), id: unit.slice(colon + 1), name };
}

export interface GridTags {
  name?: string;
  management_type?: ManagementType;
  locked?: boolean;
}

export const retagGrid = (name: string, code: string, base_revision: number, tags: GridTags, key: string) =>
  request<Outcome>(`${plan(name)}/grids/${encodeURIComponent(code)}`, {
    method: "PATCH",
    body: { base_revision, ...tags },
    key,
  });

export const tryEdit = (name: string, base_revision: number, edit: Edit, signal: AbortSignal): Promise<Outcome> =>
  request(`${plan(name)}/edits`, {
    method: "POST",
    query: { dry_run: true },
    body: { base_revision, ...edit },
    signal,
  });

export const makeEdit = (name: string, base_revision: number, edit: Edit, key: string): Promise<Outcome> =>
  request(`${plan(name)}/edits`, { method: "POST", body: { base_revision, ...edit }, key });

export const undoEdit = (name: string, base_revision: number, key: string): Promise<Outcome & { undone: LogEntry }> =>
  request(`${plan(name)}/undo`, { method: "POST", body: { base_revision }, key });

export const redoEdit = (name: string, base_revision: number, key: string): Promise<Outcome & { redone: LogEntry }> =>
  request(`${plan(name)}/redo`, { method: "POST", body: { base_revision }, key });

export const listEdits = (name: string, since?: number): Promise<Page<LogEntry>> =>
  request(`${plan(name)}/edits`, { query: { since } });

export interface GapQuery {
  ledger?: Ledger;
  kind?: string;
  community?: string;
  state?: GapState;
  limit?: number;
  after?: string;
  as_of?: AsOf;
}

export const listGaps = (name: string, query: GapQuery, signal?: AbortSignal): Promise<Page<GapProperties>> =>
  request(`${plan(name)}/gaps`, { query: { ...query, geometry: false }, ...(signal && { signal }) });

export const readGap = (name: string, id: string, as_of?: AsOf): Promise<Gap> =>
  request(`${plan(name)}/gaps/${encodeURIComponent(id)}`, { query: { as_of } });

export const signGap = (name: string, id: string, signed: { state: GapState; reason?: string; expires?: string }) =>
  request<GapProperties>(`${plan(name)}/gaps/${encodeURIComponent(id)}`, { method: "PATCH", body: signed });

export const readSummary = (name: string, as_of?: AsOf): Promise<Summary> =>
  request(`${plan(name)}/summary`, { query: { as_of } });

/** The figures of a plan now, of the divisions touched after a revision alone. */
export const readTouched = (name: string, since: number, signal: AbortSignal): Promise<Summary> =>
  request(`${plan(name)}/summary`, { query: { since }, signal });

/** Units, premises, facilities and roads whose names have a text. */
export const findPlaces = async (name: string, q: string, limit: number, signal: AbortSignal): Promise<Place[]> => {
  const { items } = await request<{ items: Place[] }>(`${plan(name)}/places`, { query: { q, limit }, signal });
  return items;
};

export const readTrendOf = async (name: string, as_of: AsOf, signal: AbortSignal): Promise<TrendStep[]> => {
  const { items } = await request<{ items: TrendStep[] }>(`${plan(name)}/trend`, { query: { as_of }, signal });
  return items;
};

export const comparePlans = (name: string, other: string): Promise<Comparison> =>
  request(`${plan(name)}/compare/${encodeURIComponent(other)}`);

export const submitPlan = (name: string, note: string): Promise<Plan> =>
  request(`${plan(name)}/submit`, { method: "POST", body: { note } });

export const returnPlan = (name: string, note: string): Promise<Plan> =>
  request(`${plan(name)}/return`, { method: "POST", body: { note } });

export const approvePlan = (name: string, effective_date: string): Promise<Plan> =>
  request(`${plan(name)}/approve`, { method: "POST", body: { effective_date } });

export const listChanges = (
  since: number | undefined,
  signal: AbortSignal,
): Promise<Page<FeedEvent> & { latest: number }> => request("/api/changes", { query: { since }, signal });

export const tilesAddress = (name: string, as_of?: AsOf): string =>
  `/tiles/${encodeURIComponent(name)}.json${queryString({ as_of })}`;

export const boardAddress = (name: string, code: string, query: { as_of?: AsOf; lang: string }): string =>
  `/plans/${encodeURIComponent(name)}/board/${encodeURIComponent(code)}${queryString(query)}`;

export const exportAddress = (
  name: string,
  query: { format: string; layer: string; crs: string | undefined; as_of: AsOf | undefined },
): string => `${plan(name)}/export${queryString(query)}`;

/** A file of the gaps that a filter lets through. */
export const gapsAddress = (
  name: string,
  format: "xlsx" | "geojson",
  query: Record<string, string | number | undefined>,
): string => `${plan(name)}/gaps.${format}${queryString(query)}`;

export type { GridProperties };
