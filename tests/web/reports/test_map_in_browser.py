"""What people do with the map, in a real browser with the network off."""

from __future__ import annotations

import pytest

from tests.web.reports.town import CODES, HOSTILE, MARKUP, TEMPLATE, communities, corner, frames
from web.reports.map import write_map
from web.reports.palette import FILLS


def test_it_asks_for_nothing_and_has_nothing_to_complain_about(opened, map_file):
    page = opened.page
    for name in FILLS:
        page.select_option("#fill", name)
        page.wait_for_timeout(20)
    for box in page.locator(".overlays input").all():
        box.set_checked(True)
    page.click("#language")
    for _ in range(3):
        page.keyboard.press("+")
    page.mouse.move(700, 400)
    page.mouse.wheel(0, -600)
    page.wait_for_timeout(500)
    assert opened.requests == [map_file.as_uri()]
    assert opened.complaints == []


def test_a_click_explains_the_grid_under_it(opened):
    opened.click_at(*corner(0.5, 0.5))
    text = opened.text("#inspector")
    for part in ("江南里小区", CODES[0], "1\u202f430", "3\u202f310", "居民小区网格", "日常管理型", "1.0 公顷"):
        assert part in text
    assert "按图层优先" in text  # which rule decided
    assert "北站巡区" in text  # who else claims it
    assert "户数过多" in text  # its gap
    assert "320106001001901" in text and "75.0 %" in text  # its lineage


def test_a_grid_names_its_community_and_the_search_finds_it(opened, tmp_path):
    write_map({**frames(), "communities": communities()}, tmp_path / "named.html")
    opened.open(tmp_path / "named.html")
    opened.click_at(*corner(2.5, 0.5))
    assert "石桥村" in opened.text("#inspector")
    opened.page.fill("#search", "下元")
    assert "下元社区" in opened.text("#results [role=option] >> nth=0")
    opened.page.fill("#search", "320106002001")  # it has no name
    assert "320106002001" in opened.text("#results [role=option] >> nth=0")


def test_a_click_on_a_gap_explains_the_gap_and_the_next_click_the_grid(opened):
    opened.click_at(*corner(1.5, 0.3))
    assert opened.text("#inspector h2") == "无人认领"
    opened.click_at(*corner(1.5, 0.3))
    assert "上元社区 无人认领" in opened.text("#inspector h2")


def test_a_gap_tells_its_arithmetic_rule_source_and_remedy(opened):
    opened.page.click("#tab-unserved")
    opened.page.click(".gaps .gap >> nth=0")
    text = opened.text("#inspector")
    for part in (
        "户数过多",
        "1430 户 > 500 户",
        "20 + 15 × lg(1 + 1430 户) = 67",
        "网格户数在标准范围内",
        "P 海口",
        "P：已公布的标准或通行做法",
        "拆分网格",
        "67",
    ):
        assert part in text
    opened.page.click("#language")
    text = opened.text("#inspector")
    for part in ("Too many households", "1430 households > 500 households", "P, Haikou", "Split the grid"):
        assert part in text
    assert "figure" not in text and "limit" not in text  # the keys of the data


def test_ledgers_list_the_worst_first_and_exceptions_last(opened):
    severities = opened.page.locator(".gaps .worst .number").all_inner_texts()
    assert severities == ["71", "55", "40"]
    opened.page.click("#tab-unserved")
    assert opened.page.locator(".gaps .gap b").all_inner_texts() == ["户数过多", "缺保洁员", "户数过少"]
    assert "已列为例外" in opened.text(".gaps .accepted")
    assert "未评估“无巡逻覆盖”：没有警务巡防区图层。" in opened.text("#ledgers")


def test_a_row_of_the_ledger_shows_the_place(opened):
    before = opened.page.evaluate("map_onegrid.getZoom()")
    arrived = (
        "new Promise((done) => { map_onegrid.once('moveend', () => done(map_onegrid.getZoom())); FIRST.click(); })"
    )
    after = opened.page.evaluate(arrived.replace("FIRST", "document.querySelector('.gaps .gap')"))
    assert after > before
    assert opened.page.locator(".gaps .gap.selected").count() == 1


def test_search_finds_by_name_code_and_community_with_the_keyboard_alone(opened):
    page = opened.page
    page.keyboard.press("/")
    page.keyboard.type("江南")
    assert page.locator("#results [role=option]").count() == 1
    page.keyboard.press("Enter")
    assert "江南里小区" in opened.text("#inspector h2")
    page.fill("#search", CODES[4][-6:])
    page.keyboard.press("Enter")
    assert CODES[4] in opened.text("#inspector .codes")
    page.fill("#search", "上元社区")
    assert "社区" in opened.text("#results [role=option] >> nth=0")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#search", "aria-activedescendant") == "result-1"
    page.fill("#search", "没有这个地方")
    assert "没有找到" in opened.text("#results")
    page.keyboard.press("Escape")
    assert not page.is_visible("#results")


def colour(opened, x: float, y: float) -> list[int]:
    """Return the colour of the map's canvas at a place, by the page's own reckoning of the place."""
    script = """([x, y]) => {
        const view = oneGrid.painter.the()._views[0];
        const [sx, sy] = oneGrid.painter.toSteps(map_onegrid.containerPointToLatLng([x, y]));
        const at = [view.x0 + sx * view.scale, view.y0 - sy * view.scale].map((value) => value * view.ratio);
        return Array.from(view.context.getImageData(...at, 1, 1).data).slice(0, 3);
    }"""
    box = opened.page.evaluate(
        "(c) => { const [w, s, e, n] = Array.from(oneGrid.model.grids.shapes.box.slice(4 * c, 4 * c + 4));"
        " const p = map_onegrid.latLngToContainerPoint(oneGrid.painter.toLatLng((w + e) / 2, (s + n) / 2));"
        " return [p.x, p.y]; }",
        0,
    )
    return opened.page.evaluate(script, [box[0] + x, box[1] + y])


def test_switching_the_fill_paints_the_map_anew(opened):
    residential = [0xF2, 0xD8, 0xA2]
    assert colour(opened, -30, -30) == residential
    opened.page.select_option("#fill", "households")
    opened.page.wait_for_timeout(50)
    assert colour(opened, -30, -30) == [0x12, 0x50, 0x4A]  # more than 500 households
    assert "500 户以上" in opened.text("#legend")


def test_the_legend_counts_what_is_there_and_leaves_out_what_is_not(opened):
    text = " ".join(opened.text("#legend").split())
    for row in ("居民小区网格 3", "单位院落网格 2", "无人认领网格 1", "小区、院落 1", "跨社区的巡防区 1", "小区轮廓 5"):
        assert row in text
    opened.page.select_option("#fill", "management_type")
    assert "集中整治型" not in opened.text("#legend")


def test_unticking_a_layer_takes_it_off_the_map(opened):
    page = opened.page
    assert page.evaluate("map_onegrid.hasLayer(overlay_gaps_unheld)")
    page.uncheck('[data-layer="gaps_unheld"]')
    assert not page.evaluate("map_onegrid.hasLayer(overlay_gaps_unheld)")
    opened.click_at(*corner(1.5, 0.3))
    assert "上元社区 无人认领" in opened.text("#inspector h2")  # what is not drawn is not clicked


def test_the_page_speaks_english_on_request(opened):
    opened.click_at(*corner(0.5, 0.5))
    opened.page.click("#language")
    assert opened.page.get_attribute("html", "lang") == "en"
    text = opened.text("body")
    for part in ("Layers and legend", "Gap ledgers", "Nobody holds it", "Layer precedence", "Households", "1.0 ha"):
        assert part in text
    opened.page.click("#language")
    assert "图层与图例" in opened.text("#legend")


def test_the_figures_add_up_and_explain_themselves(opened):
    assert " ".join(opened.text("#figures").split()) == (
        "7 网格 3 社区 1 852 户数 12.0 公顷 辖区面积 1.0 公顷 无人认领面积 2 单元未落图"
        " 3 无人认领 3 多头认领 2 有人无服务"
    )
    opened.page.click("#figures .unclaimed button")
    assert "占辖区 8.3 %" in opened.text("#inspector")


@pytest.mark.parametrize("name", [HOSTILE, TEMPLATE, MARKUP])
def test_hostile_names_are_only_text(opened, name):
    page = opened.page
    page.fill("#search", name[:30])
    assert name in opened.text("#results")
    page.keyboard.press("Enter")
    assert opened.text("#inspector h2") == name
    opened.page.click("#tab-contested")
    opened.page.click(".gaps .gap >> nth=0")
    assert page.evaluate("window.stung") is None
    assert page.locator("#inspector img, #results img").count() == 0
    assert opened.complaints == []


def test_a_link_to_a_code_opens_on_that_grid(opened, map_file):
    opened.page.goto("about:blank")
    opened.open(map_file, f"#{CODES[3]}")
    assert CODES[3] in opened.text("#inspector .codes")


def test_escape_closes_the_inspector(opened):
    opened.click_at(*corner(0.5, 0.5))
    opened.page.keyboard.press("Escape")
    assert not opened.page.is_visible("#inspector")


def test_the_keyboard_reaches_the_grid_at_the_middle_of_the_map(opened):
    opened.page.focus("main")
    opened.page.keyboard.press("Enter")
    assert opened.page.is_visible("#inspector")


def test_it_prints_one_sheet_with_the_map_and_its_legend(opened):
    opened.page.evaluate("oneGrid.sheet.lay()")
    opened.page.emulate_media(media="print")
    size = opened.page.evaluate("[document.body.offsetWidth, document.body.offsetHeight]")
    assert size == [1047, 714]  # 277 × 189 mm
    for part in ("鼓楼试点", "图例", "居民小区网格", "1 : ", "onegrid 9.9", "北"):
        assert part in opened.text("body")
    for gone in ("#ledgers", "#search", "#print", ".leaflet-control-zoom"):
        assert not opened.page.is_visible(gone)
    assert opened.page.locator("canvas.still").count() > 5
    opened.page.evaluate("oneGrid.sheet.lift()")
    opened.page.emulate_media(media="screen")
    assert opened.page.is_visible("#ledgers")
    assert opened.page.locator("canvas.still").count() == 0


def test_on_a_phone_panels_are_sheets_that_leave_the_map_in_sight(phone):
    page = phone.page
    assert not page.is_visible("#ledgers")
    page.click('#tabs [data-panel="ledgers"]')
    page.click(".gaps .gap >> nth=0")
    assert page.is_visible("#inspector") and not page.is_visible("#ledgers")
    chart, sheet = (page.locator(name).bounding_box() for name in ("main", "#inspector"))
    assert chart["height"] > 200
    assert chart["y"] + chart["height"] <= sheet["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert phone.complaints == []
