"""Positions that can't be meant are refused in words that say which, why, and what was likely meant."""

from __future__ import annotations

import re

import pyproj
import pytest
from sqlalchemy import Engine

from data.plans.door import edit
from data.plans.reach import require_reached
from data.plans.verbs import Position, read_verb
from geo.errors import InputError, LineMissesGridError
from tests.data.plans.test_editing import largest

DEGREES, METRES = "positions are longitude, latitude in degrees", "positions are x, y of EPSG:4522"


@pytest.mark.parametrize(
    ("crs", "working", "position", "said"),
    [
        (4326, 4522, (25.0, 102.0), f"[25, 102]: 102 is no latitude (-90 to 90); {DEGREES}: are the two swapped?"),
        (4326, 4517, (43.8, 87.6), f"[43.8, 87.6] is far from the plan; {DEGREES}: are the two swapped?"),
        (4326, 4522, (-200, 20), f"[-200, 20]: -200 is no longitude (-180 to 180); {DEGREES}"),
        (
            4326, 4522, (34512345.5, 2767890),
            f"[34512345.5, 2767890]: 2767890 is no latitude (-90 to 90); {DEGREES}, "
            "and these look like metres of EPSG:4522",
        ),
        (
            4326, 32647, (512345, 2767890),
            f"[512345, 2767890]: 2767890 is no latitude (-90 to 90); {DEGREES}, "
            "and these look like metres of EPSG:32647",
        ),
        (
            4522, 4522, (102.7, 25),
            f"[102.7, 25] is far from the plan; {METRES}, and these look like longitude, latitude",
        ),
        (
            4522, 4522, (2767890, 34512345),
            f"[2767890, 34512345] is far from the plan; {METRES}, east before north: are the two swapped?",
        ),
        (4522, 4526, (1e300, 1), "[1e+300, 1] is beyond the reach of EPSG:4522, of which positions are x, y"),
        (4326, 4522, (12, 0), "[12, 0] is too far away for EPSG:4522, the CRS of the plan"),
    ],
)  # fmt: skip
def test_a_position_that_cannot_be_meant_is_refused(crs: int, working: int, position: Position, said: str):
    near = {4326: (102.7, 25.0), 4522: (34_500_000.0, 2_767_890.0)}[crs]
    with pytest.raises(InputError, match=re.escape(f"position {said}") + "$"):
        require_reached([near, position], pyproj.CRS.from_epsg(crs), pyproj.CRS.from_epsg(working))


@pytest.mark.parametrize("position", [(102.7, 25.0), (0.0, 50.0), (-78.0, 25.0), (179.0, 89.0)])
def test_a_position_on_the_earth_is_taken_as_it_is(position: Position):
    require_reached([position], pyproj.CRS.from_epsg(4326), pyproj.CRS.from_epsg(4522))


def test_every_verb_that_is_drawn_says_that_its_positions_are_swapped(planned: Engine):
    grid = largest(planned)
    turned, near = [25.0, 102.7], [102.7, 25.0]
    for said in (
        {"verb": "split", "code": grid.code, "line": [near, turned]},
        {"verb": "reshape", "codes": [grid.code, grid.code], "line": [turned, near]},
        {"verb": "move_vertex", "from": turned, "to": near},
        {"verb": "move_vertex", "from": near, "to": turned},
        {"verb": "insert_vertex", "at": turned},
        {"verb": "delete_vertex", "at": turned},
        {"verb": "carve", "polygon": [near, near, turned, near]},
        {"verb": "reassign", "places": [turned], "to": grid.code},
    ):
        with pytest.raises(InputError, match=r"102\.7 is no latitude.*: are the two swapped"):
            edit(planned, "town", read_verb(said), by="a", base=0, dry_run=True)
    with pytest.raises(LineMissesGridError, match="there is no grid where this is drawn"):
        edit(planned, "town", read_verb({"verb": "insert_vertex", "at": [0, 0]}), by="a", base=0)
