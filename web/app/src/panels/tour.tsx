// The tour of the first visit: eight stops in two minutes, each on the part of the page that it is about. Arrow keys
// step, Escape ends it; nothing is changed by it.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Blank, Button } from "../parts/controls";
import { endTour } from "../state/touring";
import { selectGrid, workplace } from "../state/view";
import { t } from "../words";
import { view } from "./map_stage";
import "../look/tour.css";

interface Stop {
  name: "map" | "inspector" | "legend" | "ledgers" | "draft" | "tools" | "compare" | "supervisor";
  /** What it is about; the first that is on the page. */
  about: string;
  /** Makes something to be seen there. */
  before?: () => void;
}

export const STOPS: readonly Stop[] = [
  { name: "map", about: ".stage", before: clickInTheMiddle },
  { name: "inspector", about: ".inspector" },
  { name: "legend", about: ".legend" },
  { name: "ledgers", about: ".ledgers" },
  { name: "draft", about: ".plan-bar .plans" },
  { name: "tools", about: ".tool-strip" },
  { name: "compare", about: ".plan-bar .compare, .plan-bar .workplaces" },
  { name: "supervisor", about: ".plan-bar .workplaces" },
];

const at = signal(0);
const CARD = { width: 330, height: 210 };
const GAP = 14;

/** Select the grid in the middle of the map, so that there is something to read. */
function clickInTheMiddle(): void {
  const map = view.peek();
  if (!map) return;
  const { clientWidth, clientHeight } = map.container;
  const code = map.codeAt([clientWidth / 2, clientHeight / 2]);
  if (code) selectGrid(code);
}

type Box = Pick<DOMRect, "left" | "top" | "width" | "height">;

/** Where the card stands: beside what it is about where there is room, else within it. */
export function cardPlace(about: Box, page: { width: number; height: number }): { left: number; top: number } {
  const right = about.left + about.width + GAP;
  const left = about.left - CARD.width - GAP;
  const below = about.top + about.height + GAP;
  const fits = (value: number, most: number) => Math.max(GAP, Math.min(value, most));
  const top = fits(about.top, page.height - CARD.height - GAP);
  if (right + CARD.width <= page.width) return { left: right, top };
  if (left >= GAP) return { left, top };
  const across = fits(about.left, page.width - CARD.width - GAP);
  if (below + CARD.height <= page.height) return { left: across, top: below };
  return { left: fits(about.left + about.width / 2 - CARD.width / 2, page.width - CARD.width - GAP), top };
}

export function Tour(): JSX.Element {
  const card = useRef<HTMLElement>(null);
  const [box, setBox] = useState<Box | null>(null);
  const stop = STOPS[at.value];
  useEffect(() => {
    at.value = 0;
    workplace.value = "planner";
    window.addEventListener("keydown", heard, { capture: true });
    return () => window.removeEventListener("keydown", heard, { capture: true });
  }, []);
  useEffect(() => {
    stop?.before?.();
    const measure = () => setBox(document.querySelector(stop?.about ?? "")?.getBoundingClientRect() ?? null);
    const timer = window.requestAnimationFrame(measure);
    window.addEventListener("resize", measure);
    card.current?.focus();
    return () => {
      window.cancelAnimationFrame(timer);
      window.removeEventListener("resize", measure);
    };
  }, [stop]);
  if (!stop) return <Blank>{t("failed.part")}</Blank>;
  const place = box && cardPlace(box, { width: window.innerWidth, height: window.innerHeight });
  return (
    <>
      {box && <Ring box={box} />}
      <section
        class="tour"
        role="dialog"
        aria-label={t("tour.title")}
        aria-describedby="tour-what"
        tabIndex={-1}
        ref={card}
        style={place ? { left: `${place.left}px`, top: `${place.top}px` } : {}}
      >
        <small>{t("tour.step", { step: at.value + 1, count: STOPS.length })}</small>
        <h2>{t(`tour.${stop.name}`)}</h2>
        <p id="tour-what">{t(`tour.${stop.name}.what`)}</p>
        <footer>
          <Button kind="quiet" onClick={endTour}>
            {t("tour.end")}
          </Button>
          <Button disabled={at.value === 0} onClick={() => step(-1)}>
            {t("tour.back")}
          </Button>
          <Button kind="primary" onClick={() => step(1)}>
            {t(at.value === STOPS.length - 1 ? "tour.done" : "tour.next")}
          </Button>
        </footer>
      </section>
    </>
  );
}

function Ring({ box: { left, top, width, height } }: { box: Box }): JSX.Element {
  return (
    <div
      class="tour-ring"
      aria-hidden="true"
      style={{ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }}
    />
  );
}

function step(by: number): void {
  const next = at.peek() + by;
  if (next >= STOPS.length) endTour();
  else at.value = Math.max(0, next);
}

function heard(event: KeyboardEvent): void {
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (way) step(way);
  else if (event.key === "Escape") endTour();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
