// What the stub says of its grids: figures, gaps that follow size and staff, details, sums by division.

import { landOf } from "./edits.js";
import { area, boundsOf, write } from "./geometry.js";

const POSTS_OF_TYPE = { routine: 4, general_prevention: 5, key_attention: 6, concentrated_rectification: 7 };
const HOUSEHOLDS_A_WORKER = 300;
const SIZE = { low: 150, high: 500 };

export const isServed = (grid) => grid.kind === "residential";

const workers = (grid) => (isServed(grid) && grid.households ? Math.ceil(grid.households / HOUSEHOLDS_A_WORKER) : 0);

/** People required: those of the type, and the workers that the households ask for. */
export const requiredOf = (grid) =>
  grid.kind === "unclaimed" ? 1 : POSTS_OF_TYPE[grid.management_type] + workers(grid);

export const proposedForm = (grid) =>
  grid.party_members >= 3 ? "branch" : grid.party_members > 0 ? "joint_branch" : "service_station";

export const figures = (grid) => {
  const required = requiredOf(grid);
  return {
    households: grid.households,
    population: grid.population,
    party_members: grid.party_members,
    area_m2: area(landOf(grid)),
    required,
    held: grid.held,
    short: Math.max(0, required - grid.held),
    form: grid.form,
    proposed_form: proposedForm(grid),
  };
};

export const shortageClass = ({ required, held }) => {
  const short = required - held;
  if (short > 0) return `short_${Math.min(3, short)}`;
  return short <= -3 ? "over_3" : short < 0 ? "over_1" : "as_required";
};

export const severityClass = (worst) =>
  worst === null ? "none" : worst >= 75 ? "highest" : worst >= 50 ? "high" : worst >= 25 ? "medium" : "low";

const sized = (grid) => {
  if (!isServed(grid) || grid.households === null) return [];
  const kind = grid.households > SIZE.high ? "oversize" : grid.households < SIZE.low ? "undersize" : null;
  return kind ? [kind] : [];
};

const lg = Math.log10;

/** The gaps that hang on a grid's own figures; the others stay as the build found them. */
export const computedGaps = (grid) => {
  const now = figures(grid);
  const kinds = [...sized(grid), ...(now.short > 0 && grid.kind !== "unclaimed" ? ["understaffed"] : [])];
  return kinds.map((kind) => gapOf(grid, kind, now));
};

const gapOf = (grid, kind, now) => {
  const factor = kind === "understaffed" ? now.short : Math.abs(Math.log2((now.households + 1) / 300));
  const severity = Math.min(
    100,
    Math.round(10 * factor + 15 * lg(1 + (now.households ?? 0)) + 10 * lg(1 + now.area_m2 / 1e4)),
  );
  const figure =
    kind === "understaffed"
      ? `应配 ${now.required} 人，现有 ${now.held} 人，缺 ${now.short} 人`
      : `${now.households} 户，标准 ${SIZE.low}–${SIZE.high} 户`;
  const remedy = { oversize: "拆分为两个网格", undersize: "与同社区相邻网格合并", understaffed: "由社区补足岗位" }[
    kind
  ];
  const rule = kind === "understaffed" ? "网格类型对应的岗位配备标准" : "城市网格常规规模 300–500 户";
  const arithmetic = `10 × ${factor.toFixed(2)} + 15 × lg(1 + ${now.households} 户) + 10 × lg(1 + ${(now.area_m2 / 1e4).toFixed(1)} 公顷) = ${severity}`;
  return {
    gap_id: `${kind}:${grid.code}`,
    kind,
    ledger: "unserved",
    severity,
    code: grid.code,
    community_code: grid.community_code,
    area_m2: now.area_m2,
    households: now.households,
    detail: { figure, arithmetic, rule, source: "S2, C" },
    remedy,
    state: "open",
    reason: null,
    expires: null,
    bounds: boundsOf([landOf(grid)]),
  };
};

export const COMPUTED = new Set(["oversize", "undersize", "understaffed"]);

export const gridProperties = (plan, grid) => {
  const worst = plan.worst(grid.code);
  const now = figures(grid);
  return {
    grid_id: grid.grid_id,
    code: grid.code,
    number: grid.code.slice(12),
    name: grid.name,
    kind: grid.kind,
    community_code: grid.community_code,
    community_name: plan.town.communityName(grid.community_code),
    source_layer: grid.source_layer,
    source_id: grid.source_id,
    patrol_zone_id: grid.patrol_zone_id,
    management_type: grid.management_type,
    parts: grid.parts,
    ...now,
    shortage: shortageClass(now),
    worst,
    severity: severityClass(worst),
    locked: grid.locked,
  };
};

export const gridFeature = (plan, grid) => ({
  type: "Feature",
  id: grid.code,
  geometry: write(landOf(grid)),
  properties: gridProperties(plan, grid),
});

const tally = (plan, grids, communities) => {
  const all = grids.map(figures);
  const sum = (read) => all.reduce((total, each) => total + (read(each) ?? 0), 0);
  const ledgers = { unheld: 0, contested: 0, unserved: 0 };
  for (const gap of plan.gaps())
    if (gap.state !== "accepted" && communities.has(gap.community_code)) ledgers[gap.ledger] += 1;
  const unclaimed = grids.filter((grid) => grid.kind === "unclaimed");
  return {
    grids: grids.length,
    area_m2: sum((each) => each.area_m2),
    households: sum((each) => each.households),
    required: sum((each) => each.required),
    held: sum((each) => each.held),
    short: sum((each) => each.short),
    covered: grids.filter((grid) => grid.form && grid.form !== "none").length,
    unclaimed_m2: unclaimed.reduce((total, grid) => total + area(landOf(grid)), 0),
    gaps: ledgers,
  };
};

const counted = (values) => {
  const counts = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

export const summaryOf = (plan) => {
  const grids = [...plan.grids.values()];
  const rows = grids.map((grid) => gridProperties(plan, grid));
  const communities = plan.town.communities.map(({ code, name, street, land }) => ({
    code,
    name,
    street,
    bounds: boundsOf([land]),
    ...tally(
      plan,
      grids.filter((grid) => grid.community_code === code),
      new Set([code]),
    ),
  }));
  const streets = Object.entries(plan.town.streets).map(([code, name]) => {
    const own = plan.town.communities.filter((each) => each.street === code);
    const codes = new Set(own.map((each) => each.code));
    const lands = own.map((each) => each.land);
    return {
      code,
      name,
      bounds: boundsOf(lands),
      ...tally(
        plan,
        grids.filter((grid) => codes.has(grid.community_code)),
        codes,
      ),
    };
  });
  return {
    revision: plan.revision,
    since: null, // all is told, whatever was asked for
    total: tally(plan, grids, new Set(plan.town.communities.map((each) => each.code))),
    streets,
    communities,
    classes: Object.fromEntries(
      ["management_type", "shortage", "form", "severity", "kind"].map((theme) => [
        theme,
        counted(rows.map((row) => row[theme] ?? "none")),
      ]),
    ),
    kinds: counted(
      plan
        .gaps()
        .filter((gap) => gap.state !== "accepted")
        .map((gap) => gap.kind),
    ),
    layers: plan.town.layerCounts(),
    trend: plan.trend,
  };
};
