import { describe, expect, it } from "vitest";
import type { Bounds } from "../../src/api";
import { barFor, mapSize, SCALES, scaleFor, zoomFor } from "../../src/state/paper";

describe("a map to scale", () => {
  it("has the zoom at which a millimetre on paper is what the scale says of ground", () => {
    // A pixel of the page is 25.4/96 mm; at zoom z the world is 512·2^z pixels round the equator.
    const zoom = zoomFor(10_000, 25);
    const metres_a_px = (40_075_016.686 * Math.cos((25 * Math.PI) / 180)) / (512 * 2 ** zoom);
    expect(metres_a_px / ((25.4 / 96) * 10)).toBeCloseTo(1, 9);
    expect(zoomFor(5_000, 25) - zoom).toBeCloseTo(1, 9);
  });

  it("takes the largest scale at which the land fits the paper", () => {
    const wide: Bounds = [102.0, 25.0, 102.02, 25.005];
    const scale = scaleFor(wide, "a4", "landscape");
    const across_mm = (0.02 * 111_319.49 * Math.cos((25.0025 * Math.PI) / 180) * 1000) / scale;
    expect(across_mm).toBeLessThanOrEqual(mapSize("a4", "landscape").width);
    const larger = SCALES[SCALES.indexOf(scale as 10_000) - 1] ?? 1;
    expect((across_mm * scale) / larger).toBeGreaterThan(mapSize("a4", "landscape").width);
    expect(scaleFor(wide, "a3", "landscape")).toBeLessThanOrEqual(scale);
  });

  it("has a bar of a round length", () => {
    expect(barFor(5_000)).toEqual({ metres: 200, mm: 40 });
    expect(barFor(1_000)).toEqual({ metres: 20, mm: 20 });
  });
});
