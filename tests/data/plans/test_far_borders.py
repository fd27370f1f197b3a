"""An edit bends borders that lead to where it did not look at first: it looks there too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from data.database.access import Access
from data.output import write_build
from data.plans.importing import import_build
from data.plans.undoing import undo
from geo.errors import TooFineError
from geo.result import OneGrid
from geo.sources import Parameters
from tests.data.plans.conftest import opened
from tests.data.plans.long_run import town_of
from tests.data.plans.plans import ask, assert_whole, grids_of, plan_of
from tests.databases import database_like
from tests.geo.sketching import SOUTH, WEST, one_grid

LINE = np.add([[90.685, 106.825], [90.688, 116.17], [90.688, 118.028], [15.646, 66.166]], (38500000, 3400000))


def test_a_border_that_would_bend_over_another_far_away_is_refused(pattern_database: Access, tmp_path: Path):
    town = town_of(16, 61, tmp_path, tmp_path)
    with database_like(pattern_database) as access, opened(access) as engine:
        import_build(engine, town, "town", by="importer")
        with pytest.raises(TooFineError) as refused:
            ask(engine, "split", code="530102001001002", line=LINE.tolist())
        assert refused.value.grids == ("530102001003002",)
        assert plan_of(engine).head == 0
        assert_whole(engine)


def test_an_edit_that_bent_borders_far_away_is_undone_there_too(pattern_database: Access, tmp_path: Path):
    start, end, tip, far = (10_000, 5000), (110_000, 45_001), (58_003, 24_201), (60_000, 25_000)
    island = [tip, (57_000, 20_000), (58_500, 20_000)]
    inner = [far, (30_000, 12_999), (31_000, 5000), (60_000, 5000)]
    shapes = {
        "small": in_millimetres((0, 0), (10_000, 0), start, (10_000, 8000), (0, 8000)),
        "beside": in_millimetres((10_000, 0), (110_000, 0), end, start, hole=inner),
        "above": in_millimetres(start, end, (110_000, 60_000), (0, 60_000), (0, 8000), (10_000, 8000)),
        "inner": in_millimetres(*inner, hole=island),
        "island": in_millimetres(*island),
    }
    town = as_drawn(shapes)
    write_build(town, tmp_path / "town.gpkg", facts={})
    codes = dict(zip(town.grids["source_id"], town.grids["code"], strict=True))
    with database_like(pattern_database) as access, opened(access) as engine:
        import_build(engine, tmp_path / "town.gpkg", "town", by="importer")
        line = [[WEST, SOUTH + 2], [WEST + 10.001, SOUTH + 5]]
        done = ask(engine, "split", code=codes["small"], line=line, snap_m=0)
        assert {grid.code for grid in done.woven} == {codes[name] for name in ("beside", "above", "inner")}
        assert_whole(engine)
        undo(engine, "town", by="planner", base=1)
        assert_whole(engine)
        for version in grids_of(engine).values():
            assert version.grid.polygon.equals(shapes[version.grid.source_id])


def in_millimetres(*corners: tuple[int, int], hole: list[tuple[int, int]] | None = None) -> shapely.Polygon:
    """Draw a polygon from the south-west corner of the pictures."""
    shell, *holes = (np.round(np.array(ring) / 1000 + (WEST, SOUTH), 3) for ring in (corners, hole) if ring)
    return shapely.Polygon(shell, holes)


def as_drawn(shapes: dict[str, shapely.Polygon]) -> OneGrid:
    """Build one community of grids that keep borders a millimetre apart, which the sliver rules would join."""
    whole = shapely.union_all(list(shapes.values()))
    compounds = {name: (polygon, {"households": 10}) for name, polygon in shapes.items()}
    made = one_grid({"X": whole}, Parameters(sliver_width=0.01, min_area=0.001), compound=compounds)
    name = dict(zip(made.grids["code"], made.grids["source_id"], strict=True))
    return replace(
        made,
        grids=made.grids.assign(geometry=[shapes[one] for one in made.grids["source_id"]]),
        faces=made.faces.assign(geometry=[shapes[name[code]] for code in made.faces["code"]]),
    )
