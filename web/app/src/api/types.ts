// The shapes of the HTTP contract, as this application reads them: those that the server's OpenAPI document describes,
// made exact where they are GeoJSON. Nothing outside `src/api` says what the server sends.

import type { Feature, FeatureCollection, LineString, MultiPolygon, Polygon, Position } from "geojson";
import type * as served from "../generated/api";

export type Land = Polygon | MultiPolygon;
export type Bounds = [west: number, south: number, east: number, north: number];

export type Session = served.Me;
export type Ways = served.Ways;
export type Role = served.Role;
export type Plan = served.PlanShown;
export type PlanStatus = Plan["status"];
export type Ledger = served.Gap["ledger"];
export type ByLedger = served.ByLedger;
export type GapState = served.Gap["state"];
export type ManagementType = NonNullable<served.GridTags["management_type"]>;
export type Figures = served.Figures;
export type LogEntry = Omit<served.LogEntry, "verb"> & { verb: Verb };
export type GridChange = served.GridChange;
export type GapTold = served.GapTold;
export type Tally = served.Tally;
export type DivisionTally = served.Tally;
export type Summary = served.Summary;
export type TrendStep = served.TrendStep;
export type Place = Omit<served.Place, "bounds"> & { bounds: Bounds };
export type Change = served.Difference;
export type FeedEvent = served.FeedEvent;
export type Rule = "sole" | "precedence" | "same_layer" | "sliver" | "fallback" | "override";

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface GridProperties extends Figures {
  grid_id: string;
  code: string;
  number: string;
  name: string | null;
  kind: string;
  community_code: string;
  community_name: string | null;
  source_layer: string;
  source_id: string;
  patrol_zone_id: string | null;
  management_type: ManagementType;
  parts: number;
  shortage: string | null;
  worst: number | null;
  severity: string | null;
  locked: boolean;
  /** The revision in which it was last changed. */
  modified: number;
}

export type Grid = Feature<Land, GridProperties>;
export type Grids = FeatureCollection<Land, GridProperties>;

export interface Claimant {
  layer: string;
  id: string;
  name: string | null;
}

export interface FaceProperties {
  face_id: string;
  claimants: Claimant[];
  rule: Rule;
  area_m2: number;
}

export interface Post {
  post: string;
  required: number | null;
  held: number | null;
  short: number | null;
  arithmetic: string | null;
}

export interface DutyHolder {
  post: string;
  name: string;
  phone: string | null;
  organisation: string | null;
}

export interface Branch {
  form: string | null;
  organisation_name: string | null;
  members: number | null;
  proposed_form: string | null;
  reason: string | null;
}

export type GapProperties = Omit<served.Gap, "geometry">;
export type Gap = Feature<Land | null, GapProperties>;

type Faces<Claiming> = FeatureCollection<Polygon, Omit<FaceProperties, "claimants"> & { claimants: Claiming[] }>;

/** A grid as the server sends it: its faces name source units as `layer:id`, whose names stand beside. */
export interface GridSent extends Omit<GridDetail, "faces"> {
  faces: Faces<string>;
  units: Record<string, string | null>;
}

export interface GridDetail extends Feature<Land, GridProperties> {
  revision: number;
  faces: Faces<Claimant>;
  posts: Post[];
  duty: DutyHolder[];
  branch: Branch | null;
  premises: { name: string; kind: string }[];
  /** Days from one round to the next, by what is done. */
  rounds: Record<string, number>;
  gaps: GapProperties[];
  history: LogEntry[];
}

export type Edit =
  | { verb: "split"; code: string; line: LineString }
  | { verb: "merge"; codes: string[]; keep: string }
  | { verb: "reshape"; codes: string[]; line: LineString }
  | { verb: "move_vertex"; from: Position; to: Position }
  | { verb: "insert_vertex"; at: Position }
  | { verb: "delete_vertex"; at: Position }
  | { verb: "carve"; polygon: Polygon; name: string | null }
  | { verb: "reassign"; faces: Position[]; to: string }
  | { verb: "reassign"; unit: string; to: string }
  | { verb: "retag"; code: string; name?: string; management_type?: ManagementType };

/** What a log tells of: edits, their undoing, and what else befell a plan. */
export type Verb =
  | Edit["verb"]
  | "lock"
  | "undo"
  | "redo"
  | "import"
  | "branch"
  | "renew"
  | "accept"
  | "submit"
  | "return"
  | "approve"
  | "withdraw";

export type Moved = FeatureCollection<Land, { from: string; to: string }>;

/** What an edit comes to; the same from a dry run, whose revision is the one it was tried on. */
export type Outcome = Omit<served.Outcome, "moved"> & { moved: Moved };

export type Comparison = Omit<served.Differences, "moved"> & { moved: Moved };

export interface TileJSON {
  tiles: string[];
  minzoom: number;
  maxzoom: number;
  bounds: Bounds;
}

/** An RFC 9457 problem, with the contract's extension members. */
export type Problem = Pick<served.Problem, "status" | "code" | "title" | "detail"> & {
  grids: string[];
  /** How many seconds to wait before asking again, where the server says. */
  wait_s?: number;
};
