"""Small maps: a partition stays one, a legend holds what is on the map, a scale bar is as long as it says."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.web.reports.built import DAY, demo
from web.reports import plan_drawing
from web.reports.paper import Paper, dissolved, line_text, path, scale_bar, simplified
from web.reports.plan_drawing import Plan, paint
from web.reports.report_data import Findings
from web.reports.report_maps import form_maps, legend, severity_map, shortage_map


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan.of(demo()["grids"])


def points_of(data: str) -> list[tuple[int, int]]:
    """Follow the steps of a path; by other means than it was written."""
    x = y = 0
    found = []
    for letter, figures in re.findall(r"([Mlhvz])([^Mlhvz]*)", data):
        numbers = [int(one) for one in re.findall(r"-?\d+", figures)]
        if letter == "M":
            x, y = numbers
        elif letter == "l":
            x, y = x + numbers[0], y + numbers[1]
        elif letter == "h":
            x += numbers[0]
        elif letter == "v":
            y += numbers[0]
        if letter != "z":
            found.append((x, y))
    return found


@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=3, max_size=9, unique=True))
def test_a_path_goes_through_the_vertices(vertices):
    ring = np.array([*vertices, vertices[0]], dtype=float)
    assert points_of(line_text(ring, closed=True)) == vertices
    assert points_of(line_text(np.array(vertices, float), closed=False)) == vertices


def test_what_shrinks_to_nothing_is_left_out():
    assert path(shapely.box(0, 0, 0.2, 0.2)) == ""
    assert path(None) == ""
    assert path(shapely.Polygon()) == ""


def test_a_simplified_partition_is_one_and_stays_near(plan):
    grids = demo()["grids"]
    polygons = np.asarray(grids.geometry.array)
    thin = simplified(polygons, plan.paper)
    assert shapely.coverage_is_valid(thin)
    assert shapely.get_num_coordinates(thin).sum() < shapely.get_num_coordinates(polygons).sum()
    moved_m = shapely.hausdorff_distance(shapely.union_all(thin), shapely.union_all(polygons))
    assert moved_m < 3 * plan.paper.metres_a_px
    assert len(plan.area) == len(grids)


def test_the_map_lies_on_the_sheet(plan):
    west, north, east, south = shapely.total_bounds(plan.area)
    _, _, width, height = (int(one) for one in plan.paper.view.split())
    assert 0 <= west <= east <= width
    assert 0 <= north <= south <= height


@pytest.mark.parametrize("metres", [3, 47, 900, 6_500, 80_000, 900_000])
def test_a_scale_bar_is_as_long_as_it_says(metres):
    paper = Paper.around((0, 0, metres, metres / 2), width_px=640, height_px=500)
    drawn = scale_bar(paper)
    length = int(re.search(r"h(\d+)", drawn)[1]) / 10 * paper.metres_a_px
    number, unit = re.search(r">([\d.]+) (km|m)<", drawn).groups()
    assert length == pytest.approx(float(number) * (1000 if unit == "km" else 1), rel=0.01)
    assert number.rstrip("0")[-1:] in ("1", "2", "5") or number in ("10", "20", "50", "100", "200", "500")
    assert length <= metres / 3


@pytest.mark.parametrize(("width_m", "height_m"), [(2_000, 2_000), (9_000, 700), (1_150, 1_000), (400, 3_000)])
def test_the_scale_bar_and_the_north_arrow_stand_clear_of_a_rectangular_town(width_m, height_m):
    x, y = np.meshgrid(np.arange(4) * width_m / 4, np.arange(3) * height_m / 3)
    cells = shapely.box(x, y, x + width_m / 4, y + height_m / 3).ravel()
    code = [f"5301020010{number:02d}001" for number in range(12)]
    town = {"code": code, "community_code": [one[:12] for one in code]}
    plan = Plan.of(gpd.GeoDataFrame(town, geometry=cells, crs="EPSG:4526"))
    sheet = ElementTree.fromstring(plan.sheet(title="town"))
    assert len(stood(sheet)) > 8
    land = shapely.union_all(plan.area)
    assert shapely.distance(shapely.MultiPoint(stood(sheet)), land) > 40
    _, _, width, height = (int(one) for one in plan.paper.view.split())
    assert shapely.within(shapely.MultiPoint(stood(sheet)), shapely.box(0, 0, width, height))


def stood(sheet: ElementTree.Element) -> list[tuple[float, float]]:
    """Return the vertices of the scale bar and the north arrow, and the tops of their words."""
    found = []
    for group in sheet.iter("g"):
        if group.get("class") in ("scale", "north"):
            found += points_of(group.find("path").get("d"))
            text = group.find("text")
            found.append((float(text.get("x")), float(text.get("y")) - 110))
    return found


def test_above_the_most_grids_the_communities_are_drawn(monkeypatch):
    monkeypatch.setattr(plan_drawing, "GRIDS_DRAWN", 100)
    plan = Plan.of(demo()["grids"])
    assert (plan.by_grid, len(plan.area)) == (False, 30)
    findings = Findings.of(demo(), DAY)
    drawn = [severity_map(findings, plan, []), shortage_map(findings, plan), form_maps(findings, plan)]
    assert all(figure.count("<use") in (30, 60) for figure in drawn)


def test_communities_are_the_union_of_their_grids():
    grids = demo()["grids"]
    land, code = dissolved(np.asarray(grids.geometry.array), grids["community_code"].to_numpy(dtype=object))
    assert list(code) == sorted(set(grids["community_code"]))
    assert shapely.area(land).sum() == pytest.approx(grids.area.sum())


def test_a_legend_holds_only_what_is_on_the_map_with_its_count():
    entries = legend("form", "form", ["none", "branch", "none", None])
    assert [re.search(r'lang="zh">(.*?)<', one)[1] for one in entries] == ["没有党组织", "网格党支部", "没有数据"]
    assert [re.search(r"<b>(\d+)</b>", one)[1] for one in entries] == ["2", "1", "1"]


def test_what_is_missing_is_hatched_and_what_is_there_is_not():
    assert paint("form", "none") == "url(#fill-form-none)"
    assert paint("form", "branch").startswith("#")
    defined = set(re.findall(r'id="([^"]+)"', "".join(plan_drawing.patterns())))
    used = {paint(theme, kind)[5:-1] for theme, kinds in plan_drawing.FILLS.items() for kind in kinds}
    assert {name for name in used if name.startswith("fill-")} <= defined


def test_maps_are_well_formed_drawings(plan):
    drawn = severity_map(Findings.of(demo(), DAY), plan, ["530102001008"])
    svg = re.search(r"<svg.*?</svg>", drawn, re.S)[0]
    root = ElementTree.fromstring(svg)
    assert len(root.findall(".//use")) == len(demo()["grids"])
    assert all(use.find("title").text for use in root.iter("use"))


def test_the_numbers_of_the_worst_stand_in_their_communities(plan):
    codes = ["530102002001", "530102101208"]
    drawn, _ = plan.markers(codes)
    spots = [tuple(map(int, one)) for one in re.findall(r"translate\((\d+) (\d+)\)", drawn)]
    land = dict(zip(plan.community_code, plan.communities, strict=True))
    assert [shapely.dwithin(land[code], shapely.Point(spot), 1) for code, spot in zip(codes, spots, strict=True)] == [
        True
    ] * 2


def test_a_plan_of_one_grid_is_drawn():
    one = gpd.GeoDataFrame(
        {"code": ["530102001001001"], "community_code": ["530102001001"]},
        geometry=[shapely.box(500_000, 0, 500_100, 50)],
        crs="EPSG:4526",
    )
    plan = Plan.of(one)
    assert len(points_of(path(plan.area[0]))) == 4
    assert set(plan.borders) == {"street"}
