// A map sheet to scale: title, map, legend of what is on it, scale bar, north arrow, date and revision; composed on the
// page as it will be printed, and printed, or saved as PDF, by the browser.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Bounds, type TileJSON, tilesAddress } from "../api";
import { request } from "../api/request";
import { createMap, type MapView } from "../map/engine";
import { OVERLAYS } from "../map/tokens";
import { Button, Choice } from "../parts/controls";
import { underlay } from "../state/base_map";
import { mapSize, middleOf, PAPERS, type Paper, SCALES, scaleFor, type Turn, zoomFor } from "../state/paper";
import { asOf, plan } from "../state/plans";
import { filter, opacity, shown, theme } from "../state/view";
import { t } from "../words";
import { view } from "./map_stage";
import { Foot, SheetLegend } from "./print_marks";
import { printing } from "./printing";
import "../look/print.css";

const paper = signal<Paper>("a4");
const turn = signal<Turn>("landscape");
const scale = signal<number>(5_000);
const title = signal("");
const sheetMap = signal<MapView | null>(null);
const picture = signal<string | null>(null);
/** Of a zoom: to a hundredth of a per cent of the scale. */
const CLOSE = 1e-4;
/** Dots of a printer a pixel of the page: enough for lines to be fine, and little enough for an office PC. */
const DENSITY: Record<Paper, number> = { a4: 3, a3: 2 };

export function PrintSheet(): JSX.Element {
  useEffect(() => {
    title.value = t("print.default_heading", { title: plan.peek()?.title ?? "" });
    const bounds = groundShown();
    if (bounds) scale.value = scaleFor(bounds, paper.peek(), turn.peek());
    const close = (event: KeyboardEvent) => event.key === "Escape" && stopPrinting();
    window.addEventListener("keydown", close, { capture: true });
    return () => window.removeEventListener("keydown", close, { capture: true });
  }, []);
  return (
    <div class="composer" role="dialog" aria-modal="true" aria-label={t("print.title")}>
      <Settings />
      <Desk />
    </div>
  );
}

function stopPrinting(): void {
  printing.value = false;
  picture.value = null;
}

function Settings(): JSX.Element {
  const papers = (Object.keys(PAPERS) as Paper[]).map((value) => ({ value, label: value.toUpperCase() }));
  const turns = (["landscape", "portrait"] as const).map((value) => ({ value, label: t(`print.${value}`) }));
  return (
    <form class="step" onSubmit={(event) => event.preventDefault()}>
      <h2>{t("print.title")}</h2>
      <label>
        {t("print.heading")}
        <input value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />
      </label>
      <Choice
        name={t("print.paper")}
        value={paper.value}
        options={papers}
        onChoose={(value) => (paper.value = value)}
      />
      <Choice name={t("print.turn")} value={turn.value} options={turns} onChoose={(value) => (turn.value = value)} />
      <label>
        {t("print.scale")}
        <select value={scale.value} onChange={(event) => (scale.value = Number(event.currentTarget.value))}>
          {SCALES.map((each) => (
            <option key={each} value={each}>
              1 : {each}
            </option>
          ))}
        </select>
      </label>
      <p>{t("print.how")}</p>
      <Button kind="primary" icon="print" onClick={() => void print()}>
        {t("print.now")}
      </Button>
      <Button onClick={stopPrinting}>{t("inspector.close")}</Button>
    </form>
  );
}

/** The map's picture takes its place on paper: what a graphics card has drawn browsers do not print. */
async function print(): Promise<void> {
  const map = sheetMap.peek();
  if (!map) return;
  picture.value = await map.picture(DENSITY[paper.peek()]);
  await document.querySelector<HTMLImageElement>(".sheet-map img")?.decode();
  window.addEventListener("afterprint", () => (picture.value = null), { once: true });
  window.print();
}

/** What of the plan the page shows: its own land where that is less than the view. */
function groundShown(): Bounds | null {
  const [seen, extent] = [view.peek()?.bounds(), plan.peek()?.extent];
  if (!seen || !extent) return seen ?? null;
  const [west, south, east, north] = seen.map((side, row) =>
    row < 2 ? Math.max(side, extent[row] ?? side) : Math.min(side, extent[row] ?? side),
  ) as Bounds;
  return west < east && south < north ? [west, south, east, north] : seen;
}

/** The sheet as large as it fits beside the settings; on paper it has its own size. */
function Desk(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [fit, setFit] = useState(1);
  const [long, short] = PAPERS[paper.value];
  const width = ((turn.value === "landscape" ? long : short) * 96) / 25.4;
  const height = ((turn.value === "landscape" ? short : long) * 96) / 25.4;
  useEffect(() => {
    if (!box.current) return;
    const measure = ([entry]: { contentRect: DOMRectReadOnly }[]) => {
      if (entry) setFit(Math.min(1, entry.contentRect.width / width, entry.contentRect.height / height));
    };
    const watch = new ResizeObserver(measure);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [width, height]);
  return (
    <div class="desk" ref={box}>
      <div class="fitted" style={`--fit: ${fit}; --wide: ${width}px; --high: ${height}px`}>
        <div class="unfitted">
          <Sheet key={`${paper.value} ${turn.value}`} />
        </div>
      </div>
    </div>
  );
}

function Sheet(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const name = plan.value?.name;
  useEffect(() => {
    if (box.current && name) return mountSheet(box.current, name);
  }, [name]);
  const { width, height } = mapSize(paper.value, turn.value);
  return (
    <section class={`print-sheet ${paper.value}-${turn.value}`} aria-label={title.value}>
      <h1>{title.value}</h1>
      <div class="sheet-map" style={{ width: `${width}mm`, height: `${height}mm` }}>
        <div class="map" ref={box} />
        {picture.value && <img src={picture.value} alt={t("map.label")} />}
      </div>
      {sheetMap.value && <SheetLegend map={sheetMap.value} />}
      <Foot scale={scale.value} />
    </section>
  );
}

/** A map of its own, dressed as the page's, whose zoom is the scale's. */
function mountSheet(box: HTMLDivElement, name: string): () => void {
  const stops: (() => void)[] = [];
  let stopped = false;
  void request<TileJSON>(tilesAddress(name, asOf.peek())).then((tiles) => {
    if (stopped) return;
    const page = view.peek();
    const map = createMap(box, tiles, theme.peek(), page?.bounds() ?? null);
    map.lockZoom();
    map.underlay(underlay.peek());
    map.narrow(filter.peek());
    for (const overlay of OVERLAYS) map.show(overlay, shown.peek()[overlay], opacity.peek()[overlay] ?? 1);
    const toScale = (to: number) => {
      const centre = map.centre();
      const zoom = zoomFor(to, centre[1] ?? 0);
      if (Math.abs(zoom - map.zoom()) > CLOSE) map.jump(centre, zoom);
    };
    const ground = groundShown();
    if (ground) map.jump(middleOf(ground), map.zoom());
    stops.push(
      scale.subscribe(toScale),
      map.on("settle", () => toScale(scale.peek())),
      () => map.remove(),
    );
    sheetMap.value = map;
  });
  return () => {
    stopped = true;
    sheetMap.value = null;
    for (const stop of stops) stop();
  };
}
