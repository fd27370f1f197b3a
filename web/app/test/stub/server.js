// The stub server: the contract over a town in memory, and the built application, with the Content-Security-Policy that
// the real one will send. A test double: no accounts, no rights, nothing kept.
//   node test/stub/server.js [--port 8000] [--delay 0]

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { landOf, Refused } from "./edits.js";
import { gridFeature, summaryOf } from "./figures.js";
import { intersects, read, write } from "./geometry.js";
import { branch, compared, gapProperties, plans } from "./plans.js";
import { tile, tileJson } from "./tiles.js";
import { town } from "./town.js";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const DELAY = Number(option("delay", 0));

const feed = [];
const noted = (plan, outcome, by) => {
  feed.push({ seq: feed.length + 1, plan: plan.name, revision: plan.revision, by, bounds: outcome?.bounds ?? null });
  return outcome;
};

const found = (params, query) => {
  const plan = plans.get(params.plan);
  if (!plan) throw new Refused("unknown_plan", `no plan ${params.plan}`);
  return query?.get("as_of") ? plan.at(Number(query.get("as_of"))) : plan;
};

const box = ([w, s, e, n]) =>
  read({
    type: "Polygon",
    coordinates: [
      [
        [w, s],
        [e, s],
        [e, n],
        [w, n],
        [w, s],
      ],
    ],
  });

function listGrids({ params, query }) {
  const plan = found(params, query);
  const bbox = query.get("bbox") && box(query.get("bbox").split(",").map(Number));
  const q = query.get("q");
  const grids = [...plan.grids.values()].filter(
    (grid) => (!bbox || intersects(landOf(grid), bbox)) && (!q || grid.code.includes(q) || grid.name?.includes(q)),
  );
  const features = grids.slice(0, Number(query.get("limit") ?? 500)).map((grid) => gridFeature(plan, grid));
  return { type: "FeatureCollection", features };
}

const ROUNDS = {
  routine: { patrol: 3, visit: 90 },
  general_prevention: { patrol: 2, visit: 30 },
  key_attention: { patrol: 1, visit: 14 },
  concentrated_rectification: { patrol: 0.5, visit: 7 },
};

function readGrid({ params, query }) {
  const plan = found(params, query);
  const grid = plan.grids.get(params.code);
  if (!grid) throw new Refused("unknown_grid", `no grid ${params.code}`, [params.code]);
  const faces = grid.faces.map((face, row) => ({
    type: "Feature",
    geometry: write(face.polygon),
    properties: {
      face_id: `${grid.code}-${row + 1}`,
      claimants: face.claimants,
      rule: face.rule,
      area_m2: face.polygon.getArea(),
    },
  }));
  const organisation = (town.organisations.get(grid.code) ?? [])[0];
  const feature = gridFeature(plan, grid);
  return {
    ...feature,
    faces: { type: "FeatureCollection", features: faces },
    units: Object.fromEntries(
      grid.faces.flatMap((face) => face.claimants.map((unit) => [unit, town.claimant(unit).name])),
    ),
    posts: town.posts.get(grid.code) ?? [],
    duty: town.duty.get(grid.code) ?? [],
    branch: {
      form: grid.form,
      organisation_name: organisation?.name ?? null,
      members: grid.party_members,
      proposed_form: feature.properties.proposed_form,
      reason: grid.reason,
    },
    premises: town.premises
      .filter((each) => intersects(landOf(grid), read(each.geometry)))
      .map((each) => each.properties),
    rounds: ROUNDS[grid.management_type],
    gaps: plan
      .gaps()
      .filter((gap) => gap.code === grid.code)
      .map(gapProperties),
    history: plan.log.filter((entry) => entry.codes.includes(grid.code)),
  };
}

function listGaps({ params, query }) {
  const wanted = ["ledger", "kind", "state"].filter((name) => query.get(name));
  const all = found(params, query)
    .gaps()
    .filter((gap) => wanted.every((name) => gap[name] === query.get(name)));
  const community = query.get("community");
  const here = community ? all.filter((gap) => gap.community_code === community) : all;
  const after = Number(query.get("after") ?? 0);
  const limit = Number(query.get("limit") ?? 100);
  const next = after + limit < here.length ? String(after + limit) : null;
  return { items: here.slice(after, after + limit).map(gapProperties), next };
}

function makeEdit({ params, query, body, user, key }) {
  const plan = found(params);
  if (key && plan.answers.has(key)) return plan.answers.get(key);
  plan.requireDraft();
  const { base_revision, ...edit } = body;
  const { grids, outcome } = plan.tried(edit, base_revision);
  if (query.get("dry_run") === "true") return outcome;
  const answer = noted(plan, plan.commit(grids, edit.verb, user), user);
  if (key) plan.answers.set(key, answer);
  return answer;
}

const takeBack =
  (verb) =>
  ({ params, body, user, key }) => {
    const plan = found(params);
    if (key && plan.answers.has(key)) return plan.answers.get(key);
    plan.requireNothingOf(user, body.base_revision);
    const answer = noted(plan, plan[verb](user), user);
    if (key) plan.answers.set(key, answer);
    return answer;
  };

function retag({ params, body, user }) {
  const plan = found(params);
  plan.requireDraft();
  const { base_revision, ...tags } = body;
  const grids = new Map(plan.grids);
  grids.set(params.code, { ...grids.get(params.code), ...tags });
  return noted(plan, plan.commit(grids, "locked" in tags ? "lock" : "retag", user), user);
}

function signGap({ params, body }) {
  const plan = found(params);
  plan.signed.set(params.id, body);
  plan.forget();
  return gapProperties(plan.gaps().find((gap) => gap.gap_id === params.id));
}

function readGap({ params }) {
  const plan = found(params);
  const gap = plan.gaps().find((each) => each.gap_id === params.id);
  if (!gap) throw new Refused("unknown_gap", `no gap ${params.id}`);
  return { type: "Feature", geometry: write(plan.landOfGap(gap)), properties: gapProperties(gap) };
}

const status = (plan, values) => {
  Object.assign(plan, values, { changed_at: new Date().toISOString() });
  return plan.described();
};

function approve({ params, body }) {
  for (const plan of plans.values()) if (plan.status === "in_force") plan.status = "retired";
  return status(found(params), { status: "in_force", effective_date: body.effective_date });
}

const changes = ({ query }) => {
  const since = query.get("since");
  return { items: since === null ? [] : feed.slice(Number(since)), next: null, latest: feed.length };
};

const ROUTES = [
  ["GET", "/api/session", ({ user }) => ({ name: user, role: option("role", "admin"), scope: "530102" })],
  ["GET", "/api/plans", () => ({ items: [...plans.values()].map((plan) => plan.described()), next: null })],
  ["POST", "/api/plans", ({ body, user }) => branch(body.name, body.title, body.from, user, body.revision).described()],
  ["GET", "/api/plans/:plan", ({ params }) => found(params).described()],
  ["GET", "/api/plans/:plan/grids", listGrids],
  ["GET", "/api/plans/:plan/grids/:code", readGrid],
  ["PATCH", "/api/plans/:plan/grids/:code", retag],
  ["POST", "/api/plans/:plan/edits", makeEdit],
  ["GET", "/api/plans/:plan/edits", ({ params }) => ({ items: [...found(params).log].reverse(), next: null })],
  ["POST", "/api/plans/:plan/undo", takeBack("undo")],
  ["POST", "/api/plans/:plan/redo", takeBack("redo")],
  ["GET", "/api/plans/:plan/gaps", listGaps],
  ["GET", "/api/plans/:plan/gaps/:id", readGap],
  ["PATCH", "/api/plans/:plan/gaps/:id", signGap],
  ["GET", "/api/plans/:plan/summary", ({ params, query }) => summaryOf(found(params, query))],
  ["GET", "/api/plans/:plan/compare/:other", ({ params }) => compared(found(params), found({ plan: params.other }))],
  [
    "POST",
    "/api/plans/:plan/submit",
    ({ params, body }) => status(found(params), { status: "in_review", note: body.note }),
  ],
  [
    "POST",
    "/api/plans/:plan/return",
    ({ params, body }) => status(found(params), { status: "draft", note: body.note }),
  ],
  ["POST", "/api/plans/:plan/approve", approve],
  ["GET", "/api/changes", changes],
];

function matched(method, path) {
  const parts = path.split("/");
  for (const [verb, pattern, handler] of ROUTES) {
    const wanted = pattern.split("/");
    if (verb !== method || wanted.length !== parts.length) continue;
    const params = {};
    const fits = wanted.every((part, row) => {
      if (!part.startsWith(":")) return part === parts[row];
      params[part.slice(1)] = decodeURIComponent(parts[row]);
      return true;
    });
    if (fits) return { handler, params };
  }
  return null;
}

const bodyOf = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : {};
};

const send = (response, code, type, content, headers = {}) => {
  const packed = gzipSync(content, { level: 1 });
  response.writeHead(code, {
    "Content-Type": type,
    "Content-Encoding": "gzip",
    "Content-Length": packed.length,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": POLICY,
    ...headers,
  });
  response.end(packed);
};

const NOT_FOUND = new Set(["unknown_plan", "unknown_gap"]);
const problem = (error) => {
  const code = NOT_FOUND.has(error.code) ? 404 : 409;
  return { status: code, code: error.code, title: error.code, detail: error.message, grids: error.grids };
};

async function api(request, response, url) {
  const route = matched(request.method, url.pathname);
  if (!route)
    return send(
      response,
      404,
      "application/problem+json",
      JSON.stringify({ status: 404, code: "not_found", detail: "", grids: [] }),
    );
  const user = request.headers["x-stub-user"] ?? "王规划";
  const call = {
    params: route.params,
    query: url.searchParams,
    body: await bodyOf(request),
    user,
    key: request.headers["idempotency-key"],
  };
  if (DELAY) await new Promise((done) => setTimeout(done, DELAY));
  try {
    return send(response, 200, "application/json", JSON.stringify(route.handler(call)), {
      "Cache-Control": "no-cache",
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const said = problem(error);
    return send(response, said.status, "application/problem+json", JSON.stringify(said));
  }
}

function tiles(request, response, url) {
  const [, , name, z, x, y] = url.pathname.replace(".mvt", "").split("/");
  const latest = plans.get(decodeURIComponent(name.replace(".json", "")));
  const at = url.searchParams.get("as_of");
  const plan = at && latest ? latest.at(Number(at)) : latest;
  if (!plan) return send(response, 404, "text/plain", "no such plan");
  if (z === undefined)
    return send(
      response,
      200,
      "application/json",
      JSON.stringify(tileJson(plan, `http://${request.headers.host}`, at)),
    );
  const content = tile(plan, Number(z), Number(x), Number(y));
  const tag = `"${createHash("sha1").update(content).digest("hex")}"`;
  if (request.headers["if-none-match"] === tag) {
    response.writeHead(304, { ETag: tag, "Cache-Control": "private, no-cache" });
    return response.end();
  }
  return send(response, 200, "application/vnd.mapbox-vector-tile", content, {
    ETag: tag,
    "Cache-Control": "private, no-cache",
  });
}

function files(response, url) {
  const wanted = normalize(url.pathname === "/" ? "/index.html" : url.pathname);
  const path = join(DIST, wanted);
  if (!path.startsWith(DIST) || !existsSync(path)) return send(response, 404, "text/plain", "not found");
  return send(response, 200, TYPES[extname(path)] ?? "application/octet-stream", readFileSync(path));
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://stub");
  try {
    if (url.pathname.startsWith("/api/")) await api(request, response, url);
    else if (url.pathname.startsWith("/tiles/")) tiles(request, response, url);
    else files(response, url);
  } catch (error) {
    console.error(error);
    send(
      response,
      500,
      "application/problem+json",
      JSON.stringify({ status: 500, code: "internal", detail: "", grids: [] }),
    );
  }
});
server.listen(Number(option("port", 8000)), "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
