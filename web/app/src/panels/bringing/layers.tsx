// The second step: which file is which layer, and which of its fields holds what. The server's guesses stand there already.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Found } from "../../api/uploads";
import { Button } from "../../parts/controls";
import { known } from "../../state/loading";
import { plans } from "../../state/plans";
import { build, found, keys, missing, said, say, unready } from "../../state/uploads";
import { field, t, type WordKey } from "../../words";
import { count } from "../../words/figures";

/** What layers that do not say where they lie mostly come in: degrees, and the 3-degree zones from Xinjiang to the coast. */
const SYSTEMS: [string, string][] = [
  ["EPSG:4490", "CGCS2000"],
  ["EPSG:4326", "WGS 84"],
  ...Array.from({ length: 21 }, (_, row): [string, string] => [`EPSG:${4534 + row}`, `CGCS2000 CM ${75 + 3 * row}E`]),
  ...Array.from({ length: 21 }, (_, row): [string, string] => [`EPSG:${4513 + row}`, `CGCS2000 zone ${25 + row}`]),
];

const DATUMS = ["CGCS2000", "WGS84", "GCJ-02", "BD-09"] as const;

export function Layers({ onDone }: { onDone: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [previous, setPrevious] = useState("");
  const why = unready.value;
  const begin = () => {
    onDone();
    void build(name.trim(), previous || undefined);
  };
  return (
    <>
      <div class="mapped">
        {found.value.map((each, row) => (
          <Mapped key={`${each.file} ${each.layer}`} one={each} row={row} />
        ))}
      </div>
      <datalist id="bring-systems">
        {SYSTEMS.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </datalist>
      <div class="step">
        <label>
          {t("bring.name")}
          <input value={name} maxLength={60} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          {t("bring.previous")}
          <select value={previous} onChange={(event) => setPrevious(event.currentTarget.value)}>
            <option value="">{t("bring.no_previous")}</option>
            {known(plans.now.value)?.map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </select>
        </label>
      </div>
      <footer>
        {why && <small>{t(why)}</small>}
        <Button kind="primary" disabled={why !== ""} title={why ? t(why) : undefined} onClick={begin}>
          {t("bring.build")}
        </Button>
      </footer>
    </>
  );
}

function Mapped({ one, row }: { one: Found; row: number }): JSX.Element {
  const as = said.value[row];
  const layer = as?.layer ?? "";
  const lacking = missing.value[row] ?? [];
  return (
    <fieldset class={layer ? "" : "left-out"}>
      <legend>
        <b>{one.file}</b> {one.layer && <span>{one.layer}</span>}
        <small>
          {t("bring.inside", { shape: t(`bring.shape.${one.shape}`), count: count(one.count) })}
          {one.shape !== "none" && ` · ${one.crs ?? t("bring.no_crs")}`}
        </small>
      </legend>
      <label>
        {t("bring.is")}
        <select value={layer} onChange={(event) => say(row, { layer: event.currentTarget.value })}>
          <option value="">{t("bring.leave_out")}</option>
          {one.may_be.map((each) => (
            <option key={each} value={each}>
              {field("layer", each)}
            </option>
          ))}
        </select>
      </label>
      {layer && one.shape !== "none" && <Place one={one} row={row} />}
      {layer && <Fields one={one} row={row} layer={layer} lacking={lacking} />}
    </fieldset>
  );
}

/** Where it lies: the datum, and the CRS where the file does not say. */
function Place({ one, row }: { one: Found; row: number }): JSX.Element {
  const as = said.value[row];
  return (
    <div class="pair">
      <label>
        {t("bring.datum")}
        <select value={as?.datum ?? DATUMS[0]} onChange={(event) => say(row, { datum: event.currentTarget.value })}>
          {DATUMS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      {one.crs === null && (
        <label>
          {t("bring.crs")}
          <input
            value={as?.crs ?? ""}
            list="bring-systems"
            placeholder={t("bring.crs_hint")}
            onChange={(event) => say(row, { crs: event.currentTarget.value.trim() })}
          />
        </label>
      )}
    </div>
  );
}

interface FieldsProps {
  one: Found;
  row: number;
  layer: string;
  lacking: readonly string[];
}

function Fields({ one, row, layer, lacking }: FieldsProps): JSX.Element {
  const fields = said.value[row]?.fields ?? {};
  const samples = (column: string | undefined) =>
    one.columns
      .find((each) => each.name === column)
      ?.samples.slice(0, 2)
      .join(t("list.separator")) ?? "";
  return (
    <table class="fields">
      <caption class="unseen">{t("bring.fields")}</caption>
      <tbody>
        {keys.value[layer]?.keys.map((key) => (
          <tr key={key} class={lacking.includes(key) ? "lacking" : ""}>
            <th scope="row">{t(`bring.key.${key}` as WordKey)}</th>
            <td>
              <select
                aria-label={t(`bring.key.${key}` as WordKey)}
                aria-invalid={lacking.includes(key)}
                value={fields[key] ?? ""}
                onChange={(event) => say(row, { fields: { ...fields, [key]: event.currentTarget.value } })}
              >
                <option value="">{t(lacking.includes(key) ? "bring.needed" : "bring.not_there")}</option>
                {one.columns.map((column) => (
                  <option key={column.name}>{column.name}</option>
                ))}
              </select>
            </td>
            <td>
              <small>{samples(fields[key])}</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
