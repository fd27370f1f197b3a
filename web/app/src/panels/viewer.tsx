// A published plan, to look at: map, legend, and what the file says of a place. No server is asked for anything.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { createMap, type MapView } from "../map/engine";
import { openPublished, type Published } from "../map/published";
import { OVERLAYS } from "../map/tokens";
import { Blank, Choice } from "../parts/controls";
import { parseAddress } from "../state/address";
import { published, shading, standing } from "../state/far";
import { opacity, shown, theme } from "../state/view";
import { field, isWord, language, t } from "../words";
import { count } from "../words/figures";
import { Legend } from "./legend";
import "../look/viewer.css";

type Said = Record<string, unknown>;
interface Place {
  land: Said;
  grid: boolean;
  gaps: Said[];
}

const opened = signal<Published | "failed" | null>(null);
const place = signal<Place | null>(null);

export function Viewer({ file }: { file: string }): JSX.Element {
  useEffect(() => {
    const { language: asked } = parseAddress(window.location.hash);
    if (asked) language.value = asked;
    openPublished(file).then(
      (found) => {
        document.title = `${found.name} · One Grid`;
        published.value = found.fourths;
        opened.value = found;
      },
      () => {
        opened.value = "failed";
      },
    );
  }, [file]);
  if (opened.value === "failed") return <Blank>{t("viewer.failed")}</Blank>;
  if (!opened.value) return <Blank>{t("viewer.opening")}</Blank>;
  return (
    <div class="viewer">
      <Bar of={opened.value} />
      <ViewedMap of={opened.value} />
      <Legend />
      <Told />
    </div>
  );
}

function Bar({ of }: { of: Published }): JSX.Element {
  const options = [
    { value: "zh" as const, label: "中文" },
    { value: "en" as const, label: "EN" },
  ];
  const choose = (value: "zh" | "en") => {
    language.value = value;
  };
  return (
    <header>
      <h1>{of.name}</h1>
      <p>
        {of.inForceFrom && <span>{t("bar.since", { day: of.inForceFrom })}</span>}
        {of.revision !== null && <span>{t("bar.revision", { revision: of.revision })}</span>}
        {of.published && <span>{t("viewer.published", { day: of.published })}</span>}
        <span>{of.attribution}</span>
      </p>
      <Choice name={t("viewer.language")} value={language.value} options={options} onChoose={choose} />
    </header>
  );
}

function ViewedMap({ of }: { of: Published }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const map = createMap(box.current, of.tiles, theme.peek(), of.tiles.bounds);
    const { at } = parseAddress(window.location.hash);
    if (at) map.jump(at.centre, at.zoom);
    map.canvas.setAttribute("aria-label", t("map.keys"));
    const stops = [
      standing(map),
      shading(map),
      effect(() => map.fillBy(theme.value)),
      effect(() => {
        for (const overlay of OVERLAYS) map.show(overlay, shown.value[overlay], opacity.value[overlay] ?? 1);
      }),
      map.on("click", ({ pixel }) => {
        place.value = placeAt(map, pixel);
      }),
      effect(() => {
        const { value } = place;
        map.mark("grids", "selected", value?.grid ? [String(value.land.code)] : []);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      map.remove();
    };
  }, [of]);
  return <div class="map" ref={box} />;
}

const LEVELS = ["county", "street", "community"];

/** What the tiles hold at a place: its grid with the gaps there, or the smallest division that is drawn. */
function placeAt(map: MapView, pixel: [number, number]): Place | null {
  const found = (...layers: string[]) =>
    map.raw
      .queryRenderedFeatures(pixel, { layers: layers.filter((id) => map.raw.getLayer(id)) })
      .map(({ properties }) => properties as Said);
  const [grid] = found("grid-fill");
  if (grid) {
    const gaps = found("gaps-unheld", "gaps-contested", "gaps-unserved");
    return { land: grid, grid: true, gaps: [...new Map(gaps.map((gap) => [gap.gap_id, gap])).values()] };
  }
  const level = (one: Said) => LEVELS.indexOf(String(one.level));
  const [land] = found("land").sort((one, other) => level(other) - level(one));
  return land ? { land, grid: false, gaps: [] } : null;
}

/** Of a grid these are the severity of its worst gap, which `severity` says in words; of a division, counts. */
const LEDGERS = ["unheld", "contested", "unserved"];
const WORDED = ["kind", "management_type", "form", "severity"];
const FIGURES = [
  "grids",
  "households",
  "population",
  "party_members",
  "required",
  "held",
  "short",
  "covered",
  "gaps",
  ...LEDGERS,
];

function Told(): JSX.Element | null {
  if (!place.value) return null;
  const { land, grid, gaps } = place.value;
  const figures = FIGURES.filter((name) => land[name] !== undefined && !(grid && LEDGERS.includes(name)));
  return (
    <aside class="told" aria-live="polite">
      <button type="button" class="button quiet" aria-label={t("viewer.close")} onClick={() => (place.value = null)}>
        ×
      </button>
      <h2>{String(land.name ?? land.code)}</h2>
      <p>{String(land.code)}</p>
      <dl>
        {WORDED.filter((name) => land[name] !== undefined).map((name) => (
          <Fact key={name} name={name} value={field(name, String(land[name]))} />
        ))}
        {figures.map((name) => (
          <Fact key={name} name={name} value={count(Number(land[name]))} />
        ))}
      </dl>
      {gaps.length > 0 && (
        <ul>
          {gaps.map((gap) => (
            <li
              key={String(gap.gap_id)}
            >{`${field("ledger", String(gap.ledger))} · ${field("gap", String(gap.kind))}`}</li>
          ))}
        </ul>
      )}
    </aside>
  );
}

function Fact({ name, value }: { name: string; value: string }): JSX.Element {
  const key = `viewer.fact.${name}`;
  return (
    <>
      <dt>{isWord(key) ? t(key) : name}</dt>
      <dd>{value}</dd>
    </>
  );
}
