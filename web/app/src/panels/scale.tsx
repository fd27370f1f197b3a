// The scale bar.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { lengthOf } from "../map/planar";
import { distance } from "../words/figures";
import { view } from "./map_stage";

const WIDEST_PX = 110;
const STEPS = [1, 2, 5];

/** The roundest length that fits into a width, and its share of it. */
export function roundLength(metres: number): { metres: number; share: number } {
  const decade = 10 ** Math.floor(Math.log10(metres));
  const round = STEPS.map((step) => step * decade).findLast((each) => each <= metres) ?? decade;
  return { metres: round, share: round / metres };
}

export function Scale(): JSX.Element | null {
  const map = view.value;
  const [widest, setWidest] = useState(0);
  useEffect(() => {
    if (!map) return;
    const measure = () => {
      const { clientWidth, clientHeight } = map.container;
      const [x, y] = [clientWidth / 2, clientHeight / 2];
      setWidest(lengthOf([map.unproject([x, y]), map.unproject([x + WIDEST_PX, y])]));
    };
    measure();
    return map.on("move", measure);
  }, [map]);
  if (!widest) return null;
  const { metres, share } = roundLength(widest);
  return (
    <div class="scale" style={{ width: `${Math.round(WIDEST_PX * share)}px` }}>
      {distance(metres)}
    </div>
  );
}
