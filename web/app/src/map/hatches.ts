// Hatches, drawn pixel by pixel: what is missing is hatched, so that a gap is seen in grey print too. Each ledger has an
// angle of its own besides its ink.

import { INK, LEDGER_INKS } from "./tokens";

export interface Hatch {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

type Covers = (x: number, y: number) => number;

const SIZE = 16;
const RATIO = 2;

/** How much of a pixel a line of some width covers, `distance` from its middle, softened over a pixel. */
const stroke = (distance: number, width: number): number => Math.max(0, Math.min(1, width / 2 + 0.5 - distance));

const toLine = (value: number, period: number): number => {
  const rest = ((value % period) + period) % period;
  return Math.min(rest, period - rest);
};

const rising =
  (period: number, width: number): Covers =>
  (x, y) =>
    stroke(toLine(x + y, period) / Math.SQRT2, width);

const falling =
  (period: number, width: number): Covers =>
  (x, y) =>
    stroke(toLine(x - y, period) / Math.SQRT2, width);

const dotted =
  (period: number, radius: number): Covers =>
  (x, y) => {
    const shifted = Math.floor(y / period) % 2 ? x + period / 2 : x;
    return stroke(Math.hypot(toLine(shifted - period / 2, period), toLine(y - period / 2, period)), radius * 2);
  };

const both =
  (one: Covers, other: Covers): Covers =>
  (x, y) =>
    Math.max(one(x, y), other(x, y));

function drawn(covers: Covers, ink: string, opacity: number): Hatch {
  const size = SIZE * RATIO;
  const data = new Uint8ClampedArray(size * size * 4);
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(ink.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      const alpha = covers(x + 0.5, y + 0.5) * opacity * 255;
      data.set([red, green, blue, alpha], (y * size + x) * 4);
    }
  return { width: size, height: size, data };
}

export const HATCH_RATIO = RATIO;

/** Every hatch by the name that the style calls it. */
export const hatches = (): Record<string, Hatch> => ({
  "hatch-missing": drawn(rising(16, 2), INK, 0.5),
  "hatch-unheld": drawn(falling(16, 3.6), LEDGER_INKS.unheld, 0.85),
  "hatch-contested": drawn(both(rising(16, 2), falling(16, 2)), LEDGER_INKS.contested, 0.75),
  "hatch-unserved": drawn(dotted(8, 1.5), LEDGER_INKS.unserved, 0.7),
});
