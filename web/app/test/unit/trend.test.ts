import { expect, it } from "vitest";
import type { TrendStep } from "../../src/api";
import { known } from "../../src/state/loading";
import { trend } from "../../src/state/trend";
import { type Answer, answered, held } from "./faked";

const step = (revision: number) => ({ revision, at: "", gaps: { unheld: revision, contested: 0, unserved: 0 } });
const shown = () => (known(trend.now.value) as TrendStep[] | undefined)?.map((each) => each.revision);

it("the trend of a plan is never that of the plan, or the revision, before", async () => {
  const [late, later] = [held<Answer>(), held<Answer>()];
  answered((address) => {
    if (address.includes("/two/")) return address.includes("as_of=3") ? later.given : late.given;
    return { body: { items: [step(1), step(2)] } };
  });
  await trend.load({ name: "one", revision: 2 });
  expect(shown()).toEqual([1, 2]);
  const loading = [trend.load({ name: "two", revision: 2 })];
  expect(shown()).toBeUndefined();
  late.give({ body: { items: [step(2)] } });
  await loading[0];
  loading.push(trend.load({ name: "two", revision: 3 }));
  expect(shown()).toBeUndefined();
  later.give({ body: { items: [step(2), step(3)] } });
  await Promise.all(loading);
  expect(shown()).toEqual([2, 3]);
});
