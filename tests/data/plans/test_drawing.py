"""What tiles are drawn from is what the functions of tile units make of each shape, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from data.database.access import Access
from data.plans.tiles_sql import HALF_WORLD_M, drawn, exactly
from tests.databases import execute

GRIDS = """
SELECT count(*), count(*) FILTER (WHERE ST_AsBinary(d.shape) = ST_AsBinary(
    onegrid.whole_units(onegrid.in_units(v.outline, 14))) AND d.shortage IS NOT NULL)
FROM onegrid.grid_version AS v LEFT JOIN onegrid.drawn_grid AS d USING (version_id)
"""
PLACES = """
SELECT count(*), count(*) FILTER (WHERE ST_AsBinary(d.shape) = ST_AsBinary(
    onegrid.whole_units(onegrid.in_units(r.geometry, 17))))
FROM onegrid.source_row AS r LEFT JOIN onegrid.drawn_place AS d USING (source_id, layer, number)
WHERE r.layer IN ('units', 'facilities') AND r.geometry IS NOT NULL
"""


def test_what_is_drawn_at_once_is_what_would_be_drawn_one_by_one(town_database: Access):
    for query in (GRIDS, PLACES):
        [(every, same)] = execute(town_database, "SET search_path = onegrid, public", query)
        assert 0 < every == same


def made(access: Access, shapes: list[shapely.Geometry], rows: str, result: str) -> list[shapely.Geometry]:
    """Return what a query makes of shapes ``g.shape``."""
    given = ", ".join(f"({number}, ST_GeomFromText('{shape.wkt}'))" for number, shape in enumerate(shapes))
    query = f"SELECT ST_AsBinary({result}) FROM (VALUES {given}) AS g (number, shape) {rows} ORDER BY number"
    found: list[Any] = execute(access, query)
    return [shapely.from_wkb(bytes(wkb)) for (wkb,) in found]


def test_what_is_drawn_is_valid_and_wound_as_tiles_want_it_however_narrow(pattern_database: Access):
    random = np.random.default_rng(5)
    turns = np.linspace(0, 2 * np.pi, 25, endpoint=False) + random.uniform(0, 0.2, (600, 25))
    reach = random.uniform(2, 60, (600, 25, 1))
    stars = list(shapely.polygons(1000 + reach * np.stack([np.cos(turns), np.sin(turns)], axis=2) * [1, 0.1]))
    turned_over = [(9.6, 60.4), (52.4, 71.5), (30.4, 65.6)], [(53, 164), (30.4, 92.4), (1, 0.4)]
    beside = [shapely.MultiPolygon([shapely.box(100, 0, 140, 40), shapely.Polygon(each)]) for each in turned_over]
    shapes = [shape.normalize().reverse() for shape in (*stars, *beside)]
    for shape, found in zip(shapes, made(pattern_database, shapes, drawn("g.shape"), "h.geom"), strict=True):
        assert found.is_valid, shape.wkt
        assert all(part.exterior.is_ccw for part in shapely.get_parts(found)), shape.wkt
        assert (shapely.get_coordinates(found) % 1 == 0).all(), shape.wkt
        assert found.difference(shape.buffer(1)).is_empty, shape.wkt


def test_land_of_a_plan_is_wound_as_tiles_want_it_whichever_way_it_came(pattern_database: Access):
    land = shapely.box(0, 0, 40, 40).difference(shapely.box(10, 10, 20, 20)).normalize()
    place = exactly("ST_SetSRID(g.shape, 3857)")
    for name in ("left", "top"):
        place = place.replace(f"%({name})s", str(HALF_WORLD_M))
    found = made(pattern_database, [land, land.reverse()], "", place.replace("%(u)s", "1"))
    assert [shape.exterior.is_ccw for shape in found] == [True, True]
    assert [shape.interiors[0].is_ccw for shape in found] == [False, False]
