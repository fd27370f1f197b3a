from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from tests.web.reports.town import CELL_M, CODES, SHAPES
from web.reports.borders import COMMUNITY, GRID, STREET, borders

POLYGONS = np.array(list(SHAPES.values()), dtype=object)
COMMUNITIES = pd.Series([code[:12] for code in CODES])


def length_by_level() -> dict[int, float]:
    lines, level = borders(POLYGONS, COMMUNITIES)
    return {key: shapely.length(lines[level == key]).sum() / CELL_M for key in (GRID, COMMUNITY, STREET)}


def test_every_border_is_drawn_once():
    lines, _ = borders(POLYGONS, COMMUNITIES)
    assert shapely.length(lines).sum() == shapely.union_all(shapely.boundary(POLYGONS)).length


def test_a_border_has_the_level_of_the_highest_division_that_it_separates():
    perimeter, between_streets, between_communities = 16, 2, 2
    assert length_by_level() == {GRID: 7, COMMUNITY: between_communities, STREET: perimeter + between_streets}


def test_the_edge_of_the_jurisdiction_is_its_outline():
    one_street = COMMUNITIES.str.replace("320106002", "320106001")
    lines, level = borders(POLYGONS, one_street)
    outline = shapely.union_all(lines[level == STREET])
    assert outline.symmetric_difference(shapely.union_all(POLYGONS).boundary).is_empty


def test_no_grids_have_no_borders():
    lines, level = borders(np.empty(0, dtype=object), pd.Series(dtype=object))
    assert len(lines) == len(level) == 0
