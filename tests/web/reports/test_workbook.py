"""The workbook, read back by another library: sheets, types, sums, and what makes it fit to work with and print."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from geo.errors import InputError
from geo.gaps.ledger import LEDGERS
from tests.web.reports.built import DAY, HOSTILE, demo, hostile, without_tables
from web.reports import workbook
from web.reports.workbook import write_workbook
from web.reports.workbook_words import SHEETS


def written(frames: dict[str, pd.DataFrame], folder: Path) -> openpyxl.Workbook:
    write_workbook(frames, folder / "report.xlsx", as_of=DAY)
    return openpyxl.load_workbook(folder / "report.xlsx")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> openpyxl.Workbook:
    return written(demo(), tmp_path_factory.mktemp("book"))


def table(sheet: Worksheet) -> pd.DataFrame:
    """Read a sheet by its Chinese headings."""
    head, _, *rows = sheet.iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=head)


def test_the_sheets_stand_in_their_order(book):
    assert book.sheetnames == [chinese for chinese, _ in SHEETS.values()]


def test_every_sheet_has_headings_in_two_languages_that_stay_in_sight_and_filter(book):
    for sheet in book:
        assert all(
            sheet.cell(1, place).value and sheet.cell(2, place).value for place in range(1, sheet.max_column + 1)
        )
        assert int(sheet.freeze_panes[-1]) >= 3
        assert sheet.auto_filter.ref.startswith("A2:")
        assert sheet.print_title_rows == "$1:$2"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        widths = [sheet.column_dimensions[chr(64 + place)].width for place in range(1, min(sheet.max_column, 26) + 1)]
        assert min(widths) >= 7
        assert max(widths) <= 61


def test_each_layer_is_there_row_by_row(book):
    frames = demo()
    staff = len(frames["staffing"]) + len(frames["community_staffing"])
    sizes = {
        "communities": len(frames["communities"]),
        "staffing_of_grids": staff,
        "party": len(frames["grids"]),
        **{ledger: int((frames["gaps"]["ledger"] == ledger).sum()) for ledger in LEDGERS},
        "stars": len(frames["ratings"]),
        "exceptions": int((frames["gaps"]["state"] != "open").sum()),
        "repairs": len(frames["repairs"]),
        "standards": len(frames["standards"]),
    }
    assert {name: len(table(book[SHEETS[name][0]])) for name in sizes} == sizes


def test_totals_are_numbers_that_streets_and_communities_add_up_to(book):
    overview, communities = table(book["总览"]), table(book["社区"])
    streets = overview[overview["层级"] == "街道"]
    for column in ("网格数", "户数", "党员", "应配", "现有", "缺编", "有人无服务（处）", "缺口分合计"):
        total = overview[column].iloc[0]
        assert float(total).is_integer()
        assert total == streets[column].sum() == communities[column].sum()
    assert overview["面积（公顷）"].iloc[0] * 10_000 == pytest.approx(demo()["grids"].area.sum())


def test_the_arithmetic_of_short_holds_at_every_level_and_children_sum_to_parents(book):
    posts = table(book["岗位缺编"])
    assert (posts["缺编"] == posts["应配"] - posts["现有"] + posts["多出"]).all()
    for child, parent, digits in (("社区", "街道", 9), ("街道", "区县", 6)):
        figures = ["应配", "现有", "缺编", "多出"]
        children = posts[posts["层级"] == child]
        summed = children.groupby([children["编码"].str[:digits], "岗位"])[figures].sum()
        own = posts[posts["层级"] == parent].set_index(["编码", "岗位"])[figures]
        assert (summed.sort_index() == own.sort_index()).all(axis=None)
    of_grids = table(book["网格岗位"])
    assert of_grids["缺编"].sum() == posts[posts["层级"] == "区县"]["缺编"].sum()


def test_codes_are_text_and_dates_are_dates(book):
    sheet = book["党组织覆盖"]
    assert sheet["A3"].value == demo()["assignments"]["code"].iloc[0]
    assert sheet["A3"].number_format == "@"
    exceptions = table(book["例外"])
    assert (
        exceptions["有效期至"].map(type).eq(pd.Timestamp).all() or exceptions["有效期至"].map(type).eq(datetime).all()
    )
    assert exceptions["有效期至"].is_monotonic_increasing


def test_gaps_are_listed_worst_first_with_rule_and_remedy_in_chinese(book):
    gaps = table(book["有人无服务"])
    assert gaps["严重程度"].is_monotonic_decreasing
    assert gaps[["规则", "建议", "缺口编号"]].notna().all(axis=None)
    assert set(gaps["状态"]) == {"待处理", "已列为例外", "例外已到期"}


def test_what_nobody_knows_is_an_empty_cell(book):
    party = table(book["党组织覆盖"])
    unknown = demo()["assignments"]["members"].isna()
    assert party["网格内党员"].isna().tolist() == unknown.tolist()


def test_duty_holders_are_not_in_the_workbook(book):
    phones = set(demo()["duty"]["phone"].dropna())
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not phones & cells


def test_text_never_becomes_a_formula_or_a_link(tmp_path):
    book = written(hostile(), tmp_path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)
    assert {"=1+1", "@SUM(A1)", HOSTILE} <= {cell.value for cell in cells}


def test_a_sheet_with_too_many_rows_is_cut_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 50)
    book = written(demo(), tmp_path)
    assert book["有人无服务"].max_row == 52
    assert "只列出前 50 行" in book["有人无服务"]["A1"].comment.text
    assert book["例外"]["A1"].comment is None


def test_without_tables_the_sheets_are_there_without_rows(tmp_path):
    book = written(without_tables(), tmp_path)
    assert book.sheetnames == [chinese for chinese, _ in SHEETS.values()]
    assert len(table(book["岗位缺编"])) == len(table(book["星级"])) == 0
    assert table(book["未评估"]).values.tolist() == [["没有党组织", "没有党组织表", "加 [tables.party]"]]


def test_a_workbook_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "r.xlsx").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_workbook(demo(), tmp_path / "r.xlsx", as_of=DAY)
    with pytest.raises(InputError, match="cannot be written"):
        write_workbook(demo(), tmp_path / "nowhere" / "r.xlsx", as_of=DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["r.xlsx"]
