// A refusal, at the place that it is about: a sentence, never a dialog.

import type { Position } from "geojson";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Edit, Problem } from "../api";
import { proposal } from "../edits/door";
import { Icon } from "../parts/icons";
import { lastClick } from "../tools/bench";
import { view } from "./map_stage";
import { refusalSentence } from "./refusals";

/** Where an edit was drawn last. */
export function anchorOf(edit: Edit): Position | null {
  if ("line" in edit) return edit.line.coordinates.at(-1) ?? null;
  if ("polygon" in edit) return edit.polygon.coordinates[0]?.at(-2) ?? null;
  if ("faces" in edit) return edit.faces.at(-1) ?? null;
  if ("to" in edit && Array.isArray(edit.to)) return edit.to;
  return "at" in edit ? edit.at : lastClick.peek();
}

export function Callout(): JSX.Element | null {
  const now = proposal.value;
  if (now?.state !== "refused") return null;
  return <Said edit={now.edit} problem={now.problem} />;
}

function Said({ edit, problem }: { edit: Edit; problem: Problem }): JSX.Element {
  const map = view.value;
  const anchor = anchorOf(edit);
  const [, moved] = useState(0);
  useEffect(() => map?.on("move", () => moved((count) => count + 1)), [map]);
  const [within, y] = map && anchor ? map.project(anchor) : [0, 0];
  const x = within + (map?.container.offsetLeft ?? 0);
  const width = map?.container.parentElement?.clientWidth ?? 0;
  const left = Math.max(80, Math.min(width - 150, x));
  return (
    <p class="callout" role="alert" style={anchor ? { left: `${left}px`, top: `${Math.max(130, y)}px` } : {}}>
      <Icon name="warning" /> {refusalSentence(problem)}
    </p>
  );
}
