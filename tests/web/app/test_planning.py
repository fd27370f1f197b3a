"""What planners do, from the plan in force to one that takes its place: by mouse and by keyboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import shapely
from playwright.sync_api import APIResponse, Route, expect

from tests.web.app.desk import Desk, Hand, across, common_border, land

Open = Callable[..., Desk]
NEAR = 4e-5
"""How near to a place keys bring the middle of the map, in degrees."""
by_hand = pytest.mark.parametrize("hand", ["mouse", "keyboard"])


def home(desk: Desk, number: int = 0) -> dict:
    """Return a grid where people live, of plain shape: the largest, or the one that comes so many behind it."""
    homes = [one for one in desk.grids().values() if one["properties"]["kind"] == "residential"]
    plain = [one for one in homes if land(one).area > 0.93 * land(one).convex_hull.area]
    return sorted(plain, key=lambda one: -one["properties"]["area_m2"])[number]


def neighbours(desk: Desk, *, same_community: bool) -> tuple[dict, dict]:
    """Return two grids with a long common border: in one community, or in two."""
    grids = list(desk.grids().values())
    pairs = [
        (common_border(one, other).length, one, other)
        for row, one in enumerate(grids)
        for other in grids[row + 1 :]
        if (one["properties"]["community_code"] == other["properties"]["community_code"]) == same_community
        and {one["properties"]["parts"], other["properties"]["parts"]} == {1}
    ]
    return max(pairs, key=lambda pair: pair[0])[1:]


def drawn_split(desk: Desk, grid: dict, share: float = 0.6) -> None:
    """Draw a line across a grid, up to where its consequences can be read."""
    desk.tool("拆分")
    desk.click(*across(grid, share=share))
    desk.key("Enter")
    desk.ready()


@by_hand
def test_a_split_is_read_made_taken_back_and_made_again(desk: Open, hand: Hand):
    desk = desk(hand=hand)
    desk.draft()
    grid = home(desk)
    code, households = grid["properties"]["code"], grid["properties"]["households"]
    desk.go_to(code)
    drawn_split(desk, grid)
    changes = desk.page.locator(".grid-change")
    expect(changes).to_have_count(2)
    expect(changes.first).to_contain_text(str(households)[-3:])
    desk.key("Enter")
    desk.told(f"已保存：拆分 {code[-3:]}")
    after = desk.grids()
    [made] = set(after) - desk_before(desk)
    assert after[code]["properties"]["households"] + after[made]["properties"]["households"] == households
    desk.key("Control+z")
    desk.told(f"已撤销：拆分 {code[-3:]}")
    assert made not in desk.grids()
    desk.key("Control+y")
    desk.told("已重做")
    assert set(desk.grids()) == set(after)
    desk.page.get_by_role("tab", name="历史").click()
    entries = desk.page.locator(".log li")
    expect(entries.nth(0)).to_contain_text("li.na")
    expect(entries.nth(2)).to_contain_text(f"拆分 {code[-3:]}")


def desk_before(desk: Desk) -> set[str]:
    """Return the codes of the plan that a draft comes from."""
    answer = desk.page.context.request.get(f"{desk.server}/api/plans/{desk.ask('')['parent']}/grids?limit=500")
    return {one["properties"]["code"] for one in answer.json()["features"]}


@by_hand
def test_neighbours_are_merged_by_clicks(desk: Open, hand: Hand):
    desk = desk(hand=hand)
    desk.draft()
    kept, gone = neighbours(desk, same_community=True)
    desk.go_to(kept["properties"]["code"])
    desk.tool("合并")
    desk.click(shapely.point_on_surface(land(gone)))
    expect(desk.ready()).to_contain_text("合并")
    expect(desk.page.locator(".grid-change.gone")).to_have_count(1)
    desk.commit()
    after = desk.grids()
    assert kept["properties"]["code"] in after
    assert gone["properties"]["code"] not in after


def test_a_merge_across_communities_is_refused_at_the_place_in_a_sentence(desk: Open):
    desk = desk()
    desk.draft()
    one, other = neighbours(desk, same_community=False)
    desk.go_to(one["properties"]["code"])
    desk.tool("合并")
    place = shapely.point_on_surface(land(other))
    desk.click(place)
    callout = desk.page.locator(".callout")
    expect(callout).to_contain_text("不在同一个社区")
    box = callout.bounding_box()
    assert box
    x, y = desk.pixel(place)
    assert abs(box["x"] + box["width"] / 2 - x) < 160
    assert -40 < y - (box["y"] + box["height"]) < 120


def divided(desk: Desk) -> tuple[str, str, Any]:
    """Split a home in a draft; return the codes of both halves, and the border between them."""
    desk.draft()
    grid = home(desk)
    code = grid["properties"]["code"]
    desk.go_to(code)
    drawn_split(desk, grid)
    desk.commit()
    after = desk.grids()
    [made] = set(after) - desk_before(desk)
    border = common_border(after[code], after[made])
    return code, made, border


def test_a_shared_border_is_pulled_and_its_corner_is_moved_by_pulling_and_by_two_clicks(desk: Open):
    desk = desk()
    code, made, border = divided(desk)
    desk.tool("改界")
    middle = border.interpolate(0.5, normalized=True)
    desk.drag(middle, by=(0, -30))
    desk.ready()
    assert desk.page.locator(".grid-change").count() == 2
    desk.page.mouse.up()
    desk.commit()
    corner = farthest(border_of(desk, code, made), border)
    desk.tool("移点")
    desk.drag(corner, by=(0, 18))
    desk.page.mouse.up()
    expect(desk.ready()).to_contain_text("移动界点")
    desk.commit()
    assert border_of(desk, code, made).distance(corner) > 1e-6
    corner = farthest(border_of(desk, code, made), border)
    desk.grounded()
    desk.click(corner, (corner.x + 1e-4, corner.y))
    expect(desk.ready()).to_contain_text("移动界点")
    desk.commit()
    assert border_of(desk, code, made).distance(corner) > 1e-6


def farthest(line: Any, other: Any) -> Any:
    """Return the vertex of a line that lies farthest from another."""
    return max(shapely.points(shapely.get_coordinates(line)), key=lambda at: at.distance(other))


def border_of(desk: Desk, *codes: str) -> Any:
    """Return the common border of two grids as it is now."""
    grids = desk.grids()
    return shapely.intersection(*(land(grids[code]) for code in codes))


def test_a_shared_border_is_drawn_anew_without_a_pointer(desk: Open):
    desk = desk(hand="keyboard")
    code, made, border = divided(desk)
    middle = border.interpolate(0.5, normalized=True)
    aside = (middle.x, middle.y + 2e-4)
    desk.tool("改界")
    desk.click(border.interpolate(0.25, normalized=True), aside, border.interpolate(0.75, normalized=True))
    desk.key("Enter")
    desk.commit()
    assert border_of(desk, code, made).distance(shapely.Point(aside)) < NEAR


@by_hand
def test_a_piece_is_carved_out_and_named(desk: Open, hand: Hand):
    desk = desk(hand=hand)
    desk.draft()
    grid = home(desk)
    desk.go_to(grid["properties"]["code"])
    desk.tool("划出")
    x, y = shapely.point_on_surface(land(grid)).coords[0]
    desk.click(*((x + dx, y + dy) for dx, dy in [(-2e-4, -1e-4), (2e-4, -1e-4), (2e-4, 1e-4), (-2e-4, 1e-4)]))
    desk.key("Enter")
    desk.ready()
    name = desk.page.get_by_label("新网格名称")
    name.fill("东苑")
    name.press("Tab")
    expect(desk.page.locator(".grid-change.new")).to_contain_text("东苑")
    desk.commit()
    assert "东苑" in {one["properties"]["name"] for one in desk.grids().values()}


@by_hand
def test_land_is_painted_from_one_grid_to_another(desk: Open, hand: Hand):
    desk = desk(hand=hand)
    desk.draft()
    place, taker = paintable(desk)
    desk.go_to(taker)
    desk.tool("划归")
    desk.click(place)
    expect(desk.page.locator(".grid-change")).to_have_count(2)
    desk.commit()
    assert shapely.covers(land(desk.grids()[taker]), place)


def paintable(desk: Desk) -> tuple[Any, str]:
    """Return a place on a face that may be given away, and the code of a grid that may take it, as the server says.

    Faces that several units claim are looked at, each for the grids of its other claimants in the community.
    """
    grids = list(desk.grids().values())
    of_unit = {
        (one["community_code"], f"{one['source_layer']}:{one['source_id']}"): one["code"] for one in map(tags, grids)
    }
    for giver in map(tags, grids):
        for face in desk.ask(f"/grids/{giver['code']}")["faces"]["features"]:
            takers = {of_unit.get((giver["community_code"], unit)) for unit in tags(face)["claimants"]}
            place = shapely.point_on_surface(shapely.geometry.shape(face["geometry"]))
            for to in sorted(takers - {None, giver["code"]}):
                if desk.would_go(verb="reassign", faces=[[place.x, place.y]], to=to):
                    return place, to
    raise AssertionError("no face of the town may be given away")


def tags(feature: dict) -> dict[str, Any]:
    """Return what is said of a feature beside its land."""
    return feature["properties"]


def test_a_grid_is_renamed_given_another_type_and_locked(desk: Open):
    desk = desk()
    desk.draft()
    grid = home(desk, 1)
    code = grid["properties"]["code"]
    desk.go_to(code)
    name = desk.page.get_by_label("改名")
    name.fill("新桂花苑")
    name.press("Enter")
    desk.told("已保存：修改")
    kind = desk.page.locator(".details .type select")
    now = kind.input_value()
    kind.select_option("key_attention" if now != "key_attention" else "routine")
    desk.commit()
    desk.page.get_by_role("button", name="锁定").click()
    desk.told("锁定")
    said = desk.grids()[code]["properties"]
    assert (said["name"], said["locked"]) == ("新桂花苑", True)
    assert said["management_type"] != now
    drawn = across(grid, share=0.6)
    desk.page.keyboard.press("Escape")
    desk.tool("拆分")
    desk.click(*drawn)
    desk.key("Enter")
    expect(desk.page.locator(".callout")).to_contain_text("已锁定")


def test_the_map_rests_where_all_that_it_reads_again_is_as_it_was(desk: Open):
    desk = desk()
    desk.draft()
    grid = home(desk)
    code = grid["properties"]["code"]
    desk.go_to(code)
    seen: dict[str, str] = {}
    held: list[tuple[Route, APIResponse]] = []

    def answer(route: Route) -> None:
        answered = route.fetch()
        etag = answered.headers["etag"]
        if seen.get(route.request.url) == etag:
            held.append((route, answered))
            return
        seen[route.request.url] = etag
        route.fulfill(response=answered)

    desk.page.route("**/tiles/**", answer)
    desk.page.reload()
    desk.go_to(code)
    rests = desk.page.locator('.stage .map[aria-busy="false"]')
    expect(rests).to_be_visible()
    far = max(desk.grids().values(), key=lambda one: land(one).distance(land(grid)))
    desk.renamed_beside(far["properties"]["code"], "东头")
    expect(rests).to_have_count(0)
    desk.breathe(500)
    assert held
    for route, answered in held:
        route.fulfill(response=answered)
    expect(rests).to_be_visible()


def test_what_changed_is_compared_with_the_plan_in_force(desk: Open):
    desk = desk()
    desk.draft()
    grid = home(desk)
    desk.go_to(grid["properties"]["code"])
    drawn_split(desk, grid)
    desk.require_apart(".consequences", ".tool-strip", ".corner .zoom")
    desk.commit()
    desk.key("Escape")
    desk.page.get_by_role("button", name="对比").click()
    expect(desk.page.get_by_role("tab", name="改动")).to_have_attribute("aria-selected", "true")
    expect(desk.page.locator(".log li").first).to_contain_text("拆分")
    swipe = desk.page.get_by_role("slider", name="对比分界")
    expect(swipe).to_be_visible()
    swipe.focus()
    before = int(swipe.get_attribute("aria-valuenow") or 0)
    desk.key("ArrowRight", "ArrowRight")
    assert int(swipe.get_attribute("aria-valuenow") or 0) > before
    for width, height in ((1440, 900), (1024, 768)):
        desk.page.set_viewport_size({"width": width, "height": height})
        desk.tool("拆分")  # the pointer rests on it, as it does for whoever has just taken it
        expect(desk.page.locator(".tip:visible")).to_have_count(0)  # its hint says it
        desk.require_apart(".tool-strip", ".hint", ".compare-bar", ".inspector", ".corner .zoom")
        desk.key("Escape")


@by_hand
def test_a_draft_is_submitted_returned_submitted_again_and_comes_into_force(desk: Open, hand: Hand):
    planner, approver = desk(hand=hand), desk("chen.jie", hand=hand)
    planner.draft()
    grid = home(planner, 2)
    planner.go_to(grid["properties"]["code"])
    drawn_split(planner, grid)
    planner.commit()
    planner.key("Escape")
    name = planner.plan
    submit(planner, "户数过多，拆为两个")
    planner.press(planner.page.get_by_role("tab", name="历史"))
    expect(planner.page.locator(".log li").first).to_contain_text("提交审核")
    expect(planner.page.locator(".log li q").first).to_have_text("户数过多，拆为两个")
    approver.page.goto(f"{approver.server}/#plan={name}")
    approver.press(approver.page.get_by_role("button", name="审批"))
    expect(approver.page.locator("blockquote")).to_have_text("户数过多，拆为两个")
    approver.page.get_by_label("退回意见").fill("请再看东侧边界")
    approver.press(approver.page.get_by_role("button", name="退回修改"))
    approver.told("已退回规划员修改")
    expect(approver.page.locator(".chip.status-draft").first).to_be_visible()
    planner.page.reload()
    submit(planner, "已核对")
    approver.page.reload()
    approver.press(approver.page.get_by_role("button", name="审批"))
    approver.page.get_by_label("生效日期").fill("2026-01-01")
    expect(approver.page.locator(".step .warned")).to_contain_text("2026-01-01 已经过去")
    approver.page.get_by_label("生效日期").fill(date.today().isoformat())
    expect(approver.page.locator(".step .warned")).to_have_count(0)
    approver.press(approver.page.get_by_role("button", name="批准生效"))
    approver.told("已批准")
    expect(approver.page.locator(".chip.status-in_force").first).to_be_visible()
    expect(approver.page.locator(".effective").first).to_contain_text(date.today().isoformat())
    assert approver.ask("")["status"] == "in_force"


def submit(desk: Desk, note: str) -> None:
    """Submit the draft that is open."""
    desk.press(desk.page.get_by_role("button", name="提交审核"))
    desk.page.get_by_label("说明改了什么、为什么").fill(note)
    desk.press(desk.page.locator(".step").get_by_role("button", name="提交审核"))
    desk.told("已提交审核，等审批人处理")
    expect(desk.page.locator(".chip.status-in_review").first).to_be_visible()


def test_a_click_explains_who_holds_the_place_and_why(desk: Open):
    desk = desk()
    grid = home(desk)
    place = shapely.point_on_surface(land(grid))
    desk.go_to(grid["properties"]["code"])
    desk.key("Escape")
    desk.click(place)
    expect(desk.page.locator(".grid-head h2")).to_have_text(grid["properties"]["name"])
    expect(desk.page.locator(".here")).to_contain_text(grid["properties"]["name"])
    expect(desk.page.locator(".posts")).to_contain_text("网格长")
    expect(desk.page.locator(".faces li").first).to_be_visible()


def test_a_view_is_exported_and_its_link_restores_it(desk: Open):
    first = desk()
    grid = home(first)
    first.go_to(grid["properties"]["code"])
    first.page.get_by_label("填色").select_option("form")
    first.settled()
    again = desk(path=first.page.url)
    expect(again.page.locator(".grid-head h2")).to_have_text(grid["properties"]["name"])
    assert again.page.get_by_label("填色").input_value() == "form"
    first.page.get_by_role("button", name="导出与分享").click()
    with first.page.expect_download() as told:
        first.page.get_by_role("link", name="导出", exact=True).or_(
            first.page.get_by_role("button", name="导出", exact=True)
        ).click()
    exported = json.loads(told.value.path().read_text("utf-8"))
    assert {one["properties"]["code"] for one in exported["features"]} == set(first.grids())
