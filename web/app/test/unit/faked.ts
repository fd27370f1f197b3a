// A server of fake answers: each address is answered as the test says, when the test says.

import { afterEach } from "vitest";
import { online, signedOut } from "../../src/state/connection";

type Body = Record<string, unknown> | unknown[];
export type Answer = { status?: number; headers?: Record<string, string>; body: Body } | "cut" | "broken";

const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
  online.value = true;
  signedOut.value = false;
});

const responseOf = (answer: Answer): Response => {
  if (answer === "cut") throw new TypeError("the connection is cut");
  if (answer !== "broken") {
    const { status = 200, headers = {}, body } = answer;
    return new Response(JSON.stringify(body), { status, headers });
  }
  const broken = new ReadableStream({ pull: (stream) => stream.error(new TypeError("terminated")) });
  return new Response(broken, { status: 200 });
};

/** Answer every request by its address, and method; returns what was asked, in order. */
export function answered(by: (address: string, init: RequestInit) => Answer | Promise<Answer>): string[] {
  const asked: string[] = [];
  globalThis.fetch = async (path, init = {}) => {
    asked.push(`${init.method ?? "GET"} ${path}`);
    const answer = await by(String(path), init);
    if (init.signal?.aborted) throw new DOMException("aborted", "AbortError");
    return responseOf(answer);
  };
  return asked;
}

export const refused = (status: number, code: string): Answer => ({ status, body: { code, detail: code } });

/** An answer that the test gives later. */
export function held<Value>(): { given: Promise<Value>; give: (value: Value) => void } {
  let give: (value: Value) => void = () => {};
  const given = new Promise<Value>((done) => {
    give = done;
  });
  return { given, give };
}

/** Let what was answered be read. */
export const read = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setTimeout(done, 0));
};
