// The shapes of DESIGN.md's HTTP contract, as this application reads them. One place, to be generated from the OpenAPI
// document as soon as there is one; nothing outside `src/api` says what the server sends.

import type { Feature, FeatureCollection, LineString, MultiPolygon, Point, Polygon, Position } from "geojson";

export type Land = Polygon | MultiPolygon;
export type Bounds = [west: number, south: number, east: number, north: number];

export type Role = "viewer" | "supervisor" | "planner" | "approver" | "admin";
export type PlanStatus = "draft" | "in_review" | "in_force" | "retired";
export type Ledger = "unheld" | "contested" | "unserved";
export type ManagementType = "routine" | "general_prevention" | "key_attention" | "concentrated_rectification";
export type GapState = "open" | "accepted" | "expired";
export type Rule = "sole" | "precedence" | "same_layer" | "sliver" | "fallback" | "override";

export interface Session {
  name: string;
  role: Role;
  scope: string;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Plan {
  name: string;
  title: string;
  status: PlanStatus;
  revision: number;
  parent: string | null;
  parent_revision: number | null;
  author: string;
  changed_at: string;
  effective_date: string | null;
  note: string | null;
  extent: Bounds;
  counts: { grids: number; communities: number; households: number; gaps: Record<Ledger, number> };
}

/** What an edit may change in a grid, all figures together. */
export interface Figures {
  households: number | null;
  population: number | null;
  party_members: number | null;
  area_m2: number;
  required: number | null;
  held: number | null;
  short: number | null;
  form: string | null;
  proposed_form: string | null;
}

export interface GridProperties extends Figures {
  grid_id: string;
  code: string;
  number: string;
  name: string | null;
  kind: string;
  community_code: string;
  community_name: string;
  source_layer: string;
  source_id: string;
  patrol_zone_id: string | null;
  management_type: ManagementType;
  parts: number;
  shortage: string | null;
  worst: number | null;
  severity: string;
  locked: boolean;
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

export interface GapProperties {
  gap_id: string;
  kind: string;
  ledger: Ledger;
  severity: number;
  code: string | null;
  community_code: string;
  area_m2: number;
  households: number | null;
  detail: Record<string, unknown>;
  remedy: string | null;
  state: GapState;
  reason: string | null;
  expires: string | null;
  bounds: Bounds;
}

export type Gap = Feature<Land | null, GapProperties>;

export interface GridDetail extends Feature<Land, GridProperties> {
  faces: FeatureCollection<Polygon, FaceProperties>;
  posts: Post[];
  duty: DutyHolder[];
  branch: Branch | null;
  premises: { name: string; kind: string }[];
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

export type Verb = Edit["verb"] | "lock" | "undo" | "redo";

export interface GridChange {
  code: string;
  name: string | null;
  before: Figures | null;
  after: Figures | null;
}

/** What an edit comes to; the same from a dry run, whose revision is the one it was tried on. */
export interface Outcome {
  revision: number;
  created: string[];
  modified: string[];
  retired: string[];
  metrics: GridChange[];
  gaps: { opened: GapProperties[]; closed: GapProperties[] };
  bounds: Bounds;
  moved: FeatureCollection<Land, { from: string; to: string }>;
}

export interface LogEntry {
  revision: number;
  at: string;
  by: string;
  verb: Verb;
  codes: string[];
  created: string[];
  retired: string[];
  bounds: Bounds;
  undoes: number | null;
}

export interface Tally {
  grids: number;
  area_m2: number;
  households: number;
  required: number;
  held: number;
  short: number;
  covered: number;
  unclaimed_m2: number;
  gaps: Record<Ledger, number>;
}

export interface DivisionTally extends Tally {
  code: string;
  name: string;
  bounds: Bounds;
}

export interface Summary {
  revision: number;
  total: Tally;
  streets: DivisionTally[];
  communities: DivisionTally[];
  classes: Record<string, Record<string, number>>;
  kinds: Record<string, number>;
  layers: Record<string, number>;
  trend: { revision: number; at: string; gaps: Record<Ledger, number> }[];
}

export interface Change {
  relation: "same" | "split" | "merged" | "new" | "retired" | "reshaped" | "retagged";
  before: string[];
  after: string[];
  names: string[];
  area_m2: number;
  households: number;
  bounds: Bounds;
}

export interface Comparison {
  changes: Change[];
  moved: FeatureCollection<Land, { from: string; to: string }>;
  area_m2: number;
  households: number;
}

export interface FeedEvent {
  seq: number;
  plan: string;
  revision: number;
  by: string;
  bounds: Bounds | null;
}

export interface TileJSON {
  tiles: string[];
  minzoom: number;
  maxzoom: number;
  bounds: Bounds;
}

/** An RFC 9457 problem, with the contract's extension members. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  grids: string[];
  at?: Point;
}
