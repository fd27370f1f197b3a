"""Random messy layers: what digitising, reprojecting and copying make of a town, by seed."""

from __future__ import annotations

import numpy as np
import shapely

from geo.sources import Sources
from tests.geo.sketching import CELL_M, SOUTH, STANDARDS, WEST, communities, units


def wobbly(rng: np.random.Generator, shape: shapely.Geometry, noise_m: float) -> shapely.Geometry:
    """Move every vertex of a polygon, rings kept closed; it may come out invalid."""

    def move(xy: np.ndarray) -> np.ndarray:
        moved = xy + rng.normal(0, noise_m, xy.shape) if noise_m else xy.copy()
        moved[-1] = moved[0]
        return moved

    return shapely.Polygon(move(shapely.get_coordinates(shape.exterior)))


def blob(rng: np.random.Generator, extent_m: float) -> shapely.Geometry:
    """Draw a star-shaped polygon of 3 to 40 vertices, sometimes a bow-tie, sometimes a needle."""
    count = int(rng.integers(3, 40))
    angle = np.sort(rng.uniform(0, 2 * np.pi, count))
    radius = rng.uniform(0.3, 1, count) * 10 ** rng.uniform(0.3, 2.2)
    if rng.random() < 0.1:
        rng.shuffle(angle)
    stretch = np.array([1.0, 10 ** rng.uniform(-2.5, 0)]) if rng.random() < 0.2 else np.ones(2)
    centre = np.array([WEST, SOUTH]) + rng.uniform(-0.05, 1.05, 2) * extent_m
    return shapely.Polygon(centre + stretch * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))


def messy_sources(seed: int, *, side: int = 3, per_layer: int = 12) -> Sources:
    """Draw ``side`` × ``side`` communities that almost match, and units of every bad habit over them."""
    rng = np.random.default_rng(seed)
    extent = side * CELL_M
    lattice = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), axis=-1) * CELL_M + [WEST, SOUTH]
    lattice = lattice + rng.uniform(-20, 20, lattice.shape)
    noise = rng.choice([0.0, 1e-9, 4e-4, 0.05, 0.4])
    cells = {}
    for row in range(side):
        for column in range(side):
            corners = lattice[[row, row, row + 1, row + 1], [column, column + 1, column + 1, column]]
            drawn = shapely.segmentize(shapely.Polygon(corners), rng.choice([11.0, 37.0, 1e3]))
            cells[f"c{row}{column}"] = wobbly(rng, drawn, noise)
    layers: dict[str, dict[str, object]] = {"courtyard": {}, "compound": {}, "patrol_zone": {}}
    for shapes in layers.values():
        for number in range(per_layer):
            choice = rng.random()
            if choice < 0.2 and shapes:
                copied = shapely.make_valid(list(shapes.values())[-1][0])
                drawn = shapely.union(copied, shapely.make_valid(blob(rng, extent))) if choice < 0.05 else copied
            elif choice < 0.5:
                base = list(cells.values())[int(rng.integers(len(cells)))]
                grown = base.buffer(rng.choice([-30.0, -0.3, -1e-3, 0.0, 1e-3, 0.5, 3.0, 30.0]), join_style="mitre")
                grown = grown if grown.geom_type == "Polygon" and not grown.is_empty else base
                drawn = wobbly(rng, grown, rng.choice([0.0, 1e-9, 1e-3, 0.3]))
            else:
                drawn = blob(rng, extent)
            people = {"households": int(rng.integers(0, 900))} if rng.random() < 0.8 else {}
            shapes[f"u{number}"] = (drawn, people)
    frame = communities(cells)
    return Sources(name=f"messy {seed}", crs=frame.crs, communities=frame, units=units(**layers), standards=STANDARDS)
