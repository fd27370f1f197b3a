// Plans of the stub: snapshots of Maps, one a revision. A test double of the contract, not of the server's way.

import { applied, landOf, Refused } from "./edits.js";
import { COMPUTED, computedGaps, figures, gridFeature } from "./figures.js";
import { area, boundsOf, intersection, intersects, parts, union, write } from "./geometry.js";
import { builtGaps, builtGrids, town } from "./town.js";

const FOUND = builtGaps();

export class Plan {
  constructor({ name, title, status, grids, parent = null, parentRevision = null, author, revision = 1 }) {
    Object.assign(this, { name, title, status, grids, parent, author, revision, town });
    this.parent_revision = parentRevision;
    this.note = null;
    this.effective_date = status === "in_force" ? "2026-07-01" : null;
    this.made_at = new Date().toISOString();
    this.changed_at = this.made_at;
    this.snapshots = new Map([[revision, grids]]);
    this.log = [];
    this.undone = [];
    this.signed = new Map();
    this.trend = [];
    this.answers = new Map();
    this.remember();
  }

  /** Gaps as they stand: those of figures computed anew, the rest as found where their grid still is. */
  gaps() {
    this.known ??= this.findGaps();
    return this.known;
  }

  findGaps() {
    const found = FOUND.filter((gap) => !COMPUTED.has(gap.kind) && (gap.code === null || this.grids.has(gap.code)));
    const kept = found.map((gap) => ({ ...gap, bounds: boundsOf([this.landOfGap(gap)]) }));
    const computed = [...this.grids.values()].flatMap(computedGaps);
    const all = [...kept, ...computed].map((gap) => ({ ...gap, ...this.signed.get(gap.gap_id) }));
    return all.sort((one, other) => other.severity - one.severity || (one.gap_id < other.gap_id ? -1 : 1));
  }

  landOfGap(gap) {
    if (gap.own) return gap.own;
    const grid = this.grids.get(gap.code);
    return grid ? landOf(grid) : town.communities.find((each) => each.code === gap.community_code).land;
  }

  worst(code) {
    this.worsts ??= new Map(
      this.gaps()
        .filter((gap) => gap.state !== "accepted" && gap.code)
        .reverse()
        .map((gap) => [gap.code, gap.severity]),
    );
    return this.worsts.get(code) ?? null;
  }

  /** The plan as it was at a revision. */
  at(revision) {
    const grids = this.snapshots.get(revision);
    if (revision === this.revision) return this;
    if (!grids) throw new Refused("bad_input", `plan ${this.name} has no revision ${revision}`);
    this.past ??= new Map();
    if (!this.past.has(revision)) {
      const then = Object.assign(Object.create(Plan.prototype), this, { grids, revision });
      then.forget();
      this.past.set(revision, then);
    }
    return this.past.get(revision);
  }

  forget() {
    this.known = undefined;
    this.worsts = undefined;
    this.tileIndex = undefined;
  }

  remember() {
    const gaps = { unheld: 0, contested: 0, unserved: 0 };
    for (const gap of this.gaps()) if (gap.state !== "accepted") gaps[gap.ledger] += 1;
    this.trend = [...this.trend, { revision: this.revision, at: this.changed_at, gaps }];
  }

  described() {
    const { name, title, status, revision, parent, parent_revision, author } = this;
    const { made_at, changed_at, effective_date, note } = this;
    const last = this.trend.at(-1);
    const households = [...this.grids.values()].reduce((sum, grid) => sum + (grid.households ?? 0), 0);
    const counts = { grids: this.grids.size, communities: town.communities.length, households, gaps: last.gaps };
    return {
      name,
      title,
      status,
      revision,
      parent,
      parent_revision,
      author,
      made_at,
      changed_at,
      effective_date,
      note,
      extent: town.extent,
      counts,
    };
  }

  requireDraft() {
    if (this.status !== "draft") throw new Refused("not_a_draft", `plan ${this.name} is not a draft`);
  }

  /** Try an edit; the plan stays as it is. */
  tried(edit, base) {
    const grids = applied(this.grids, edit);
    this.requireFresh(changedCodes(this.grids, grids), base);
    return { grids, outcome: this.outcome(grids) };
  }

  requireFresh(codes, base) {
    const theirs = this.log.filter(
      (entry) => entry.revision > base && entry.codes.some((code) => codes.includes(code)),
    );
    if (theirs.length) throw new Refused("stale_revision", `changed since revision ${base}`, theirs[0].codes);
  }

  outcome(grids) {
    const codes = changedCodes(this.grids, grids);
    const after = Object.assign(Object.create(Plan.prototype), this, { grids });
    after.forget();
    const open = (plan) => plan.gaps().filter((gap) => gap.state !== "accepted" && codes.includes(gap.code));
    const [old, fresh] = [open(this), open(after)];
    const missing = (from, ids) => from.filter((gap) => !ids.some((each) => each.gap_id === gap.gap_id)).map(stripped);
    return {
      revision: this.revision,
      created: codes.filter((code) => !this.grids.has(code)),
      modified: codes.filter((code) => this.grids.has(code) && grids.has(code)),
      retired: codes.filter((code) => !grids.has(code)),
      metrics: codes.map((code) => changeOf(code, this.grids.get(code), grids.get(code))),
      gaps: { opened: missing(fresh, old), closed: missing(old, fresh) },
      bounds: codes.length
        ? boundsOf(codes.map((code) => landOf(this.grids.get(code) ?? grids.get(code))))
        : town.extent,
      moved: movedLand(this.grids, grids, codes),
    };
  }

  commit(grids, verb, by, undoes = null) {
    const outcome = this.outcome(grids);
    this.revision += 1;
    this.grids = grids;
    this.changed_at = new Date().toISOString();
    this.snapshots.set(this.revision, grids);
    this.forget();
    const codes = [...outcome.modified, ...outcome.created, ...outcome.retired];
    const { created, retired, bounds } = outcome;
    this.log.push({ revision: this.revision, at: this.changed_at, by, verb, codes, created, retired, bounds, undoes });
    this.remember();
    return { ...outcome, revision: this.revision };
  }

  /** Refuses to take back for somebody who has done something since that the one who asks does not know of. */
  requireNothingOf(by, base) {
    const since = this.log.find((entry) => entry.by === by && entry.revision > base);
    if (since) throw new Refused("stale_revision", `changed since revision ${base}`, since.codes);
  }

  undo(by) {
    const undone = new Set(this.log.filter((entry) => entry.verb === "undo").map((entry) => entry.undoes));
    for (const entry of this.log.filter((each) => each.verb === "redo")) undone.delete(entry.undoes);
    const last = this.log.findLast(
      (entry) => entry.by === by && !["undo", "redo"].includes(entry.verb) && !undone.has(entry.revision),
    );
    if (!last) throw new Refused("nothing_to_undo", "there is no edit of yours to undo");
    const outcome = this.commit(this.restored(last.revision, last.revision - 1), "undo", by, last.revision);
    this.undone.push(last);
    return { ...outcome, undone: last };
  }

  redo(by) {
    const last = this.undone.pop();
    if (!last) throw new Refused("nothing_to_redo", "there is no edit of yours to redo");
    return { ...this.commit(this.restored(last.revision - 1, last.revision), "redo", by, last.revision), redone: last };
  }

  /** The grids of now, those that differ between two snapshots as in the second. */
  restored(from, to) {
    const [old, fresh] = [this.snapshots.get(from), this.snapshots.get(to)];
    const grids = new Map(this.grids);
    for (const code of changedCodes(old, fresh))
      fresh.has(code) ? grids.set(code, fresh.get(code)) : grids.delete(code);
    return grids;
  }
}

const stripped = ({ own, geometry, ...gap }) => gap;
export const gapProperties = stripped;

const changedCodes = (before, after) => {
  const codes = new Set([...before.keys(), ...after.keys()]);
  return [...codes].filter((code) => before.get(code) !== after.get(code));
};

const changeOf = (code, before, after) => ({
  code,
  name: (after ?? before).name,
  before: before ? figures(before) : null,
  after: after ? figures(after) : null,
});

/** The land that changes hands between two states. */
export const movedLand = (before, after, codes) => {
  const features = [];
  for (const from of codes.filter((code) => before.has(code)))
    for (const to of codes.filter((code) => after.has(code) && code !== from)) {
      const [old, now] = [landOf(before.get(from)), landOf(after.get(to))];
      if (!intersects(old, now)) continue;
      const land = parts(intersection(old, now)).filter((part) => area(part) > 0.5);
      if (land.length) features.push({ type: "Feature", properties: { from, to }, geometry: write(union(land)) });
    }
  return { type: "FeatureCollection", features };
};

const inForce = new Plan({
  name: "qingjiang-2026",
  title: "青江区 2026",
  status: "in_force",
  grids: builtGrids(),
  author: "刘演示",
  revision: 12,
});
export const plans = new Map([[inForce.name, inForce]]);

export const branch = (name, title, from, author, at) => {
  const parent = at === undefined ? plans.get(from) : plans.get(from).at(at);
  if (plans.has(name)) throw new Refused("name_taken", `there is a plan ${name}`);
  const { grids, revision } = parent;
  const plan = new Plan({
    name,
    title: title ?? name,
    status: "draft",
    grids,
    parent: from,
    parentRevision: revision,
    author,
    revision,
  });
  plan.trend = [...parent.trend];
  plans.set(name, plan);
  return plan;
};

export const compared = (plan, other) => {
  const codes = changedCodes(other.grids, plan.grids);
  const moved = movedLand(other.grids, plan.grids, codes);
  const householdsOf = (feature) => {
    const from = other.grids.get(feature.properties.from);
    return Math.round(((from.households ?? 0) * area(readBack(feature))) / area(landOf(from)));
  };
  const changes = moved.features.map((feature) => {
    const { from, to } = feature.properties;
    const relation = !other.grids.has(to) ? "split" : !plan.grids.has(from) ? "merged" : "reshaped";
    const names = [other.grids.get(from)?.name, plan.grids.get(to)?.name].map((name) => name ?? "");
    const land = readBack(feature);
    return {
      relation,
      before: [from],
      after: [to],
      names,
      area_m2: area(land),
      households: householdsOf(feature),
      bounds: boundsOf([land]),
    };
  });
  const sum = (key) => changes.reduce((total, change) => total + change[key], 0);
  return { changes, moved, area_m2: sum("area_m2"), households: sum("households") };
};

import { read as readGeometry } from "./geometry.js";

const readBack = (feature) => readGeometry(feature.geometry);

export { gridFeature };
