// What somebody brings, from files to a draft: where it stands, and what each file is said to be.

import { computed, signal } from "@preact/signals";
import { Refusal, Unreachable } from "../api";
import {
  type Built,
  beginUpload,
  buildUpload,
  discardUpload,
  type Found,
  type Keys,
  listUploads,
  lookInto,
  type Mapping,
  makePlan,
  mapLayers,
  mappingKeys,
  type Part,
  putFile,
  readUpload,
  removeFile,
  type Upload,
} from "../api/uploads";

/** What something found is said to be; without a layer it is left out. */
export interface Said {
  layer: string;
  fields: Record<string, string>;
  crs?: string;
  datum?: string;
}

export const upload = signal<Upload | null>(null);
export const said = signal<Said[]>([]);
export const keys = signal<Record<string, Keys>>({});
export const failure = signal("");
/** What is being sent, or looked into. */
export const sending = signal("");

export const found = computed<Found[]>(() => upload.value?.found ?? []);
export const built = computed(() => (upload.value?.built ?? null) as Built | null);
export const running = computed(() => upload.value?.job?.state === "running");

const POLL_MS = 700;
const TABLE = "none";

/** Do something with the upload; what is refused is said, and nothing is lost. */
async function act(step: () => Promise<Upload>): Promise<boolean> {
  failure.value = "";
  try {
    upload.value = await step();
    return true;
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    failure.value = error.message;
    return false;
  }
}

let beginning: Promise<boolean> | null = null;

/** Find the latest upload, or begin one: once, whoever asks first, the panel or files that are dropped on it at once. */
function begin(): Promise<boolean> {
  beginning ??= act(async () => {
    keys.value = await mappingKeys();
    const latest = (await listUploads()).sort((one, other) => other.begun_at - one.begun_at)[0];
    return latest ?? (await beginUpload());
  }).finally(() => {
    beginning = null;
  });
  return beginning;
}

/** Go on with the latest upload, or begin one. */
export async function resume(): Promise<void> {
  await begin();
  propose();
  await follow();
}

/** Send files one after another, then have the server look into all. */
export async function bring(files: readonly File[]): Promise<void> {
  if (beginning || !upload.peek()) await begin(); // files may be chosen before the server has answered
  const id = upload.peek()?.id;
  if (!id) return;
  const before = saidSoFar();
  for (const [row, file] of files.entries()) {
    sending.value = `${row + 1} / ${files.length} ${file.name}`;
    if (!(await act(() => putFile(id, file)))) break;
  }
  const refused = failure.peek();
  await look(id, before);
  if (refused) failure.value = refused; // what looking said of the others is in what was found
}

export async function takeAway(name: string): Promise<void> {
  const id = upload.peek()?.id;
  const before = saidSoFar();
  if (id && (await act(() => removeFile(id, name)))) await look(id, before);
}

async function look(id: string, before: SaidSoFar): Promise<void> {
  if (upload.peek()?.files.length) {
    sending.value = "…";
    await act(() => lookInto(id));
    await follow();
  }
  sending.value = "";
  propose(before);
}

type SaidSoFar = ReadonlyMap<string, Said>;
const keyOf = ({ file, layer }: Found): string => JSON.stringify([file, layer]);

/** What people said of each layer of a file, for when other files come or go. */
const saidSoFar = (): SaidSoFar =>
  new Map(found.peek().flatMap((each, row) => (said.peek()[row] ? [[keyOf(each), said.peek()[row] as Said]] : [])));

/** What a layers.toml says of what was found: one that came with the files, or that was written here before. */
export function fromMapping(rows: readonly Found[], told: Mapping | null): SaidSoFar {
  const parts = Object.entries({ ...told?.layers, ...told?.tables });
  return new Map(
    rows.flatMap((each) => {
      const [layer, part] =
        parts.find(
          ([, { path, layer }]) => [path].flat().includes(each.file) && (layer ?? each.layer) === each.layer,
        ) ?? [];
      if (!layer || !part) return [];
      const { fields = {}, crs, datum } = part;
      return [[keyOf(each), { layer, fields, ...(crs && { crs }), ...(datum && { datum }) }] as const];
    }),
  );
}

/** Begin with what was said before, where the file still has those columns, else with what the server guesses. */
function propose(before: SaidSoFar = new Map()): void {
  const written = fromMapping(found.peek(), (upload.peek()?.mapping ?? null) as Mapping | null);
  const kept = found.peek().map((each) => {
    const one = before.get(keyOf(each)) ?? written.get(keyOf(each));
    const columns = new Set(["", ...each.columns.map(({ name }) => name)]);
    return one && Object.values(one.fields).every((column) => columns.has(column)) ? one : null;
  });
  const taken = new Set(kept.map((one) => one?.layer));
  said.value = found.peek().map((each, row) => {
    const one = kept[row];
    if (one) return one;
    const layer = each.guess && !taken.has(each.guess) ? each.guess : "";
    if (layer) taken.add(layer);
    return { layer, fields: { ...(each.guessed[layer] ?? {}) } };
  });
}

/** Say of something found what it is; its fields begin with what the server guesses. */
export function say(row: number, change: Partial<Said>): void {
  said.value = said.value.map((each, at) => {
    if (at !== row) return each;
    const fields = change.layer === undefined ? each.fields : { ...(found.peek()[row]?.guessed[change.layer] ?? {}) };
    return { ...each, fields, ...change };
  });
}

/** Fields that have to be said and are not, by the row of what is found. */
export const missing = computed(() =>
  said.value.map(({ layer, fields }) => (keys.value[layer]?.required ?? []).filter((key) => !fields[key])),
);

/** Whether nothing says where a layer lies: neither its file, nor whoever brings it. */
const isNowhere = ({ layer, crs }: Said, row: number): boolean => {
  const one = found.value[row];
  return layer !== "" && one !== undefined && one.shape !== TABLE && one.crs === null && !crs;
};

/** What coordinates are in where nothing is said. */
const PLAIN = "CGCS2000";

/** What `layers.toml` says once of all files of a layer; each is a file of its own. */
const saidOnce = (one: Found, as: Said): string =>
  JSON.stringify([
    one.layer,
    one.encoding,
    as.crs || null,
    as.datum ?? PLAIN,
    Object.entries(as.fields)
      .filter(([, it]) => it)
      .sort(),
  ]);

/** Whether something is to be part of the same layer as another before it, and can't be: it is read in another way. */
function isAtOdds(as: Said, row: number): boolean {
  const first = said.value.findIndex(({ layer }) => layer !== "" && layer === as.layer);
  const [one, other] = [found.value[first], found.value[row]];
  if (!one || !other || first === row) return false;
  return one.file === other.file || saidOnce(one, said.value[first] as Said) !== saidOnce(other, as);
}

/** Layers of a build that seem to come in another datum than was said, by the rows of what was found. */
export const suspected = computed(() => {
  const told = new Map((built.value?.suspected ?? []).map(({ layer, datum }) => [layer, datum] as const));
  return said.value.flatMap(({ layer, datum }, row) => {
    const likely = told.get(layer);
    return likely && likely !== datum ? [{ row, layer, datum: likely }] : [];
  });
});

/** Why it can't be built yet; empty: it can. */
export const unready = computed(() => {
  const layers = said.value.map((each) => each.layer);
  if (!layers.includes("community")) return "bring.need_community" as const;
  if (!["compound", "courtyard", "patrol_zone"].some((each) => layers.includes(each)))
    return "bring.need_units" as const;
  if (missing.value.some((each) => each.length > 0)) return "bring.need_fields" as const;
  if (said.value.some(isNowhere)) return "bring.need_crs" as const;
  if (said.value.some(isAtOdds)) return "bring.need_alike" as const;
  return "";
});

/** What layers.toml is to say; files that are the same layer are joined. */
export function mapping(rows: readonly Found[], each: readonly Said[]): Mapping {
  const told: Mapping = { layers: {}, tables: {} };
  for (const [row, one] of rows.entries()) {
    const as = each[row];
    if (!as?.layer) continue;
    const into = one.shape === TABLE ? told.tables : told.layers;
    into[as.layer] = joined(into[as.layer], one, as);
  }
  return told;
}

function joined(before: Part | undefined, one: Found, as: Said): Part {
  if (before) return { ...before, path: [before.path, one.file].flat() };
  const fields = Object.fromEntries(Object.entries(as.fields).filter(([, column]) => column));
  return {
    path: one.file,
    fields,
    ...(one.layer === null ? {} : { layer: one.layer }),
    ...(one.encoding === null ? {} : { encoding: one.encoding }),
    ...(as.crs ? { crs: as.crs } : {}),
    ...(as.datum ? { datum: as.datum } : {}),
  };
}

/** Say which is which, and build. */
export async function build(name: string, previous: string | undefined): Promise<void> {
  const id = upload.peek()?.id;
  if (!id) return;
  const told = { ...mapping(found.peek(), said.peek()), ...(name ? { name } : {}) };
  if ((await act(() => mapLayers(id, told))) && (await act(() => buildUpload(id, previous)))) await follow();
}

/** Make the build a draft; returns its name once it is there. */
export async function draft(name: string): Promise<string | null> {
  const id = upload.peek()?.id;
  if (!id || !(await act(() => makePlan(id, name)))) return null;
  await follow();
  const job = upload.peek()?.job;
  return job?.kind === "plan" && job.state === "done" ? name : null;
}

/** Throw everything away that was brought. */
export async function discard(): Promise<void> {
  const id = upload.peek()?.id;
  upload.value = null;
  said.value = [];
  if (id) await discardUpload(id).catch(goesByItself);
}

/** What can't be thrown away now goes after its week. */
function goesByItself(error: unknown): void {
  if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
}

/** Ask how the job goes until it ends. */
async function follow(): Promise<void> {
  for (;;) {
    const now = upload.peek();
    if (now?.job?.state !== "running") break;
    await new Promise((done) => setTimeout(done, POLL_MS));
    const id = upload.peek()?.id;
    if (!id || !(await act(() => readUpload(id)))) return;
  }
  const job = upload.peek()?.job;
  if (job?.state === "failed") failure.value = job.error ?? "";
}
