// What a build warns of, as the engine writes it (data/reading/*), in the words of whoever brought the files.

import { expect, test } from "vitest";
import { warningSentence } from "../../src/panels/bringing/warnings";

test.each([
  [
    'compounds.shp: does not say (or says wrongly) how its text is encoded; read as GB18030; add encoding = "GB18030" to [layers.compound] to settle it',
    ["compounds.shp", "GB18030"],
  ],
  [
    'roster.csv: does not say how its text is encoded; read as GB18030; add encoding = "GB18030" to [tables.roster] to settle it',
    ["roster.csv", "GB18030"],
  ],
  [
    'zones.gpkg: seems to come in GCJ-02: 312 m off; 4 % of its borders lie on community borders, and 96 % would; if so, add datum = "GCJ-02" to [layers.patrol_zone], else datum = "CGCS2000" to settle it',
    ["zones.gpkg", "GCJ-02"],
  ],
  [
    'a.gpkg: datum = "BD-09" of [layers.compound] moves it away from where it fits: 700 m off; 4 % of its borders lie on community borders, and 96 % would; write datum = "CGCS2000" if that is what it comes in',
    ["a.gpkg", "BD-09"],
  ],
  [
    "layers.toml: no fields.id in [layers.courtyard]: features are numbered from 0 in the order of the file; these numbers change when the file does; map the column of the id",
    ["单位院落"],
  ],
])("a warning is said in Chinese, with what it is about: %#", (line, told) => {
  const said = warningSentence(line);
  for (const part of told) expect(said).toContain(part);
  expect(said).not.toMatch(/[a-z]{3,} [a-z]{2,} [a-z]{2,}/);
});

test("a warning that nobody has words for stays as it is", () => {
  expect(warningSentence("something else is odd")).toBe("something else is odd");
});
