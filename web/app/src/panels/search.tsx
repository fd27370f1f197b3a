// Search by code, name, place, or a coordinate.

import type { Position } from "geojson";
import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { type Bounds, listGrids } from "../api";
import { boundsOf, ringsOf } from "../map/planar";
import { Icon } from "../parts/icons";
import { parseCoordinate } from "../state/coordinate";
import { known } from "../state/loading";
import { plan, summary } from "../state/plans";
import { parsePlane } from "../state/projected";
import { selectGrid } from "../state/view";
import { field, t } from "../words";
import { fitTo, pinAt, unpin, view } from "./map_stage";

interface Hit {
  id: string;
  title: string;
  kind: string;
  go: () => void;
}

const PAUSE_MS = 180;
const MOST_HITS = 8;

/** What a text finds, a little after it stopped changing; null where there is no text. */
function useHits(text: string): [Hit[] | null, (hits: null) => void] {
  const [hits, setHits] = useState<Hit[] | null>(null);
  useEffect(() => {
    const wanted = text.trim();
    if (!wanted) return setHits(null);
    const aborted = new AbortController();
    const look = async () => {
      const found = await find(wanted, aborted.signal);
      if (!aborted.signal.aborted) setHits(found);
    };
    const timer = window.setTimeout(() => void look(), PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      aborted.abort();
    };
  }, [text]);
  return [hits, setHits];
}

export function Search(): JSX.Element {
  const [text, setText] = useState("");
  const [hits, setHits] = useHits(text);
  const [row, setRow] = useState(0);
  const list = useId();
  const take = (hit: Hit | undefined) => {
    setHits(null);
    if (!hit) return;
    unpin();
    hit.go();
    view.peek()?.canvas.focus({ preventScroll: true }); // arrows and the keys of tools go on from there
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way && hits?.length) {
      event.preventDefault();
      setRow((row + way + hits.length) % hits.length);
    } else if (event.key === "Enter") take(hits?.[row]);
    else if (event.key === "Escape") {
      setText("");
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
        aria-expanded={hits !== null}
        aria-controls={list}
        aria-activedescendant={hits?.[row] ? `${list}-${row}` : undefined}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setRow(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => window.setTimeout(() => setHits(null), PAUSE_MS)}
      />
      <kbd>/</kbd>
      {hits && <Hits id={list} hits={hits} row={row} text={text} onTake={take} />}
    </search>
  );
}

interface HitsProps {
  id: string;
  hits: Hit[];
  row: number;
  text: string;
  onTake: (hit: Hit) => void;
}

function Hits({ id, hits, row, text, onTake }: HitsProps): JSX.Element {
  return (
    <div class="hits" id={id} role="listbox" aria-label={t("search.results")}>
      {hits.map((hit, at) => (
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
      {hits.length === 0 && <div class="none">{t("search.none", { text })}</div>}
    </div>
  );
}

async function find(text: string, signal: AbortSignal): Promise<Hit[]> {
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
  return [...communities, ...(await gridHits(text, signal))].slice(0, MOST_HITS);
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

async function gridHits(text: string, signal: AbortSignal): Promise<Hit[]> {
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
  } catch {
    return [];
  }
}
