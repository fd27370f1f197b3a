// The verbs on the stub's grids: Map<code, grid> to Map<code, grid>, refusing as the contract says.

import {
  area,
  commonBorder,
  covers,
  cut,
  hasVertex,
  inside,
  intersection,
  intersects,
  parts,
  point,
  read,
  readLine,
  union,
  withVertex,
} from "./geometry.js";

export class Refused extends Error {
  constructor(code, detail, grids = []) {
    super(detail);
    this.code = code;
    this.grids = grids;
  }
}

export const landOf = (grid) => {
  grid.land ??= union(grid.faces.map((face) => face.polygon));
  return grid.land;
};

const open = (grids, codes) =>
  codes.map((code) => {
    const grid = grids.get(code);
    if (!grid) throw new Refused("unknown_grid", `no grid has the code ${code}`, [code]);
    if (grid.locked) throw new Refused("grid_locked", `grid ${code} is locked`, [code]);
    return grid;
  });

const sameCommunity = (chosen) => {
  if (new Set(chosen.map((grid) => grid.community_code)).size > 1)
    throw new Refused(
      "crosses_community",
      "the grids are of different communities",
      chosen.map((grid) => grid.code),
    );
};

const nextCode = (grids, community) => {
  const numbers = [...grids.keys()].filter((code) => code.startsWith(community)).map((code) => Number(code.slice(12)));
  return community + String(Math.max(...numbers) + 1).padStart(3, "0");
};

const sharesOf = (total, lands) => {
  if (total === null || total === undefined) return lands.map(() => null);
  const whole = lands.reduce((sum, land) => sum + land, 0);
  const given = lands.map((land) => Math.floor((total * land) / whole));
  given[0] += total - given.reduce((sum, each) => sum + each, 0);
  return given;
};

const COUNTS = ["households", "population", "party_members"];

/** Make grids of owned faces: the counts go with the land, what is held stays with the grid that is kept. */
const regrid = (grids, owned, givers) => {
  const made = new Map(grids);
  for (const [code, { grid, faces, from }] of owned) {
    const land = union(faces.map((face) => face.polygon));
    const counts = Object.fromEntries(
      COUNTS.map((count) => [count, givers.reduce((sum, giver) => sum + share(giver, land, count), 0)]),
    );
    made.set(code, { ...grid, code, faces, land, parts: parts(land).length, ...counts, made_from: from });
  }
  return balanced(made, owned, givers);
};

const share = (giver, land, count) =>
  ((giver[count] ?? 0) * area(intersection(land, landOf(giver)))) / area(landOf(giver));

const balanced = (made, owned, givers) => {
  const codes = [...owned.keys()];
  for (const count of COUNTS) {
    const total = givers.reduce((sum, giver) => sum + (giver[count] ?? 0), 0);
    const given = sharesOf(
      total,
      codes.map((code) => made.get(code)[count] + 1e-9),
    );
    codes.forEach((code, row) => {
      made.set(code, { ...made.get(code), [count]: given[row] });
    });
  }
  return made;
};

const cutFaces = (grid, line) =>
  grid.faces.flatMap((face) =>
    intersects(face.polygon, line) ? cut(face.polygon, line).map((polygon) => ({ ...face, polygon })) : [face],
  );

const piecesOf = (grid, line) => cut(union([landOf(grid)]), line).sort((one, other) => area(other) - area(one));

const inPiece = (faces, piece) => faces.filter((face) => covers(piece, inside(face.polygon)));

function split(grids, { code, line }) {
  const [grid] = open(grids, [code]);
  const drawn = readLine(line);
  const pieces = piecesOf(grid, drawn);
  if (pieces.length < 2) throw new Refused("line_misses_grid", `the line does not divide grid ${code}`, [code]);
  const faces = cutFaces(grid, drawn);
  const owned = new Map();
  const growing = new Map(grids);
  pieces.forEach((piece, row) => {
    const its = row === 0 ? code : nextCode(growing, grid.community_code);
    growing.set(its, grid);
    const fresh = row === 0 ? grid : { ...grid, grid_id: its, held: 0, locked: false, posts_held: {} };
    owned.set(its, { grid: fresh, faces: inPiece(faces, piece) });
  });
  return regrid(grids, owned, [grid]);
}

function merge(grids, { codes, keep }) {
  const chosen = open(grids, codes);
  if (chosen.length < 2) throw new Refused("refused", "name two grids or more", codes);
  sameCommunity(chosen);
  const land = union(chosen.map(landOf));
  if (parts(land).length > Math.max(...chosen.map((grid) => grid.parts)))
    throw new Refused("not_adjacent", "the grids have no border in common", codes);
  const kept = grids.get(keep);
  const held = chosen.reduce((sum, grid) => sum + (grid.held ?? 0), 0);
  const rest = new Map([...grids].filter(([code]) => code === keep || !codes.includes(code)));
  const faces = chosen.flatMap((grid) => grid.faces);
  return regrid(rest, new Map([[keep, { grid: { ...kept, held }, faces }]]), chosen);
}

function reshape(grids, { codes, line }) {
  const chosen = open(grids, codes);
  if (chosen.length < 2) throw new Refused("refused", "name two grids or more", codes);
  sameCommunity(chosen);
  const drawn = readLine(line);
  const faces = new Map(chosen.map((grid) => [grid.code, []]));
  let moved = 0;
  for (const grid of chosen) {
    const cutUp = cutFaces(grid, drawn);
    piecesOf(grid, drawn).forEach((piece, row) => {
      const others = chosen.filter((other) => other !== grid);
      const lengths = others.map((other) => commonBorder(piece, landOf(other)));
      const best = Math.max(...lengths);
      const goes = row > 0 && best > 0.5;
      moved += Number(goes);
      const owner = goes ? others[lengths.indexOf(best)].code : grid.code;
      faces.get(owner).push(...inPiece(cutUp, piece).map((face) => (goes ? { ...face, rule: "override" } : face)));
    });
  }
  if (!moved) throw new Refused("line_misses_grid", "the line moves no land between the grids", codes);
  return settled(grids, chosen, faces);
}

const settled = (grids, chosen, faces) => {
  for (const grid of chosen) {
    if (!faces.get(grid.code).length)
      throw new Refused("would_empty_grid", `nothing is left of ${grid.code}`, [grid.code]);
    const land = union(faces.get(grid.code).map((face) => face.polygon));
    if (parts(land).length > grid.parts)
      throw new Refused("would_disconnect", `grid ${grid.code} would fall into pieces that do not touch`, [grid.code]);
  }
  return regrid(grids, new Map(chosen.map((grid) => [grid.code, { grid, faces: faces.get(grid.code) }])), chosen);
};

function carve(grids, { polygon, name }) {
  const drawn = read(polygon);
  const under = [...grids.values()].filter(
    (grid) => intersects(landOf(grid), drawn) && area(intersection(landOf(grid), drawn)) > 1,
  );
  if (!under.length) throw new Refused("line_misses_grid", "there is no grid under the area drawn");
  const chosen = open(
    grids,
    under.map((grid) => grid.code),
  );
  sameCommunity(chosen);
  const faces = new Map(chosen.map((grid) => [grid.code, []]));
  const carved = [];
  for (const grid of chosen)
    for (const face of cutFaces(grid, drawn.getBoundary()))
      (covers(drawn, inside(face.polygon)) ? carved : faces.get(grid.code)).push(face);
  const made = settled(grids, chosen, faces);
  const code = nextCode(grids, chosen[0].community_code);
  const like = { ...chosen[0], grid_id: code, name, held: 0, locked: false, posts_held: {} };
  const owned = new Map(chosen.map((grid) => [grid.code, { grid: made.get(grid.code), faces: faces.get(grid.code) }]));
  owned.set(code, { grid: like, faces: carved.map((face) => ({ ...face, rule: "override" })) });
  return regrid(made, owned, chosen);
}

function reassign(grids, { faces: places, unit, to }) {
  const [taker] = open(grids, [to]);
  const points = (places ?? []).map(point);
  const chosen = (face) => (unit ? face.claimants.includes(unit) : points.some((each) => covers(face.polygon, each)));
  const here = [...grids.values()].filter((grid) => grid.community_code === taker.community_code || points.length);
  const givers = here.filter((grid) => grid.code !== to && grid.faces.some(chosen));
  if (!givers.length) throw new Refused("line_misses_grid", "nothing that was chosen is another grid's", [to]);
  const all = open(grids, [to, ...givers.map((grid) => grid.code)]);
  sameCommunity(all);
  const moving = givers.flatMap((grid) => grid.faces.filter(chosen)).map((face) => ({ ...face, rule: "override" }));
  const faces = new Map(givers.map((grid) => [grid.code, grid.faces.filter((face) => !chosen(face))]));
  faces.set(to, [...taker.faces, ...moving]);
  return settled(grids, all, faces);
}

function vertex(grids, from, to) {
  const held = [...grids.values()].filter((grid) => hasVertex(landOf(grid), from));
  if (!held.length) throw new Refused("no_such_vertex", "no border has a vertex there");
  const chosen = open(
    grids,
    held.map((grid) => grid.code),
  );
  sameCommunity(chosen);
  const moved = (grid) => grid.faces.map((face) => ({ ...face, polygon: withVertex(face.polygon, from, to) }));
  if (chosen.some((grid) => moved(grid).some((face) => !face.polygon.isValid())))
    throw new Refused(
      "borders_would_cross",
      "borders would run over one another",
      chosen.map((grid) => grid.code),
    );
  return settled(grids, chosen, new Map(chosen.map((grid) => [grid.code, moved(grid)])));
}

function retag(grids, { code, verb, ...tags }) {
  const [grid] = open(grids, [code]);
  return new Map(grids).set(code, { ...grid, ...tags });
}

const VERBS = {
  retag,
  split,
  merge,
  reshape,
  carve,
  reassign,
  move_vertex: (grids, { from, to }) => vertex(grids, from, to),
  delete_vertex: (grids, { at }) => vertex(grids, at, null),
  insert_vertex: (grids) => grids,
};

/** Apply an edit of the contract to a Map of grids; the Map given stays as it was. */
export const applied = (grids, edit) => {
  const verb = VERBS[edit.verb];
  if (!verb) throw new Refused("bad_request", `unknown verb ${edit.verb}`);
  try {
    return verb(grids, edit);
  } catch (error) {
    // What the stub's geometry can't do the engine can; a test that needs it is one for the engine.
    if (String(error.name ?? error).includes("Topology") || error.pt) throw new Refused("too_fine", String(error));
    throw error;
  }
};
