"""Random edits of messy towns: whatever is drawn, the land stays a partition, or the edit is refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.build import build
from geo.edits.applying import apply
from geo.edits.carve import carve_grid
from geo.edits.ground import Edit, Ground
from geo.edits.land import on_ground
from geo.edits.merge import merge_grids
from geo.edits.reassign import reassign_faces
from geo.edits.reshape import reshape_grids
from geo.edits.split import split_grid
from geo.edits.vertices import delete_vertex, insert_vertex, move_vertex
from geo.errors import EditRefused
from geo.sources import Parameters
from tests.geo.edits.grounds import assert_partition, fresh, ground_of
from tests.geo.messy import messy_sources

EDITS = 25


def random_edit(ground: Ground, rng: np.random.Generator, number: int) -> Edit:
    """Draw something over a grid and what is around it."""
    codes = list(ground.grids)
    code = codes[rng.integers(len(codes))]
    polygon = ground.grids[code].polygon
    west, south, east, north = shapely.buffer(polygon, 5).bounds
    places = rng.uniform((west, south), (east, north), (rng.integers(2, 6), 2))
    corners = shapely.get_coordinates(polygon)
    held = rng.random(len(places)) < 0.3
    places[held] = corners[rng.integers(len(corners), size=held.sum())]
    near = [other for other in codes if other != code and ground.grids[other].polygon.intersects(polygon)] or [code]
    other = near[rng.integers(len(near))]
    corner = tuple(np.rint(corners[rng.integers(len(corners))] * 1000).astype(int).tolist())
    step = rng.choice([1, 1000, 30_000])
    shift = tuple((np.array(corner) + rng.integers(-step, step + 1, 2)).tolist())
    middle = np.rint(corners[:2].mean(axis=0) * 1000).astype(int)
    new = fresh(f"n{number}-")
    verbs = [
        lambda: split_grid(code, on_ground(places), fresh=new),
        lambda: split_grid(code, on_ground(places[[0, -1]]), fresh=new),
        lambda: merge_grids([code, other], keep=code),
        lambda: reshape_grids([code, other], on_ground(places)),
        lambda: carve_grid(on_ground(np.concatenate([places, places[:1]])), fresh=new),
        lambda: reassign_faces(shapely.points(places), to=other),
        lambda: move_vertex(corner, shift),
        lambda: insert_vertex(tuple(middle.tolist())),
        lambda: delete_vertex(corner),
    ]
    return verbs[rng.integers(len(verbs))]()


def edited_at_random(seed: int, edits: int) -> list[str]:
    """Edit a messy town many times; return what became of each edit."""
    rng = np.random.default_rng(seed)
    ground = ground_of(build(messy_sources(seed, side=2, per_layer=6), Parameters()))
    ended = []
    for number in range(edits):
        edit = random_edit(ground, rng, number)
        try:
            change = apply(ground, edit)
        except EditRefused as refused:
            ended.append(refused.code)
            continue
        assert_partition(change.ground, ground)
        back = change.reverse(change.ground)
        assert dict(back.grids) == dict(ground.grids)
        ended.append("done")
        ground = change.ground
    return ended


@pytest.mark.parametrize("seed", range(6))
def test_random_edits_keep_the_partition(seed: int):
    ended = edited_at_random(seed, EDITS)
    assert ended.count("done") >= 3
