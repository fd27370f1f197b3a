import { afterEach, expect, it, vi } from "vitest";
import { onContact, Refusal, Unreachable } from "../../src/api";
import { request } from "../../src/api/request";

const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
  onContact(() => {});
});

const answering = (status: number, body: string): void => {
  globalThis.fetch = vi.fn(() => Promise.resolve(new Response(body, { status })));
};

it.each([
  ["of a proxy", 502, "<html>", Unreachable, false],
  ["of a database that is away", 503, '{"code": "unavailable"}', Unreachable, false],
  ["of what took too long, which is not asked again by itself", 503, '{"code": "timeout"}', Refusal, true],
  ["of what is not allowed", 403, '{"code": "not_allowed"}', Refusal, true],
])("tells a refusal from a server that is away: the answer %s", async (_, status, body, kind, reached) => {
  const heard = vi.fn();
  onContact(heard);
  answering(status, body);
  await expect(request("/api/plans")).rejects.toBeInstanceOf(kind);
  expect(heard).toHaveBeenCalledWith(reached);
});

it("takes an answer that breaks off midway, or is no answer of the server's, for none", async () => {
  const heard = vi.fn();
  onContact(heard);
  answering(200, "<html>");
  await expect(request("/api/plans")).rejects.toBeInstanceOf(Unreachable);
  const broken = new ReadableStream({ pull: (stream) => stream.error(new TypeError("terminated")) });
  globalThis.fetch = vi.fn(() => Promise.resolve(new Response(broken)));
  await expect(request("/api/plans")).rejects.toBeInstanceOf(Unreachable);
  expect(heard).toHaveBeenLastCalledWith(false);
});
