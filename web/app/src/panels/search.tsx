// Search by code, name, place, or a coordinate.

import type { Position } from "geojson";
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type Bounds, findPlaces, listGrids, type Place, Refusal, Unreachable } from "../api";
import { boundsOf, ringsOf } from "../map/planar";
import type { Overlay } from "../map/tokens";
import { Icon } from "../parts/icons";
import { parseCoordinate } from "../state/coordinate";
import { known } from "../state/loading";
import { type Looking, look } from "../state/looking";
import { plan, planName, summary } from "../state/plans";
import { parsePlane } from "../state/projected";
import { selectGrid, showOverlay } from "../state/view";
import { field, t } from "../words";
import { fitTo, pinAt, unpin, view } from "./map_stage";
import { news } from "./notices";

interface Hit {
  id: string;
  title: string;
  kind: string;
  go: () => void;
}

/** A press on a hit takes the focus first. */
const PRESS_MS = 180;
const MOST_HITS = 9;
/** Of grids, where places are found too. */
const MOST_GRIDS = 4;

/** What a text has found; `hits` is null where the server did not answer. */
interface Found {
  text: string;
  hits: Hit[] | null;
}

interface Finding {
  found: Found | null;
  setFound: (found: null) => void;
  stop: () => void;
}

/** What a text finds, a little after it stopped changing; at once where that is `urgent`, which is no other search. */
function useFound(text: string, urgent: boolean): Finding {
  const open = planName.value !== null;
  const [found, setFound] = useState<Found | null>(null);
  const looking = useRef<Looking | null>(null);
  useEffect(() => {
    if (!text || !open) return setFound(null); // before a plan is open nothing can be found, nor said not to be there
    const mine = look(async (signal) => ({ text, hits: await find(text, signal) }), setFound);
    looking.current = mine;
    return mine.stop;
  }, [text, open]);
  useEffect(() => {
    if (text && urgent) looking.current?.now();
  }, [text, urgent]);
  return { found, setFound, stop: () => looking.current?.stop() };
}

export function Search(): JSX.Element {
  const [written, setWritten] = useState("");
  const [row, setRow] = useState(0);
  /** Enter was pressed before the hits were there: the best of them is taken when they come. */
  const [urgent, setUrgent] = useState(false);
  /** Something is looked for: neither found yet, nor taken or left. */
  const [busy, setBusy] = useState(false);
  const text = written.trim();
  const { found, setFound, stop } = useFound(text, urgent);
  const list = useId();
  const hits = found?.hits;
  const isLatest = found?.text === text;
  const write = (now: string) => {
    setWritten(now);
    setRow(0);
    setUrgent(false);
    setBusy(now.trim() !== "");
  };
  const take = (hit: Hit | undefined) => {
    setFound(null);
    setUrgent(false);
    setBusy(false);
    if (!hit) return;
    unpin();
    hit.go();
    view.peek()?.canvas.focus({ preventScroll: true }); // arrows and the keys of tools go on from there
  };
  const lookNow = () => {
    setFound(null); // what could not be found is asked for again
    setUrgent(text !== "");
    setBusy(text !== "");
  };
  useEffect(() => {
    if (!urgent || !isLatest) return;
    if (hits?.length) take(hits[0]);
    else setUrgent(false);
  }, [urgent, isLatest, hits]);
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way && hits?.length) {
      event.preventDefault();
      setRow((row + way + hits.length) % hits.length);
    } else if (event.key === "Enter") {
      if (isLatest && hits?.length) take(hits[row]);
      else lookNow();
    } else if (event.key === "Escape") {
      write("");
      unpin();
    }
  };
  return (
    <search class="search">
      <Icon name="search" />
      <input
        id="search"
        type="text"
        list={undefined}
        // biome-ignore lint/a11y/noRedundantRoles: without a datalist it has this role only by saying so.
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={t("search.hint")}
        aria-label={t("search.hint")}
        aria-expanded={found !== null}
        aria-busy={busy && !isLatest}
        aria-controls={list}
        aria-activedescendant={hits?.[row] ? `${list}-${row}` : undefined}
        value={written}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={() => [stop(), window.setTimeout(() => [setFound(null), setUrgent(false), setBusy(false)], PRESS_MS)]}
      />
      <kbd>/</kbd>
      {found && <Hits id={list} found={found} row={row} onTake={take} />}
    </search>
  );
}

interface HitsProps {
  id: string;
  found: Found;
  row: number;
  onTake: (hit: Hit) => void;
}

function Hits({ id, found: { text, hits }, row, onTake }: HitsProps): JSX.Element {
  return (
    <div class="hits" id={id} role="listbox" aria-label={t("search.results")}>
      {hits?.map((hit, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the field.
        <div
          key={hit.id}
          id={`${id}-${at}`}
          role="option"
          tabIndex={-1}
          aria-selected={at === row}
          onClick={() => onTake(hit)}
        >
          <span>{hit.title}</span>
          <small>{hit.kind}</small>
        </div>
      ))}
      {!hits?.length && <div class="none">{hits ? t("search.none", { text }) : t("search.failed")}</div>}
    </div>
  );
}

async function find(text: string, signal: AbortSignal): Promise<Hit[] | null> {
  const places = coordinateHits(text);
  if (places.length) return places;
  const divisions = known(summary.now.peek());
  const communities = [...(divisions?.streets ?? []), ...(divisions?.communities ?? [])]
    .filter((each) => each.name?.includes(text) || each.code.startsWith(text))
    .slice(0, 3)
    .map((each) => ({
      id: each.code,
      title: each.name ?? each.code,
      kind: t("search.division"),
      go: () => fitTo(each.bounds),
    }));
  const [grids, named] = await Promise.all([gridHits(text, signal), placeHits(text, signal)]);
  if (!grids && !communities.length) return null;
  const before = [...communities, ...(grids ?? []).slice(0, named.length ? MOST_GRIDS : MOST_HITS)];
  return [...before, ...named].slice(0, MOST_HITS);
}

const coordinateHits = (text: string): Hit[] =>
  [...parseCoordinate(text), ...inWorkingSystem(text)].map(({ datum, at }) => ({
    id: datum,
    title: `${at[1]?.toFixed(6)}, ${at[0]?.toFixed(6)}`,
    kind: t("search.coordinate", { datum }),
    go: () => pinAt(at),
  }));

/** Plane coordinates, in the system that the plan is measured in. */
function inWorkingSystem(text: string): { datum: string; at: Position }[] {
  const crs = plan.peek()?.working_crs ?? "";
  return parsePlane(text, crs).map((at, row) => ({ datum: row ? `${crs} ${t("search.swapped")}` : crs, at }));
}

/** Less wide and high than this, in degrees, a place is a point. */
const POINT = 1e-5;

/** By what a place is drawn. */
const DRAWN: Readonly<Record<string, Overlay>> = {
  facility: "facilities",
  premises: "premises",
  road: "roads",
  compound: "units_compound",
  courtyard: "units_courtyard",
  patrol_zone: "units_patrol_zone",
};

function showPlace({ layer, name, bounds }: Place): void {
  const overlay = DRAWN[layer];
  if (overlay) showOverlay(overlay, true);
  news.value = `${field("layer", layer)} · ${name}`;
  const [west, south, east, north] = bounds;
  if (Math.max(east - west, north - south) < POINT) {
    pinAt([west, south]);
  } else {
    selectGrid(null);
    fitTo(bounds);
  }
}

/** What else of the plan has such a name; grids are found without it. */
async function placeHits(text: string, signal: AbortSignal): Promise<Hit[]> {
  const name = plan.peek()?.name;
  if (!name || /^\d+$/.test(text)) return [];
  try {
    const found = await findPlaces(name, text, MOST_HITS, signal);
    return found.map((place) => ({
      id: `${place.layer} ${place.name} ${place.bounds}`,
      title: place.name,
      kind: [place.community_name, field("layer", place.layer), place.layer === "facility" ? place.kind : null]
        .filter(Boolean)
        .join(" · "),
      go: () => showPlace(place),
    }));
  } catch (error) {
    if (signal.aborted || error instanceof Unreachable || error instanceof Refusal) return [];
    throw error;
  }
}

/** Grids by their code or name; null where the server does not answer. */
async function gridHits(text: string, signal: AbortSignal): Promise<Hit[] | null> {
  const name = plan.peek()?.name;
  if (!name) return [];
  try {
    const { features } = await listGrids(name, { q: text, limit: MOST_HITS, signal });
    return features.map(({ geometry, properties }) => ({
      id: properties.code,
      title: properties.name ? `${properties.name} ${properties.number}` : properties.code,
      kind: `${properties.community_name} · ${field("kind", properties.kind)}`,
      go: () => [selectGrid(properties.code), fitTo(boundsOf(ringsOf(geometry).flat()) as Bounds)],
    }));
  } catch (error) {
    if (signal.aborted || error instanceof Unreachable || error instanceof Refusal) return null;
    throw error;
  }
}
