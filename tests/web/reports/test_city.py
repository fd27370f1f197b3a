"""A city's map stays usable: 40,000 grids in one file."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.web.reports.conftest import Opened
from web.reports.map import write_map

SIDE = 200
CELL_M = 120.0


def city() -> dict[str, pd.DataFrame]:
    """Return 40,000 grids of ten by ten to a community, with borders of many vertices, and as many faces."""
    row, column = (axis.ravel() for axis in np.mgrid[0:SIDE, 0:SIDE])
    ring = np.array([(k, 0) for k in range(8)] + [(8, k) for k in range(8)])
    ring = np.concatenate([ring, 8 - ring]) / 8
    xy = (np.stack([column, row], axis=1)[:, None] + ring) * CELL_M
    xy = xy + 9 * np.sin(xy[..., ::-1] / 37)  # the same for both neighbours of a border
    shapes = shapely.polygons(np.round(xy + np.array([38_500_000, 3_400_000]), 3))
    community = row // 10 * (SIDE // 10) + column // 10
    code = pd.Series(community).map(lambda n: f"5301{n // 100:02d}{n // 10 % 10:03d}{n % 10:03d}")
    number = (row % 10 * 10 + column % 10 + 1).astype(str)
    grids = pd.DataFrame(
        {
            "code": code + pd.Series(number).str.zfill(3),
            "kind": np.array(["residential", "institutional", "patrol", "unclaimed"])[(row * 7 + column) % 4],
            "name": [f"花园小区{n}" for n in range(len(row))],
            "community_code": code,
            "source_layer": "compound",
            "source_id": [f"c{n}" for n in range(len(row))],
            "patrol_zone_id": None,
            "management_type": "routine",
            "households": row % 600,
            "population": column % 900,
            "party_members": row % 7,
            "area_m2": shapely.area(shapes),
            "parts": 1,
        }
    )
    faces = pd.DataFrame({"code": grids["code"], "claimants": '["compound:c1"]', "rule": "sole", "area_m2": 1.0})
    crs = "EPSG:4526"
    return {
        "grids": gpd.GeoDataFrame(grids, geometry=shapes, crs=crs),
        "faces": gpd.GeoDataFrame(faces, geometry=shapes, crs=crs),
    }


@pytest.fixture(scope="module")
def city_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("city") / "city.html"
    write_map(city(), file)
    return file


def test_a_city_opens_in_seconds_and_pans_at_once(browser, city_file):
    assert city_file.stat().st_size < 40e6
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    view = Opened(context.new_page())
    start = time.perf_counter()
    view.open(city_file)
    view.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert time.perf_counter() - start < 10  # under 2 s on an idle machine of two cores
    assert view.text("#figures b >> nth=0") == "40\u202f000"
    assert view.page.evaluate("oneGrid.painter.the().lastMs") < 2000  # about 0.15 s idle
    view.page.evaluate("map_onegrid.setZoom(16, { animate: false })")
    assert view.page.evaluate("oneGrid.painter.the().lastMs") < 300
    assert view.complaints == []
    context.close()
