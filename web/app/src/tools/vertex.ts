// Vertex: drag a corner of the borders, or click it and then where it shall go; click a border to add one; Delete takes
// the chosen one away.

import type { Edit } from "../api";
import { propose } from "../edits/door";
import type { Pointed } from "../map/engine";
import type { Snap } from "../map/ground";
import { metresOf } from "./pulling";
import { type Bench, EMPTY, lineFeature, paused, type Running, type Tool } from "./tool";

const GRAB_PX = 10;
const SHOWN_FROM_ZOOM = 15.5;

export const vertex: Tool = {
  id: "vertex",
  shortcut: "v",
  writes: true,
  start: (bench) => new Vertices(bench),
};

class Vertices implements Running {
  private readonly bench: Bench;
  private readonly offs: (() => void)[];
  private chosen: Snap | null = null;
  private held: Snap | null = null;
  private moved = false;
  private readonly consider = paused((edit: Edit) => propose(edit));

  constructor(bench: Bench) {
    this.bench = bench;
    const { map } = bench;
    this.offs = [
      map.on("press", (pointed) => this.press(pointed)),
      map.on("point", (pointed) => this.point(pointed)),
      map.on("release", (pointed) => this.release(pointed)),
      map.on("click", (pointed) => this.click(pointed)),
    ];
    this.reset();
  }

  reset(): void {
    this.chosen = null;
    this.held = null;
    this.bench.map.sketch("border", EMPTY);
    this.bench.say("hint.vertex.start");
    this.draw();
  }

  grounded(): void {
    this.draw();
  }

  key(key: string): boolean {
    if ((key !== "Delete" && key !== "Backspace") || !this.chosen) return false;
    void propose({ verb: "delete_vertex", at: this.chosen.at });
    return true;
  }

  stop(): void {
    this.consider.cancel();
    for (const off of this.offs) off();
    this.bench.map.draggable(true);
    this.bench.map.cursor("");
    for (const name of ["vertices", "border"] as const) this.bench.map.sketch(name, EMPTY);
  }

  private find({ at }: Pointed): Snap | null {
    const ground = this.bench.ground();
    const snap = ground?.vertex(at, metresOf(this.bench, at, GRAB_PX));
    return snap && !ground?.isFixed(snap) ? snap : null;
  }

  private press(pointed: Pointed): void {
    this.held = this.find(pointed);
    this.moved = false;
    if (this.held) this.bench.map.draggable(false);
  }

  private point(pointed: Pointed): void {
    if (!this.held) {
      this.bench.map.cursor(this.find(pointed) ? "grab" : "crosshair");
      this.bench.snap(pointed.at);
      return;
    }
    this.moved = true;
    const from = this.held.at;
    const spokes = this.bench.ground()?.spokes(from) ?? [];
    const features = spokes.map((end) => lineFeature([end, pointed.at]).features[0]);
    this.bench.map.sketch("border", {
      type: "FeatureCollection",
      features: features.filter((each) => each !== undefined),
    });
    this.bench.map.cursor("grabbing");
    this.consider({ verb: "move_vertex", from, to: pointed.at });
  }

  private release(pointed: Pointed): void {
    const held = this.held;
    this.held = null;
    this.bench.map.draggable(true);
    if (!held || !this.moved) return;
    this.consider.cancel();
    void propose({ verb: "move_vertex", from: held.at, to: pointed.at });
    this.bench.say("hint.line.done");
  }

  private click(pointed: Pointed): void {
    if (this.moved) return;
    const from = this.chosen;
    this.chosen = this.find(pointed);
    this.draw();
    if (from && !this.chosen) {
      void propose({ verb: "move_vertex", from: from.at, to: pointed.at });
      this.bench.say("hint.line.done");
      return;
    }
    if (this.chosen) {
      this.bench.say("hint.vertex.chosen");
      if (pointed.alternative) this.key("Delete");
      return;
    }
    const snap = this.bench.ground()?.border(pointed.at, metresOf(this.bench, pointed.at, GRAB_PX));
    if (snap) void propose({ verb: "insert_vertex", at: snap.at });
  }

  private draw(): void {
    const { map } = this.bench;
    const ground = map.zoom() >= SHOWN_FROM_ZOOM ? this.bench.ground() : null;
    const corners = (ground?.corners() ?? []).filter((corner) => !ground?.isFixed(corner));
    const features = corners.map((corner) => ({
      type: "Feature" as const,
      properties: { chosen: corner.at === this.chosen?.at },
      geometry: { type: "Point" as const, coordinates: corner.at },
    }));
    map.sketch("vertices", { type: "FeatureCollection", features });
  }
}
