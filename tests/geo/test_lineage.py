"""What became of old grids: what is drawn as it was takes no cutting, and the land comes out as if all were cut."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import geo.lineage
from geo.lineage import common_land, household_share

OLD = shapely.box(np.arange(0, 16, 4), 0, np.arange(4, 20, 4), 4)
NEW = shapely.box([12, 0, 4, 7], 0, [16, 4, 7, 12], 4)
"""The first and the last as they were; of those between, the border moved from 8 to 7."""


def cut_throughout() -> dict[tuple[int, int], float]:
    """Return the area that each pair has in common, cutting each with each."""
    land = shapely.area(shapely.intersection(OLD[:, None], NEW[None, :]))
    return {(int(i), int(j)): land[i, j] for i, j in np.argwhere(land > 0)}


def test_old_grids_drawn_as_new_ones_are_and_those_that_changed_share_the_land_that_cutting_gives():
    i, j, land = common_land(OLD, NEW)
    found = dict(zip(zip(i.tolist(), j.tolist(), strict=True), shapely.area(land).tolist(), strict=True))
    assert found == pytest.approx(cut_throughout())
    assert list(found) == sorted(found)


def test_only_grids_that_changed_are_cut(monkeypatch: pytest.MonkeyPatch):
    cut = []
    monkeypatch.setattr(geo.lineage.shapely, "intersection", lambda one, other: cut.extend(one) or one)
    common_land(shapely.multipolygons(OLD[:, None]), OLD[::-1].copy())  # as a GeoPackage has them
    assert cut == []


def test_households_go_with_their_buildings_where_a_grid_was_cut():
    i, _, land = common_land(OLD, NEW)
    place = [shapely.Point(x, 2) for x in (1, 5, 5.5, 7.5, 9)]  # two, and one, of the grid that is cut at 7
    buildings = gpd.GeoDataFrame({"households": [7, 2, 4, 3, 5]}, geometry=place, crs="EPSG:4526")
    share = household_share(i, land, shapely.area(land) / shapely.area(OLD)[i], OLD, buildings)
    assert share.tolist() == pytest.approx([1, 6 / 9, 3 / 9, 1, 1])
