// What a tool shows that is not switched on.

import { expect, test } from "vitest";
import { OVERLAYS } from "../../src/map/tokens";
import { TOOL_IDS } from "../../src/tools";
import { showsAlso } from "../../src/tools/tool";

test("who divides land sees the premises, whatever is switched on, and nothing else", () => {
  const also = (tool: Parameters<typeof showsAlso>[0]) => OVERLAYS.filter((overlay) => showsAlso(tool, overlay));
  expect(TOOL_IDS.filter((tool) => also(tool).length > 0)).toEqual(["split", "reshape", "carve"]);
  expect(also("split")).toEqual(["premises"]);
  expect(also(null)).toEqual([]);
});
