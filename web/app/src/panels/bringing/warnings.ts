// What a build warns of, in the words of whoever brought the files. The engine says it for people who write layers.toml;
// a warning that has no words here is shown as it stands.

import { field, language, t, type WordKey } from "../../words";

const KNOWN: [RegExp, WordKey][] = [
  [
    /^(?<file>.+?): does not say(?: \(or says wrongly\))? how its text is encoded; read as (?<encoding>[^;]+);/,
    "bring.warns.encoding",
  ],
  [/^(?<file>.+?): seems to come in (?<datum>[\w-]+)/, "bring.warns.datum"],
  [/^(?<file>.+?): datum = "(?<datum>[\w-]+)" of .* moves it away/, "bring.warns.moved"],
  [/no fields\.id in \[layers\.(?<layer>\w+)\]/, "bring.warns.no_id"],
];

/** A warning as a sentence; English ones stay what they are. */
export function warningSentence(line: string): string {
  if (language.value === "en") return line;
  for (const [pattern, key] of KNOWN) {
    const said = pattern.exec(line)?.groups;
    if (said) return t(key, { ...said, ...(said.layer && { layer: field("layer", said.layer) }) });
  }
  return line;
}
