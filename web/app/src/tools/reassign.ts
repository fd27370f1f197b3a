// Reassign: choose the grid that takes, then paint what it shall have, click by click or in one stroke. U changes between
// single faces and whole source units.

import { effect, signal } from "@preact/signals";
import { readGrid } from "../api";
import { discard, propose } from "../edits/door";
import type { Pointed } from "../map/engine";
import { isInside } from "../map/planar";
import { plan } from "../state/plans";
import { selectedCode, selectGrid } from "../state/view";
import { type Face, type PaintBy, Painted } from "./painted";
import { type Bench, EMPTY, type Running, type Tool } from "./tool";

export const paintBy = signal<PaintBy>("face");

export const reassign: Tool = {
  id: "reassign",
  shortcut: "a",
  writes: true,
  start: (bench) => new Painting(bench),
};

class Painting implements Running {
  private readonly bench: Bench;
  private readonly offs: (() => void)[];
  private readonly faces = new Map<string, Promise<Face[]>>();
  private readonly known: Face[] = [];
  private readonly painted = new Painted();
  /** The stroke under way; whether it wipes off is said by the face that it began on. */
  private stroke: { wiping: boolean | null; changed: boolean } | null = null;

  constructor(bench: Bench) {
    this.bench = bench;
    const { map } = bench;
    this.offs = [
      map.on("press", (pointed) => this.press(pointed)),
      map.on("point", (pointed) => void (this.stroke && this.brush(this.stroke, pointed))),
      map.on("release", () => this.release()),
      map.on("click", ({ code }) => this.take(code)),
      effect(() => this.greet(selectedCode.value)),
      effect(() => this.changeWay(paintBy.value)),
    ];
    map.cursor("cell");
  }

  reset(): void {
    this.faces.clear();
    this.known.length = 0;
    this.painted.clear();
    this.bench.map.sketch("faces", EMPTY);
    this.greet(selectedCode.peek());
  }

  key(key: string): boolean {
    if (key.toLowerCase() !== "u") return false;
    paintBy.value = paintBy.peek() === "face" ? "unit" : "face";
    return true;
  }

  stop(): void {
    for (const off of this.offs) off();
    this.bench.map.draggable(true);
    this.bench.map.sketch("faces", EMPTY);
    this.bench.map.cursor("");
  }

  private greet(to: string | null): void {
    this.bench.say(to ? "hint.reassign.paint" : "hint.reassign.start");
  }

  /** What was painted the other way is no start for this one. */
  private changeWay(_by: PaintBy): void {
    if (this.painted.edit("")) discard();
    this.painted.clear();
    this.draw();
  }

  /** Without a grid that takes, a click chooses it. */
  private take(code: string | null): void {
    if (code && !selectedCode.peek()) selectGrid(code);
  }

  private press(pointed: Pointed): void {
    const to = selectedCode.peek();
    if (!to || !pointed.code || pointed.code === to) return;
    this.bench.map.draggable(false);
    this.stroke = { wiping: null, changed: false };
    void this.brush(this.stroke, pointed);
  }

  private release(): void {
    this.stroke = null;
    this.bench.map.draggable(true);
  }

  private async brush(stroke: NonNullable<Painting["stroke"]>, { at, code }: Pointed): Promise<void> {
    const to = selectedCode.peek();
    if (!to || !code || code === to) return;
    const face = (await this.facesOf(code)).find((each) => isInside(at, each.geometry));
    if (!face) return;
    stroke.wiping ??= this.painted.has(face);
    if (!this.painted.paint(face, at, paintBy.peek(), stroke.wiping)) return;
    this.draw();
    const edit = this.painted.edit(to);
    if (edit) void propose(edit);
    else discard();
  }

  private facesOf(code: string): Promise<Face[]> {
    const name = plan.peek()?.name;
    const held = this.faces.get(code);
    if (held || !name) return held ?? Promise.resolve([]);
    const asked = readGrid(name, code).then(
      ({ faces }) => {
        this.known.push(...faces.features);
        return faces.features;
      },
      () => {
        this.faces.delete(code);
        return [];
      },
    );
    this.faces.set(code, asked);
    return asked;
  }

  private draw(): void {
    const features = this.known.map((face) => ({ ...face, properties: { chosen: this.painted.has(face) } }));
    this.bench.map.sketch("faces", { type: "FeatureCollection", features });
  }
}
