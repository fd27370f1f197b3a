"""The report and the boards in a real browser, with the network off: languages, sorting, arithmetic, paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.reports.built import DAY, demo, hostile, without_tables
from tests.web.reports.conftest import Opened
from web.reports.board import write_boards
from web.reports.report import write_report

A4_PX = (210 / 25.4 * 96, 297 / 25.4 * 96)
MARGINS_PX = (24 / 25.4 * 96, 27 / 25.4 * 96)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("reports")
    write_report(demo(), made / "report.html", as_of=DAY)
    codes = demo()["grids"]["code"].iloc[:3].tolist()
    write_boards(demo(), codes, made / "boards.html")
    return made


@pytest.fixture
def view(browser) -> Iterator[Opened]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    yield Opened(context.new_page())
    context.close()


@pytest.fixture
def report(view: Opened, folder: Path) -> Opened:
    view.open(folder / "report.html")
    return view


def pages(pdf: bytes) -> int:
    """Count the pages of a PDF as Chromium writes it."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_report_asks_for_nothing_and_complains_of_nothing(report, folder):
    assert report.requests == [(folder / "report.html").as_uri()]
    assert report.complaints == []


def test_the_first_screen_is_the_answer(report):
    for selector in (".answer.unheld", ".answer.contested", ".answer.unserved", ".front .plan", ".worst li"):
        box = report.page.locator(selector).first.bounding_box()
        assert 0 <= box["y"] < 768
    picture = report.page.locator(".front .plan").screenshot()
    assert len(picture) > 40_000  # a blank map of this size has a tenth of it
    assert report.page.locator(".worst li").count() == 5


def test_the_other_language_is_shown_alone(report):
    assert "公顷无人认领" in report.text(".answers")
    assert "held by nobody" not in report.text(".answers")
    report.page.click("#language")
    assert "held by nobody" in report.text(".answers")
    assert "公顷无人认领" not in report.text(".answers")
    assert report.page.locator('body [lang="zh"]:visible').count() == 0
    assert report.page.evaluate("document.documentElement.lang") == "en"


def test_a_heading_sorts_its_table_one_way_and_the_other(report):
    table = report.page.locator("#worst table")
    heading = table.locator("th", has_text="缺编").first

    def column() -> list[int]:
        return [int(text) for text in table.locator("tbody.rows tr td:nth-child(9)").evaluate_all(SORT_KEYS)]

    heading.click()
    down = column()
    heading.press("Enter")
    assert down == sorted(down, reverse=True)
    assert column() == down[::-1]
    assert heading.get_attribute("aria-sort") == "ascending"


SORT_KEYS = "cells => cells.map((cell) => cell.dataset.sort)"


def test_totals_stay_on_top_when_a_table_is_sorted(report):
    report.page.locator("#totals th", has_text="户数").first.click()
    assert report.page.locator("#totals table tr").nth(1).inner_text().startswith("合计")


def test_a_figure_shows_its_arithmetic_to_the_pointer_and_the_keyboard(report):
    figure = report.page.locator("#staff td.strong .why").first
    tip = figure.locator(".tip")
    assert not tip.is_visible()
    figure.hover()
    assert tip.is_visible()
    assert "应配" in tip.inner_text()
    report.page.mouse.move(0, 0)
    figure.focus()
    assert tip.is_visible()
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1366


def test_nothing_runs_out_of_the_page(report):
    for width in (1366, 800, 390):
        report.page.set_viewport_size({"width": width, "height": 768})
        assert report.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_totals_fit_a_window_of_1000_pixels_in_both_languages(report):
    report.page.set_viewport_size({"width": 1000, "height": 768})
    tables = report.page.locator("#totals .scroll, #worst .scroll")
    for lang in ("zh-CN", "en"):
        report.page.evaluate("lang => { document.documentElement.lang = lang; }", lang)
        hidden = tables.evaluate_all("all => all.map((one) => one.scrollWidth - one.clientWidth)")
        assert hidden == [0] * tables.count()


def test_a_table_that_was_scrolled_stays_so_while_a_figure_shows_its_arithmetic(report):
    report.page.set_viewport_size({"width": 600, "height": 768})
    table = report.page.locator("#totals .scroll").first
    most = table.evaluate("one => { one.scrollLeft = 9999; return one.scrollLeft; }")
    assert most > 50
    report.page.locator("#totals tbody.rows td:last-child .why").first.hover(timeout=3000)
    assert report.page.locator("#totals .tip:visible").count() == 1
    assert table.evaluate("one => [one.scrollLeft, one.scrollHeight - one.clientHeight]") == [most, 0]


def test_the_first_page_fits_on_one_sheet_in_both_languages(report):
    width, height = (round(A4_PX[place] - MARGINS_PX[place]) for place in (0, 1))
    report.page.emulate_media(media="print")
    report.page.set_viewport_size({"width": width, "height": height})
    for lang in ("zh-CN", "en"):
        report.page.evaluate("lang => { document.documentElement.lang = lang; }", lang)
        assert report.page.locator(".front").bounding_box()["height"] <= height
        assert report.page.evaluate("document.documentElement.scrollWidth") <= width + 1
    assert report.page.locator(".top").is_hidden()


def test_the_printed_report_has_a_few_pages(report):
    pdf = report.page.pdf(prefer_css_page_size=True, print_background=True)
    assert 8 <= pages(pdf) <= 24


def test_names_never_run(view, tmp_path):
    frames = hostile()
    write_report(frames, tmp_path / "r.html", as_of=DAY)
    write_boards(frames, frames["grids"]["code"].iloc[:6].tolist(), tmp_path / "b.html")
    for name in ("r.html", "b.html"):
        view.open(tmp_path / name)
        assert view.page.evaluate("window.stung") is None
    assert view.complaints == []


def test_a_report_without_tables_opens(view, tmp_path):
    write_report(without_tables(), tmp_path / "r.html", as_of=DAY, language="en")
    view.open(tmp_path / "r.html")
    assert "There is no party table" in view.text("#party_coverage")
    assert view.complaints == []


def lowest(board) -> float:
    """Return where the lower of the two columns of a board ends."""
    ends = "parts => Math.max(...parts.map((part) => part.getBoundingClientRect().bottom + window.scrollY))"
    return board.locator(".people > :last-child, .place > :last-child").evaluate_all(ends)


def test_each_board_is_one_sheet_and_nothing_is_cut_off(view, folder):
    view.open(folder / "boards.html")
    assert view.complaints == []
    assert pages(view.page.pdf(prefer_css_page_size=True, print_background=True)) == 3
    view.page.emulate_media(media="print")
    for lang in ("zh-CN", "en"):
        if lang == "en":
            view.page.emulate_media(media="screen")
            view.page.click("#language")
            view.page.emulate_media(media="print")
        for board in view.page.locator(".board").all():
            overflow = "board => [board.scrollHeight - board.clientHeight, board.scrollWidth - board.clientWidth]"
            down, across = board.evaluate(overflow)
            assert (down, across) == (0, 0)
            assert lowest(board) <= board.locator("footer").bounding_box()["y"]


def test_a_board_with_as_many_people_as_it_names_still_fits(view, tmp_path):
    frames = demo()
    code = frames["grids"]["code"].iloc[0]
    duty = frames["duty"]
    here = duty[duty["code"].isin([code, code[:12]])]
    crowd = type(duty)(duty.loc[duty.index.repeat(duty["code"].isin([code, code[:12]]) * 5 + 1)])
    assert len(crowd) == len(duty) + 5 * len(here)
    write_boards({**frames, "duty": crowd.reset_index(drop=True)}, [code], tmp_path / "b.html")
    view.open(tmp_path / "b.html")
    down = view.page.locator(".board").evaluate("board => board.scrollHeight - board.clientHeight")
    assert down == 0
    board = view.page.locator(".board")
    assert lowest(board) <= board.locator("footer").bounding_box()["y"]
