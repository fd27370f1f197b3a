"""What is decided on unclaimed land stays with it while nobody touches that land."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import shapely

from data.database.access import Access
from data.output import write_build
from data.plans.decisions import find_gaps, sign_gap
from data.plans.differing import State
from data.plans.importing import import_build
from data.plans.plan import find_plan
from geo.build import build
from geo.sources import Parameters
from tests.data.plans.conftest import opened
from tests.data.plans.plans import ask, assert_ledgers_true, grids_of
from tests.databases import database_like
from tests.geo.sketching import CELL_M, SOUTH, WEST, sources, square

TODAY, LATER = date(2026, 3, 1), date(2999, 1, 1)
LAND = {"A": [(0, 0), (3, 0), (3.3, 0.9), (3, 2), (0, 2)]}
"""In cells: a community whose eastern border leans."""


def at(x: float, y: float) -> list[float]:
    return [WEST + x * CELL_M, SOUTH + y * CELL_M]


def test_a_decision_on_unclaimed_land_stays_when_a_neighbour_is_split_up_to_its_border(
    pattern_database: Access, tmp_path: Path
):
    community = {name: shapely.Polygon([at(*corner) for corner in corners]) for name, corners in LAND.items()}
    drawn = sources(community, compound={"v": square(0, 0, 1, 2)})
    write_build(build(drawn, Parameters()), tmp_path / "drawn", facts={})
    with database_like(pattern_database) as access, opened(access) as engine:
        import_build(engine, tmp_path / "drawn", "town", by="importer")
        (home,) = (code for code, one in grids_of(engine).items() if one.grid.source_id == "v")
        with engine.begin() as connection:
            plan = find_plan(connection, "town")
            (gap,) = find_gaps(connection, State(plan, 0), TODAY, {"kind": "unclaimed"})
            sign_gap(connection, plan, gap.gap_id, state="accepted", reason="缓办", expires=LATER, by="supervisor")
        done = ask(engine, "split", code=home, line=[at(-0.1, 1.2), at(1.1, 1.2)])
        assert [one.kind for one in done.woven] == ["unclaimed"]
        with engine.begin() as connection:
            (after,) = find_gaps(connection, State(plan, done.revision), TODAY, {"kind": "unclaimed"})
        assert (after.gap_id, after.state, after.reason) == (gap.gap_id, "accepted", "缓办")
        assert_ledgers_true(engine)
