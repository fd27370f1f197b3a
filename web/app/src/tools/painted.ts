// What of the land is painted: single faces, or all faces of the source units that were pointed at.

import type { Feature, Polygon, Position } from "geojson";
import type { Edit, FaceProperties } from "../api";

export type Face = Feature<Polygon, FaceProperties>;
export type PaintBy = "face" | "unit";

/** The source unit that a face came from, as "layer:id"; null where nobody claims it. */
export const unitOf = ({ properties: { claimants } }: Face): string | null => {
  const first = claimants[0];
  return first ? `${first.layer}:${first.id}` : null;
};

const claims = (face: Face, unit: string): boolean =>
  face.properties.claimants.some((each) => `${each.layer}:${each.id}` === unit);

/** Land that was painted; painting it once more wipes it off. */
export class Painted {
  private readonly faces = new Map<string, Position>();
  private unit: string | null = null;

  /** Paint a face, or wipe it off; returns whether anything is otherwise than before. */
  paint(face: Face, at: Position, by: PaintBy, wiping: boolean): boolean {
    if (by === "unit") {
      const wanted = wiping ? null : unitOf(face);
      const changed = wanted !== this.unit;
      this.faces.clear();
      this.unit = wanted;
      return changed;
    }
    this.unit = null;
    const { face_id } = face.properties;
    if (wiping) return this.faces.delete(face_id);
    if (this.faces.has(face_id)) return false;
    this.faces.set(face_id, at);
    return true;
  }

  has(face: Face): boolean {
    return this.unit === null ? this.faces.has(face.properties.face_id) : claims(face, this.unit);
  }

  clear(): void {
    this.faces.clear();
    this.unit = null;
  }

  /** The edit that gives what is painted to a grid; null while nothing is. */
  edit(to: string): Edit | null {
    if (this.unit !== null) return { verb: "reassign", unit: this.unit, to };
    return this.faces.size ? { verb: "reassign", faces: [...this.faces.values()], to } : null;
  }
}
