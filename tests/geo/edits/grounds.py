"""Grounds to edit: from small pictures, and from builds of messy towns."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.arrays import Ints
from geo.edits.applying import apply
from geo.edits.ground import Edit, Face, Fresh, Grid, Ground
from geo.edits.land import on_ground
from geo.errors import EditRefused
from geo.result import OneGrid
from tests.geo.sketching import CELL_M, SOUTH, WEST, sketch

HECTARE = 1e4


def ground(picture: str, community: str | None = None, **said: object) -> Ground:
    """Draw grids, one a letter; ``community`` is a picture of the same size, else all are in one."""
    homes = sketch(community) if community else {}
    grids = []
    for letter, polygon in sketch(picture).items():
        home = next((name for name, area in homes.items() if area.covers(polygon.representative_point())), "C")
        faces = tuple(Face(part, (f"compound:{letter}",), "sole") for part in shapely.get_parts(polygon))
        grids.append(Grid(f"id-{letter}", letter, home, polygon, faces, **said))  # type: ignore[arg-type]
    return Ground.of(grids)


def edited(before: Ground, *edits: Edit) -> Ground:
    """Apply edits one after the other."""
    for edit in edits:
        before = apply(before, edit).ground
    return before


def proven(before: Ground, edit: Edit) -> Ground:
    """Apply an edit; the land stays a partition, the ground before as it was, and the reverse restores it."""
    kept = dict(before.grids)
    change = apply(before, edit)
    assert_partition(change.ground, before)
    assert dict(before.grids) == kept
    back = change.reverse(change.ground)
    assert set(back.grids) == set(kept)
    assert all(back.grids[code] is grid for code, grid in kept.items())
    shares = {}
    for passed in change.lineage:
        shares[passed.old] = shares.get(passed.old, 0) + passed.area_share
    assert all(abs(share - 1) < 1e-4 for share in shares.values())
    return change.ground


def refusal(before: Ground, edit: Edit) -> str:
    """Return the code by which an edit is refused."""
    with pytest.raises(EditRefused) as refused:
        apply(before, edit)
    return refused.value.code


def areas(plan: Ground) -> dict[str, float]:
    """Return how many hectares each grid has."""
    return {code: round(grid.polygon.area / HECTARE, 3) for code, grid in plan.grids.items()}


def line(*places: tuple[float, float]) -> Ints:
    """Draw a line by columns and rows of the picture, from its south-west corner."""
    return on_ground(np.array([(WEST + x * CELL_M, SOUTH + y * CELL_M) for x, y in places]))


def by_mm(place: tuple[int, int]) -> tuple[int, int]:
    """Return a place in cells, by millimetres from the picture's south-west corner."""
    x, y = cell(0, 0)
    return x + place[0], y + place[1]


def drawn_by_mm(corners: Iterable[tuple[int, int]]) -> shapely.Polygon:
    """Draw land by millimetres from the picture's south-west corner."""
    return shapely.Polygon(np.array([by_mm(corner) for corner in corners]) / 1000)


def cell(x: float, y: float) -> tuple[int, int]:
    """Return a place in the picture as a vertex."""
    return round((WEST + x * CELL_M) * 1000), round((SOUTH + y * CELL_M) * 1000)


def fresh(prefix: str = "new") -> Fresh:
    """Give out codes in order."""
    number = itertools.count(1)

    def give(community: str) -> tuple[str, str]:
        code = f"{prefix}{next(number)}"
        return f"id-{code}", code

    return give


def ground_of(grid: OneGrid) -> Ground:
    """Take a whole build as one ground."""
    faces: dict[str, list[Face]] = {}
    for row in grid.faces.itertuples():
        faces.setdefault(row.code, []).append(Face(row.geometry, tuple(json.loads(row.claimants)), row.rule))
    return Ground.of(
        Grid(
            grid_id=row.code,
            code=row.code,
            community=row.community_code,
            polygon=row.geometry,
            faces=tuple(faces[row.code]),
            kind=row.kind,
            source_layer=row.source_layer,
            households=None if pd.isna(row.households) else int(row.households),
        )
        for row in grid.grids.astype({"households": "object"}).itertuples()
    )


def assert_partition(after: Ground, before: Ground) -> None:
    """The same land, held once, by grids that their faces make up; every household still there."""
    polygons = np.array([grid.polygon for grid in after.grids.values()])
    assert shapely.coverage_is_valid(polygons)
    assert shapely.is_valid(polygons).all()
    was = shapely.union_all([grid.polygon for grid in before.grids.values()])
    assert shapely.symmetric_difference(was, shapely.union_all(polygons)).area < 1e-4 * max(was.length, 1)
    for grid in after.grids.values():
        faces = np.array([face.polygon for face in grid.faces])
        assert abs(shapely.area(faces).sum() - grid.polygon.area) < 1e-4, grid.code
        assert shapely.symmetric_difference(shapely.union_all(faces), grid.polygon).area < 1e-4
        assert all(face.polygon.geom_type == "Polygon" for face in grid.faces)
    assert total(after.grids.values()) == total(before.grids.values())


def total(grids: Iterable[Grid]) -> int:
    """Add up households."""
    return sum(grid.households or 0 for grid in grids)
