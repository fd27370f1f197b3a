"""What the map tells of service: shortage, party organisations, stars, premises; and gaps by kind, id and party."""

from __future__ import annotations

import numpy as np
import pytest

from tests.web.reports.test_map_in_browser import colour
from tests.web.reports.town import CODES, communities, corner, frames, gaps
from web.reports.map import write_map
from web.reports.palette import FILLS, PARTY_RED


def rgb(color: str) -> list[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def legend(opened) -> str:
    return " ".join(opened.text("#legend .theme").split())


def choose(opened, fill: str) -> None:
    opened.page.select_option("#fill", fill)
    opened.page.wait_for_timeout(60)


@pytest.mark.parametrize(
    ("fill", "classes", "summary", "first"),
    [
        # two grids are short, one has two more than required, one as many; nobody knows of the others
        ("shortage", "缺 2 人 1 缺 1 人 1 按标准配齐 1 超出标准 1–2 人 1", "应配 7 人，现有 6 人，缺 3 人", "short_2"),
        ("form", "网格党支部 1 联合党支部 1 党小组 1 党员先锋服务站 1 没有党组织 3", "4 / 7 个网格有党组织", "branch"),
        ("rating", "五星 1 不评星 1 未评定 5", "2 / 3 个小区已评定", "five"),
        # worst open gaps by grid: 67, none, 71, none, 50, none (its gap is an accepted exception), none
        ("severity", "没有缺口 4 严重 3", "", "high"),
    ],
)
def test_each_overlay_fills_the_map_and_counts_its_classes(opened, fill, classes, summary, first):
    choose(opened, fill)
    assert classes in legend(opened)
    assert summary in legend(opened)
    assert colour(opened, -30, -30) == rgb(FILLS[fill][first])


def red_pixels(opened) -> int:
    """Count the pixels of party red on the map."""
    return opened.page.evaluate(
        """([r, g, b]) => {
            const { context } = oneGrid.painter.the()._views[0];
            const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
            let found = 0;
            for (let i = 0; i < data.length; i += 4) {
                if (data[i] === r && data[i + 1] === g && data[i + 2] === b) found++;
            }
            return found;
        }""",
        rgb(PARTY_RED),
    )


def test_party_red_is_on_the_map_as_flags_and_only_in_the_party_overlay(opened):
    for fill in FILLS:
        choose(opened, fill)
        assert (red_pixels(opened) > 40) == (fill == "form"), fill


def test_the_panel_of_a_grid_tells_posts_party_premises_rounds_and_stars(opened):
    opened.click_at(*corner(0.5, 0.5))
    text = " ".join(opened.text("#inspector").split())
    for part in (
        "网格长 1 1 0 保洁员 2 0 2 合计 3 1 2",
        "现在 网格党支部 组织 江南里党支部 所辖党员 88 建议 维持现状 党员 88 人 ≥ 3 人，单独建党支部",
        "网格阵地 江南里驿站",
        "巡查 每 3 天一次",  # the shipped standard of a routine grid
        "小区类别 I 类 自治形式 自治管理委员会 › 2026 年第二季度 92.5 分 ★★★★★",
    ):
        assert part.replace("› ", "") in text.replace("› ", ""), part


def test_a_figure_opens_on_its_arithmetic(opened):
    opened.click_at(*corner(0.5, 0.5))
    words = "2 人：日常管理型网格标准；现有 0 人，缺 2 人"
    assert words not in opened.text("#inspector")
    opened.page.click(".post summary >> nth=1")
    assert words in opened.text("#inspector")
    opened.page.click("#language")
    opened.page.click(".post summary >> nth=1")
    assert "2: standard of a routine grid; 0 held, 2 short" in opened.text("#inspector")


def test_another_organisation_is_proposed_with_its_reason(opened):
    opened.page.evaluate("oneGrid.selection.select({ type: 'grid', row: 2 })")
    text = " ".join(opened.text("#inspector").split())
    assert "现在 没有党组织 建议 党员先锋服务站 党员 0 人 < 1 人，设党员先锋服务站" in text


def test_without_tables_the_overlays_that_need_them_are_not_offered(opened, tmp_path):
    few = {name: frame for name, frame in frames().items() if name in ("grids", "faces", "units", "gaps", "build")}
    write_map(few, tmp_path / "few.html")
    opened.open(tmp_path / "few.html")
    offered = opened.page.locator("#fill option").evaluate_all("(all) => all.map((one) => one.value)")
    assert offered == ["kind", "management_type", "households", "severity", "rule", "plain"]
    opened.click_at(*corner(0.5, 0.5))
    assert opened.page.locator(".posts").count() == 0
    assert opened.complaints == []


def test_premises_are_points_that_can_be_clicked(opened):
    opened.page.check('[data-layer="premises"]')
    opened.click_at(*corner(0.25, 0.25))
    text = opened.text("#inspector")
    assert "江南里驿站" in text and "租赁" in text and "江南里小区" in text


def test_patrol_zones_across_communities_have_an_entry_of_their_own_that_is_off(opened):
    assert not opened.page.is_checked('[data-layer="zones_astride"]')
    opened.page.uncheck('[data-layer="gaps_contested"]')
    opened.click_at(*corner(3.5, 0.5))
    assert opened.text("#inspector h2") == "北站巡区"  # the grid: the straddle is not drawn
    opened.page.check('[data-layer="zones_astride"]')
    opened.page.keyboard.press("Escape")
    opened.click_at(*corner(3.5, 0.5))
    assert "北站巡区 跨社区" in opened.text("#inspector")


def darkest(opened, x: float, y: float) -> int:
    """Return the darkest light of a patch of the map around a place."""
    import pyproj

    from tests.web.reports.town import CRS

    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(x, y)
    script = """([lat, lon]) => {
        const view = oneGrid.painter.the()._views[0];
        const [sx, sy] = oneGrid.painter.toSteps(L.latLng(lat, lon));
        const place = [view.x0 + sx * view.scale - 8, view.y0 - sy * view.scale - 8];
        const at = place.map((value) => Math.round(value * view.ratio));
        const { data } = view.context.getImageData(...at, 16, 16);
        return Math.min(...Array.from({ length: 256 }, (_, i) => data[4 * i] + data[4 * i + 1] + data[4 * i + 2]));
    }"""
    return opened.page.evaluate(script, [lat, lon])


def test_patrol_zones_that_overlap_are_hatched_lighter_than_compounds_that_do(opened):
    choose(opened, "plain")
    opened.page.uncheck('[data-layer="labels"]')
    opened.page.wait_for_timeout(60)
    zones, compounds = darkest(opened, *corner(3.3, 0.5)), darkest(opened, *corner(0.3, 0.9))
    assert zones > compounds + 60


def test_an_overlap_goes_by_its_parties(opened):
    opened.page.click("#tab-contested")
    assert opened.page.locator(".gaps .gap b").all_inner_texts()[0] == "北站巡区 × 南站巡区"
    opened.page.click(".gaps .gap >> nth=0")
    assert opened.text("#inspector h2") == "北站巡区 × 南站巡区"
    assert "重叠认领" in opened.text("#inspector")


def test_a_unit_without_a_name_goes_by_its_layer_and_number(opened):
    opened.page.evaluate(
        "oneGrid.selection.select({ type: 'unit', row: oneGrid.model.units.byKey().get('courtyard:y2') })"
    )
    assert opened.text("#inspector h2") == "单位院落 编号 y2"


def test_gaps_of_equal_severity_stay_in_the_order_of_the_build(opened):
    for ledger in ("unheld", "contested", "unserved"):
        opened.page.click(f"#tab-{ledger}")
        listed = opened.page.evaluate(
            "Array.from(document.querySelectorAll('.gaps .gap'), ({ dataset }) => Number(dataset.row))"
            ".map((row) => oneGrid.model.gaps.gap_id(row))"
        )
        table = gaps()
        assert listed == table[table["ledger"] == ledger]["gap_id"].tolist()


def test_one_kind_of_gap_can_be_shown_alone_on_the_map_and_in_the_list(opened):
    opened.page.click("#tab-unserved")
    assert not opened.page.is_checked('[data-layer="gaps_unserved"]')
    opened.page.select_option("#gap-kind", "understaffed")
    assert opened.page.locator(".gaps .gap b").all_inner_texts() == ["缺保洁员"]
    assert opened.page.is_checked('[data-layer="gaps_unserved"]')
    assert "缺编 1" in " ".join(opened.text("#legend").split())
    opened.page.select_option("#gap-kind", "")
    assert opened.page.locator(".gaps .gap").count() == 3


@pytest.mark.parametrize("sought", ["understaffed:1:cleaner", "OVERSIZE:1", "overlap:p1"])
def test_a_gap_is_found_by_its_id(opened, sought):
    opened.page.fill("#search", sought)
    opened.page.keyboard.press("Enter")
    assert sought.lower() in opened.text("#inspector .facts")


def test_a_code_finds_grids_and_not_the_ids_of_their_gaps(opened):
    opened.page.fill("#search", CODES[0])
    assert opened.page.locator("#results [role=option]").count() == 1


@pytest.mark.parametrize(("name", "status"), [("界外小区", "在辖区外"), ("无图小区", "未采用")])
def test_a_unit_that_is_on_no_grid_is_listed_and_found(opened, name, status):
    opened.page.click("#figures .unplaced button")
    text = " ".join(opened.text("#inspector").split())
    assert "2 个来源单元没有落到网格上，合计 1 287 户" in text.replace("\u202f", " ")
    assert name in text and status in text
    opened.page.fill("#search", name)
    opened.page.keyboard.press("Enter")
    assert opened.text("#inspector h2") == name
    assert status in opened.text("#inspector")


def test_households_are_those_of_the_units_without_those_that_are_on_no_grid(opened):
    opened.page.click("#figures .households button")
    text = opened.text("#inspector").replace("\u202f", " ")
    assert "来源单元 3 139 户 − 未落图单元 1 287 户" in text  # 1430 + 320 + 90 + 12 = 1852 are on grids


def test_every_repair_is_listed_with_or_without_a_place(opened):
    opened.page.click("#legend .listed button")
    text = opened.text("#inspector")
    assert "1 处没有位置" in text
    assert "江南里小区" in text and "单位院落 编号 y7" in text
    assert "没有图形" in text


def test_a_click_leaves_no_cross_at_the_middle_and_the_keyboard_shows_it(opened):
    cross = "getComputedStyle(document.querySelector('main'), '::after').content"
    opened.click_at(*corner(0.5, 0.5))
    assert opened.page.evaluate("document.activeElement.tagName") == "MAIN"
    assert opened.page.evaluate(cross) == "none"
    opened.page.keyboard.press("ArrowLeft")
    assert opened.page.evaluate(cross) == '"+"'


def test_the_map_does_not_zoom_in_to_nothing_or_drift_away(opened):
    assert opened.page.evaluate("map_onegrid.getMaxZoom()") == 20
    opened.page.evaluate("map_onegrid.panBy([90000, 0], { animate: false })")
    opened.page.wait_for_timeout(600)
    assert opened.page.evaluate("map_onegrid.getBounds().intersects(oneGrid.whole().pad(0.6))")


def test_areas_are_rounded_as_the_command_line_does(opened):
    areas = np.concatenate([[20.4, 7658.488, 9999.4, 9999.7, 10000.0, 23130.2859], np.geomspace(11, 5e7, 500)])
    shown = opened.page.evaluate("(all) => all.map((area) => oneGrid.text.area(area))", areas.tolist())
    expected = [f"{m2:,.0f} m²" if m2 < 10_000 else f"{m2 / 10_000:,.1f} 公顷" for m2 in areas]
    assert [text.replace("\u202f", "") for text in shown] == [text.replace(",", "") for text in expected]


def test_communities_add_their_posts_up(opened, tmp_path):
    write_map({**frames(), "communities": communities()}, tmp_path / "named.html")
    opened.open(tmp_path / "named.html")
    opened.page.evaluate("oneGrid.selection.select({ type: 'community', row: 0 })")
    assert "应配 5 人，现有 2 人，缺 3 人" in opened.text("#inspector")  # grids 1 and 2: 3 + 2, 1 + 1, 2 + 1
