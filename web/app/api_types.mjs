// Writes src/generated/api.ts, the shapes of what the server takes and answers:
//   .venv/bin/python -m api.openapi_document | node web/app/api_types.mjs [--check]
// With --check it writes nothing, and fails where the file is not what it would write.

import { readFileSync, writeFileSync } from "node:fs";
import { json } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";

const FILE = new URL("src/generated/api.ts", import.meta.url);
const HEAD = "// Written by web/app/api_types.mjs from the OpenAPI document; scripts/lint holds it. Do not edit.\n\n";

const { components, ...rest } = await json(process.stdin);
const shapes = { ...rest, paths: {}, components: { schemas: components.schemas } };
const tree = await openapiTS(shapes, { rootTypes: true, rootTypesNoSchemaPrefix: true, additionalProperties: false });
const text = HEAD + astToString(tree);

if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error("src/generated/api.ts is not what the server says: run web/app/api_types.mjs as it says at its top");
  process.exit(1);
}
