// One way out to the server: JSON in and out, problems as typed errors, a broken connection told from a refusal.

import type { Problem } from "./types";

/** The server answered, and said no. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "Refusal";
    this.problem = problem;
  }
}

/** The server did not answer; nothing is known of what became of the request. */
export class Unreachable extends Error {
  constructor(path: string) {
    super(`no answer from the server: ${path}`);
    this.name = "Unreachable";
  }
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** A file to send as it is, in the place of a body. */
  file?: File;
  /** The same key makes a repeated write count once, whatever became of the first answer. */
  key?: string;
  signal?: AbortSignal;
}

let heard: (reachable: boolean) => void = () => {};

/** Be told after every request whether the server answered. */
export const onContact = (listener: typeof heard): void => {
  heard = listener;
};

/** What the server says to whom it does not know, or no longer. */
export const NOT_SIGNED_IN = "not_signed_in";

let dismissed: () => void = () => {};

/** Be told when the server does not know us, or no longer. */
export const onSignedOut = (listener: typeof dismissed): void => {
  dismissed = listener;
};

let language = "zh-CN";

/** Ask for sentences in a language from now on. */
export const speak = (wanted: string): void => {
  language = wanted;
};

const GATEWAY_DOWN = new Set([502, 503, 504]);
/** Said with a 503 of what took too long: asked again by itself, it would take as long again. */
const TOO_SLOW = "timeout";

/** Ask the server; throws `Refusal`, `Unreachable`, or the AbortError of the caller's own signal. */
export async function request<Answer>(path: string, call: Call = {}): Promise<Answer> {
  const response = await answered(path, call);
  const problem = response.ok ? null : await problemOf(response);
  const reached = !GATEWAY_DOWN.has(response.status) || problem?.code === TOO_SLOW;
  heard(reached);
  if (!reached) throw new Unreachable(path);
  if (problem?.code === NOT_SIGNED_IN) dismissed();
  if (problem) throw new Refusal(problem);
  if (response.status === 204) return undefined as Answer;
  return bodyOf(response, path, call);
}

/** Read an answer; one that breaks off midway, or is a stranger's page, is none. */
async function bodyOf<Answer>(response: Response, path: string, call: Call): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    if (call.signal?.aborted) throw error;
    heard(false);
    throw new Unreachable(path);
  }
}

async function answered(path: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: "application/json, application/problem+json",
    "Accept-Language": language,
  };
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  if (call.key !== undefined) headers["Idempotency-Key"] = call.key;
  try {
    return await fetch(path + queryString(call.query), {
      method: call.method ?? "GET",
      headers,
      credentials: "same-origin",
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.file === undefined ? {} : { body: call.file }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
  } catch (error) {
    if (call.signal?.aborted) throw error;
    heard(false);
    throw new Unreachable(path);
  }
}

/** Write a query, leaving out what is undefined. */
export function queryString(query: Call["query"]): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const unworded: Problem = {
    status: response.status,
    code: `http_${response.status}`,
    title: "",
    detail: "",
    grids: [],
  };
  try {
    const said: Partial<Problem> = await response.json();
    const wait_s = Number(response.headers.get("Retry-After")) || undefined;
    return { ...unworded, ...said, status: response.status, ...(wait_s && { wait_s }) };
  } catch {
    return unworded;
  }
}
