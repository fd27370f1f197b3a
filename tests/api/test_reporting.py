"""Reports and duty boards from the command line: what is written where, and what is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from api import reporting
from data.output import read_build
from tests.api.conftest import Onegrid
from tests.api.running import listing, onegrid


def test_the_installed_commands_write_a_report_a_workbook_and_boards_and_no_library_warns(grid: Path, tmp_path: Path):
    """In processes of their own, with all warnings as errors."""
    code = read_build(grid, ["grids"])["grids"]["code"].iloc[0]
    steps = [
        (["report", grid, "-o", "report.html"], "report.html\n"),
        (["report", grid, "-o", "report.xlsx"], "report.xlsx\n"),
        (["board", grid, code, "-o", "board.html"], "board.html: 1 board\n"),
    ]
    for arguments, told in steps:
        ended = onegrid(*arguments, cwd=tmp_path)
        assert (ended.status, ended.out) == (0, told), ended
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "report.xlsx", "board.html"}


def test_the_same_build_and_day_give_the_same_bytes(here: Onegrid, grid: Path, tmp_path: Path):
    for name in ("a.html", "b.html", "a.xlsx", "b.xlsx"):
        assert here("report", grid, "-o", tmp_path / name, "--as-of", "2026-12-31").status == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_report_opens_in_the_language_asked_for(here: Onegrid, grid: Path, tmp_path: Path):
    for options, lang in (([], "zh-CN"), (["--lang", "en"], "en")):
        here("report", grid, "-o", tmp_path / "r.html", *options)
        assert f'<html lang="{lang}">' in (tmp_path / "r.html").read_text("utf-8")


def test_exceptions_are_judged_on_the_day_asked_for(here: Onegrid, grid: Path, tmp_path: Path):
    states = {}
    for day in ("2020-01-01", "2099-01-01"):
        here("report", grid, "-o", tmp_path / "r.xlsx", "--as-of", day)
        sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["例外"]
        states[day] = {row[0] for row in sheet.iter_rows(min_row=3, values_only=True)}
    assert states == {"2020-01-01": {"已列为例外"}, "2099-01-01": {"例外已到期"}}


def test_a_community_gets_a_board_for_each_of_its_grids_once(here: Onegrid, grid: Path, tmp_path: Path):
    codes = read_build(grid, ["grids"])["grids"]["code"]
    community = codes.iloc[0][:12]
    inside = codes[codes.str.startswith(community)]
    file = tmp_path / "boards.html"
    ended = here("board", grid, codes.iloc[0], "-o", file, "--community", community)
    assert ended.out == f"{file}: {len(inside)} boards\n"
    text = file.read_text("utf-8")
    assert text.count('<article class="board">') == len(inside)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["report", "{grid}", "-o", "r.pdf"], "cannot write r.pdf: a report is a page or a workbook; name it"),
        (["report", "{grid}", "-o", "r"], "cannot write r: a report is a page or a workbook; name it report.html or"),
        (["report", "{grid}", "-o", "nowhere/r.html"], "cannot write nowhere/r.html: there is no directory "),
        (["report", "missing.gpkg", "-o", "r.html"], "missing.gpkg: no such build; make one with `onegrid build"),
        (["report", "{grid}"], "missing option '--output' / '-o' (see `onegrid report --help`)"),
        (["report", "{grid}", "-o", "r.html", "--as-of", "31.12.2026"], "'31.12.2026' is no date such as 2026-03-01"),
        (["board", "{grid}", "-o", "b.html"], "names no grid; give codes, or --community CODE for all of its grids"),
        (
            ["board", "{grid}", "{community}999", "-o", "b.html"],
            "there is no grid {community}999 in the build; its com",
        ),
        (
            ["board", "{grid}", "1", "-o", "b.html"],
            "there is no grid 1 in the build; its codes are like {community}001",
        ),
        (
            ["board", "{grid}", "--community", "9", "-o", "b.html"],
            "--community 9: the build has no such community; its",
        ),
        (
            ["board", "{grid}", "{community}001", "-o", "b.xlsx"],
            "cannot write b.xlsx: it ends in .xlsx, but a board is",
        ),
        (
            ["board", "{grid}", "{community}001", "-o", "b.html", "--link", "https://example.com/"],
            "--link https://example.com/: names no grid; write {{code}} where its code goes",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_and_nothing_is_written(
    here: Onegrid, grid: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], line: str
):
    monkeypatch.chdir(tmp_path)
    community = read_build(grid, ["grids"])["grids"]["code"].iloc[0][:12]
    slots = {"grid": grid, "community": community}
    before = listing(tmp_path)
    assert line.format(**slots) in here(*(one.format(**slots) for one in arguments)).refusal
    assert listing(tmp_path) == before


def test_more_boards_than_a_browser_opens_are_refused(here: Onegrid, grid: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(reporting, "MOST_BOARDS", 3)
    refusal = here("board", grid, "--community", "53", "-o", tmp_path / "b.html").refusal
    assert refusal.endswith("boards are too many for one page, which opens up to 3; ask by street")
    assert not (tmp_path / "b.html").exists()


def test_a_report_never_replaces_the_build_it_is_about(here: Onegrid, grid: Path, tmp_path: Path):
    alias = tmp_path / "alias.html"
    alias.symlink_to(grid)
    assert "it is what is read from" in here("report", grid, "-o", alias).refusal
    assert "it is what is read from" in here("board", grid, "1", "-o", alias).refusal
