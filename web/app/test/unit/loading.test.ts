import { expect, it } from "vitest";
import { request } from "../../src/api/request";
import { online, signedOut } from "../../src/state/connection";
import { known, resource } from "../../src/state/loading";
import { type Answer, answered, held, read, refused } from "./faked";

const named = (name: string) => ({ body: { name } });
const one = () => resource((name: string, signal) => request<{ name: string }>(`/${name}`, { signal }));

it("what was read of one is not shown under the name of another, neither meanwhile nor where that fails", async () => {
  const of = one();
  answered((address) => (address === "/a" ? named("a") : "cut"));
  await of.load("a");
  const loading = of.load("b");
  expect(known(of.now.value)).toBeUndefined();
  await loading;
  expect(of.now.value).toMatchObject({ state: "failed" });
  expect(known(of.now.value)).toBeUndefined();
});

it("of the same it stays readable, until the server says that there is none", async () => {
  const of = one();
  let answer: Answer = named("a");
  answered(() => answer);
  await of.load("a");
  answer = "cut";
  await of.load("a");
  expect(known(of.now.value)).toEqual({ name: "a" });
  answer = refused(404, "unknown_grid");
  await of.load("a");
  expect(of.now.value.state).toBe("failed");
  expect(known(of.now.value)).toBeUndefined();
});

it("of another view of the same it is as of another", async () => {
  let revision = 1;
  const of = resource(
    (name: string) => request<{ name: string }>(`/${name}`),
    () => revision,
  );
  answered(() => named("a"));
  await of.load("a");
  revision = 2;
  void of.load("a");
  expect(known(of.now.value)).toBeUndefined();
});

it("an answer that comes late is dropped", async () => {
  const of = resource((name: string) => request<{ name: string }>(`/${name}`)); // nothing breaks its request off
  const late = held<Answer>();
  answered((address) => (address === "/a" ? late.given : named("b")));
  const first = of.load("a");
  await of.load("b");
  late.give(named("a"));
  await first;
  expect(known(of.now.value)).toEqual({ name: "b" });
});

it("what nobody answered is asked for again when the server is back, or knows us again", async () => {
  const of = one();
  let answer: Answer = "broken";
  answered(() => answer);
  await of.load("a");
  expect([of.now.value.state, online.value]).toEqual(["failed", false]);
  answer = refused(401, "not_signed_in");
  online.value = true;
  await read();
  expect([of.now.value.state, signedOut.value]).toEqual(["failed", true]);
  answer = named("a");
  signedOut.value = false;
  await read();
  expect(known(of.now.value)).toEqual({ name: "a" });
});
