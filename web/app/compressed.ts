// Leaves each file of the build in compressed forms beside it, so that the server packs nothing while people wait.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|mjs|css|svg)$/;
const WORTH_BYTES = 1_000;
const FORMS = { br: promisify(brotliCompress), gz: promisify(gzip) };

export function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      const names = await readdir(folder, { recursive: true });
      await Promise.all(names.filter((name) => TEXT.test(name)).map((name) => pack(join(folder, name))));
    },
  };
}

async function pack(path: string): Promise<void> {
  const plain = await readFile(path);
  if (plain.length < WORTH_BYTES) return;
  await Promise.all(
    Object.entries(FORMS).map(async ([suffix, form]) => writeFile(`${path}.${suffix}`, await form(plain))),
  );
}
