// Compare by swipe: the plan in force on the left of a bar that is pulled, the open plan on its right.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type TileJSON, tilesAddress } from "../api";
import { request } from "../api/request";
import { createMap, type MapView } from "../map/engine";
import { OVERLAYS } from "../map/tokens";
import { inForce, plan } from "../state/plans";
import { comparing, opacity, shown, theme } from "../state/view";
import { t } from "../words";
import { view } from "./map_stage";

const at = signal(0.5);
const STEP = 0.02;

export function Compare(): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const other = inForce.value;
  const map = view.value;
  const open = comparing.value && map !== null && other !== null;
  useEffect(() => {
    if (open && box.current) return mountOther(box.current, map, other.name);
  }, [open, map, other]);
  if (!open) return null;
  return (
    <>
      <div class="map other" ref={box} style={{ clipPath: `inset(0 ${(1 - at.value) * 100}% 0 0)` }} inert />
      <Swipe left={other.title} right={plan.value?.title ?? ""} />
    </>
  );
}

function Swipe({ left, right }: { left: string; right: string }): JSX.Element {
  const move = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const stage = handle.parentElement?.getBoundingClientRect();
    if (stage) at.value = clamped((event.clientX - stage.left) / stage.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!way) return;
    event.stopPropagation();
    at.value = clamped(at.peek() + way);
  };
  return (
    <div
      class="swipe"
      role="slider"
      tabIndex={0}
      aria-label={t("compare.swipe")}
      aria-valuenow={Math.round(at.value * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      style={{ left: `${at.value * 100}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={move}
      onKeyDown={onKeyDown}
    >
      <span class="side left">{left}</span>
      <span class="grip" aria-hidden="true" />
      <span class="side right">{right}</span>
    </div>
  );
}

const clamped = (share: number): number => Math.max(0.02, Math.min(0.98, share));

/** A second map that follows the first. */
function mountOther(box: HTMLDivElement, first: MapView, name: string): () => void {
  let second: MapView | null = null;
  let stopped = false;
  const follow = () => second?.jump(first.centre(), first.zoom());
  const off = first.on("move", follow);
  void request<TileJSON>(tilesAddress(name)).then((tiles) => {
    if (stopped) return;
    second = createMap(box, tiles, theme.peek(), first.bounds());
    for (const overlay of OVERLAYS) second.show(overlay, shown.peek()[overlay], opacity.peek()[overlay] ?? 1);
    follow();
  });
  return () => {
    stopped = true;
    off();
    second?.remove();
  };
}
