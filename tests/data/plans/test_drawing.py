"""What tiles are drawn from is what the functions of tile units make of each shape, one by one."""

from __future__ import annotations

from data.database.access import Access
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
