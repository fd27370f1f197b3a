// Reassign: choose the grid that takes, then paint the faces that it shall have.

import { effect } from "@preact/signals";
import type { Feature, Polygon, Position } from "geojson";
import { type FaceProperties, readGrid } from "../api";
import { discard, propose } from "../edits/door";
import type { Pointed } from "../map/engine";
import { isInside } from "../map/planar";
import { plan } from "../state/plans";
import { selectedCode, selectGrid } from "../state/view";
import { type Bench, EMPTY, type Running, type Tool } from "./tool";

export const reassign: Tool = {
  id: "reassign",
  shortcut: "a",
  writes: true,
  start: (bench) => new Painting(bench),
};

type Face = Feature<Polygon, FaceProperties>;

class Painting implements Running {
  private readonly bench: Bench;
  private readonly offs: (() => void)[];
  private readonly faces = new Map<string, Face[]>();
  private readonly chosen = new Map<string, Position>();

  constructor(bench: Bench) {
    this.bench = bench;
    this.offs = [
      bench.map.on("click", (pointed) => void this.click(pointed)),
      effect(() => this.greet(selectedCode.value)),
    ];
    bench.map.cursor("cell");
  }

  reset(): void {
    this.faces.clear();
    this.chosen.clear();
    this.bench.map.sketch("faces", EMPTY);
    this.greet(selectedCode.peek());
  }

  stop(): void {
    for (const off of this.offs) off();
    this.bench.map.sketch("faces", EMPTY);
    this.bench.map.cursor("");
  }

  private greet(to: string | null): void {
    this.bench.say(to ? "hint.reassign.paint" : "hint.reassign.start");
  }

  private async click({ at, code }: Pointed): Promise<void> {
    const to = selectedCode.peek();
    if (!code) return;
    if (!to) return selectGrid(code);
    if (code === to) return;
    const faces = await this.facesOf(code);
    const face = faces.find((each) => isInside(at, each.geometry));
    if (!face) return;
    const id = face.properties.face_id;
    if (!this.chosen.delete(id)) this.chosen.set(id, at);
    this.draw();
    if (this.chosen.size) void propose({ verb: "reassign", faces: [...this.chosen.values()], to });
    else discard();
  }

  private async facesOf(code: string): Promise<Face[]> {
    const held = this.faces.get(code);
    if (held) return held;
    const name = plan.peek()?.name;
    const faces = name ? (await readGrid(name, code)).faces.features : [];
    this.faces.set(code, faces);
    return faces;
  }

  private draw(): void {
    const features = [...this.faces.values()].flat().map((face) => ({
      ...face,
      properties: { chosen: this.chosen.has(face.properties.face_id) },
    }));
    this.bench.map.sketch("faces", { type: "FeatureCollection", features });
  }
}
