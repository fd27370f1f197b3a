// Exports of the plan, with format and coordinate system; the link that restores this view.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { exportAddress } from "../api";
import { Button, Menu } from "../parts/controls";
import { Icon } from "../parts/icons";
import { plan } from "../state/plans";
import { t } from "../words";
import { printing } from "./printing";

const FORMATS = ["geojson", "gpkg", "shp", "geoparquet", "csv", "pmtiles"] as const;
const LAYERS = ["grids", "faces", "gaps", "units", "lineage", "all"] as const;
const SYSTEMS = ["EPSG:4326", "EPSG:4490", "GCJ-02", "BD-09"] as const;

export function ExportMenu(): JSX.Element {
  return (
    <Menu name={t("export.title")} align="right" label={<Icon name="save" />} class="exports">
      {() => <ExportForm />}
    </Menu>
  );
}

function ExportForm(): JSX.Element {
  const [format, setFormat] = useState<string>("geojson");
  const [layer, setLayer] = useState<string>("grids");
  const [system, setSystem] = useState<string>("EPSG:4326");
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
        options={FORMATS}
        word={(each) => FORMAT_NAMES[each]}
        onChoose={setFormat}
      />
      <Select label={t("export.crs")} value={system} options={SYSTEMS} word={(each) => each} onChoose={setSystem} />
      <a class="button primary" href={exportAddress(plan.value?.name ?? "", format, layer, system)} download>
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

const FORMAT_NAMES: Record<(typeof FORMATS)[number], string> = {
  geojson: "GeoJSON",
  gpkg: "GeoPackage",
  shp: "Shapefile",
  geoparquet: "GeoParquet",
  csv: "CSV",
  pmtiles: "PMTiles",
};

interface SelectProps<Value extends string> {
  label: string;
  value: string;
  options: readonly Value[];
  word: (value: Value) => string;
  onChoose: (value: string) => void;
}

function Select<Value extends string>({ label, value, options, word, onChoose }: SelectProps<Value>): JSX.Element {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map((each) => (
          <option key={each} value={each}>
            {word(each)}
          </option>
        ))}
      </select>
    </label>
  );
}
