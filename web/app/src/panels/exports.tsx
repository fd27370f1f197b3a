// Exports of the plan, with format and coordinate system; the link that restores this view.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { exportAddress } from "../api";
import { Button, Menu } from "../parts/controls";
import { Icon } from "../parts/icons";
import { asOf, plan } from "../state/plans";
import { t } from "../words";
import { printing } from "./printing";

interface Format {
  name: string;
  /** The one system of the format by its standard; else it can have any, and has the plan's. */
  crs?: string;
  datums: readonly string[];
}

const SHIFTED = ["GCJ-02", "BD-09"];
const FORMATS = {
  geojson: { name: "GeoJSON", crs: "EPSG:4326", datums: SHIFTED },
  gpkg: { name: "GeoPackage", datums: SHIFTED },
  shp: { name: "Shapefile", datums: SHIFTED },
  geoparquet: { name: "GeoParquet", datums: SHIFTED },
  csv: { name: "CSV", datums: SHIFTED },
  pmtiles: { name: "PMTiles", crs: "EPSG:3857", datums: ["GCJ-02"] },
} satisfies Record<string, Format>;
type FormatName = keyof typeof FORMATS;
const LAYERS = ["grids", "faces", "gaps", "units", "lineage", "all"] as const;
/** The system that a format has when none is asked for. */
const OWN = "";

/** The coordinate systems in which a format can be had. */
export const systemsOf = (format: FormatName): string[] => {
  const { crs, datums }: Format = FORMATS[format];
  return [OWN, ...(crs ? [] : ["EPSG:4490", "EPSG:4326"]), ...datums];
};

const systemName = (format: FormatName, system: string): string => {
  const { crs }: Format = FORMATS[format];
  return system || crs || t("export.of_plan", { crs: plan.value?.working_crs ?? "" });
};

export function ExportMenu(): JSX.Element {
  return (
    <Menu name={t("export.title")} align="right" label={<Icon name="save" />} class="exports">
      {() => <ExportForm />}
    </Menu>
  );
}

function ExportForm(): JSX.Element {
  const [format, setFormat] = useState<FormatName>("geojson");
  const [layer, setLayer] = useState<(typeof LAYERS)[number]>("grids");
  const [wanted, setSystem] = useState(OWN);
  const systems = systemsOf(format);
  const system = systems.includes(wanted) ? wanted : OWN;
  const asked = { format, layer, crs: system || undefined, as_of: asOf.value };
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href);
    setCopied(true);
  };
  return (
    <div class="step">
      <Select
        label={t("export.layer")}
        value={layer}
        options={LAYERS}
        word={(each) => t(`export.layer.${each}`)}
        onChoose={setLayer}
      />
      <Select
        label={t("export.format")}
        value={format}
        options={Object.keys(FORMATS) as FormatName[]}
        word={(each) => FORMATS[each].name}
        onChoose={setFormat}
      />
      <Select
        label={t("export.crs")}
        value={system}
        options={systems}
        word={(each) => systemName(format, each)}
        onChoose={setSystem}
      />
      <a class="button primary" href={exportAddress(plan.value?.name ?? "", asked)} download>
        {t("export.now")}
      </a>
      <hr />
      <Button
        icon="print"
        onClick={() => {
          printing.value = true;
        }}
      >
        {t("print.open")} <kbd>P</kbd>
      </Button>
      <Button icon="link" onClick={() => void copy()}>
        {t(copied ? "export.copied" : "export.link")}
      </Button>
    </div>
  );
}

interface SelectProps<Value extends string> {
  label: string;
  value: string;
  options: readonly Value[];
  word: (value: Value) => string;
  onChoose: (value: Value) => void;
}

function Select<Value extends string>({ label, value, options, word, onChoose }: SelectProps<Value>): JSX.Element {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value as Value)}>
        {options.map((each) => (
          <option key={each} value={each}>
            {word(each)}
          </option>
        ))}
      </select>
    </label>
  );
}
