"""Several people at once, a network that is cut, a server that is started anew."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.web.app.desk import Desk
from tests.web.app.server import Server
from tests.web.app.test_planning import drawn_split, home

Open = Callable[..., Desk]


def test_two_planners_on_one_grid_see_one_another_and_are_asked(desk: Open):
    mine = desk()
    mine.draft()
    grid = home(mine)
    code = grid["properties"]["code"]
    mine.go_to(code)
    theirs = desk("wang.qiang", path=mine.page.url)
    theirs.go_to(code)
    drawn_split(mine, grid, 0.6)
    drawn_split(theirs, grid, 0.4)
    before = set(mine.grids())
    asked = [heard(one) for one in (mine, theirs)]
    theirs.commit()
    mine.told("wang.qiang")
    mine.key("Enter")
    expect(mine.page.locator(".consequences.stale")).to_contain_text("wang.qiang")
    mine.page.get_by_role("button", name="在最新版本上重算").click()
    expect(mine.page.locator(".consequences.stale")).to_have_count(0)
    mine.commit()
    assert len(set(mine.grids()) - before) == 2  # one made by each
    theirs.told("li.na")
    for one, addresses in zip((mine, theirs), asked, strict=True):
        counted_as_served(one)
        assert all("since=" in address for address in addresses if "/summary" in address)
        assert all("community=" in address for address in addresses if "/gaps?" in address)
        assert any("community=" in address for address in addresses)


def heard(desk: Desk) -> list[str]:
    """Return what a page asks for from now on; the list grows."""
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    return asked


def counted_as_served(desk: Desk) -> None:
    """Require that a page counts and lists the gaps that the server has, read anew and whole."""
    open_ = [one for one in desk.ask("/gaps", limit=5000)["items"] if one["state"] != "accepted"]
    for ledger in ("unheld", "contested", "unserved"):
        there = sum(one["ledger"] == ledger for one in open_)
        expect(desk.page.locator(f".ledger-tab.{ledger} output")).to_have_text(str(there))


def test_a_decision_on_a_gap_reaches_whoever_looks_at_a_plan(desk: Open):
    mine, theirs = desk(), desk("zhao.min")
    gap = next(one for one in mine.ask("/gaps", ledger="unserved")["items"] if one["state"] == "open")
    counted = mine.page.locator(".ledger-tab.unserved output")
    expect(counted).not_to_have_text("")
    before = int(counted.inner_text())
    assert before > 0
    decided(theirs, gap["gap_id"], state="accepted", reason="物业代管到年底", expires="2999-12-31")
    expect(counted).to_have_text(str(before - 1))
    counted_as_served(mine)
    decided(theirs, gap["gap_id"], state="open")
    expect(counted).to_have_text(str(before))


def decided(desk: Desk, gap: str, **said: str) -> None:
    """Decide on a gap, beside the page."""
    address = f"{desk.server}/api/plans/{desk.plan}/gaps/{gap}"
    answer = desk.page.context.request.patch(address, data=said)
    assert answer.ok, answer.text()


def test_an_edit_drawn_without_a_network_goes_through_once_when_it_is_back(desk: Open):
    desk = desk()
    desk.draft()
    grid = home(desk)
    desk.go_to(grid["properties"]["code"])
    drawn_split(desk, grid)
    before = desk.ask("")["revision"]
    desk.page.context.set_offline(True)
    desk.key("Enter")
    expect(desk.page.locator(".consequences.waiting")).to_be_visible()
    expect(desk.page.locator(".notices .offline")).to_be_visible()
    desk.page.context.set_offline(False)
    desk.told("已保存")
    assert desk.ask("")["revision"] == before + 1


def test_a_page_stays_of_use_while_its_server_is_started_anew(desk: Open, server: Server):
    desk = desk()
    desk.draft()
    grid = home(desk)
    desk.go_to(grid["properties"]["code"])
    drawn_split(desk, grid)
    server.stop()
    desk.key("Enter")
    expect(desk.page.locator(".consequences.waiting")).to_be_visible()
    server.start()
    desk.told("已保存")
    expect(desk.page.locator(".notices .offline")).to_have_count(0)
    expect(desk.page.locator(".map-failure")).to_have_count(0)
