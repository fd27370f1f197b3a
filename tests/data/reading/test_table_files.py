"""Files of tables: how they are opened, where their header is, what is left out of them."""

from __future__ import annotations

import csv
import tracemalloc
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.formats import write_csv
from data.reading.table_rows import read_rows
from data.uploads.looking import ANY_TABLE
from tests.data.reading.office import A, B, Office
from tests.data.reading.test_identity_numbers import VALID

HEADER = "图层,编号,岗位,姓名\n"
ONE = HEADER + "居民小区,XQ1,网格长,张示例\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_csv_is_read_whatever_its_delimiter_encoding_and_line_ends(office: Office, delimiter, encoding, line_end):
    office.csv("roster", ONE.replace(",", delimiter).replace("\n", line_end), encoding=encoding)
    frame = office.frame()
    assert frame[["layer", "source_id", "post", "name", "file", "row"]].to_numpy().tolist() == [
        ["compound", "XQ1", "grid_head", "张示例", "a.csv", 2]
    ]
    assert len(office.said) == (encoding.startswith("gb"))


def test_a_guessed_encoding_is_said_and_recorded_and_a_stated_one_is_not(office: Office):
    office.csv("roster", ONE, encoding="gbk")
    read = office.read()
    assert office.said == [
        "a.csv: does not say how its text is encoded; read as GB18030; "
        'add encoding = "GB18030" to [tables.roster] to settle it'
    ]
    assert [(one.problem, one.action) for one in read.repairs] == [
        ("text encoding not stated", "a.csv: read as GB18030")
    ]
    office.keys["roster"]["encoding"] = "GBK"
    office.said.clear()
    assert (office.read().repairs, office.said) == ([], [])


def test_a_wrong_encoding_is_refused_unless_a_mark_in_the_file_says_better(office: Office):
    office.csv("roster", ONE, encoding="gbk")
    office.keys["roster"]["encoding"] = "UTF-8"
    assert office.refusal() == "a.csv: its text is not UTF-8; correct encoding in layers.toml"
    office.keys.clear()
    office.csv("roster", ONE, encoding="utf-8-sig")
    office.keys["roster"]["encoding"] = "GBK"
    assert office.frame()["name"].tolist() == ["张示例"]


def test_text_in_no_known_encoding_is_refused(office: Office):
    office.csv("roster", ONE.encode("gbk") + b"\xff\xff\n", encoding="iso-8859-1")
    office.keys["roster"]["fields"] = {"grid_code": "图层", "post": "岗位"}
    assert office.refusal() == "a.csv: its text is neither UTF-8 nor GBK; add encoding to its table"


def test_a_quoted_line_break_is_part_of_a_cell_and_rows_count_as_a_spreadsheet_counts_them(office: Office):
    office.csv("roster", HEADER + '居民小区,XQ1,网格长,"张\n示例"\n\n居民小区,"X,Q2",网格长,"李""示例"""\n')
    frame = office.frame()
    assert frame["name"].tolist() == ["张\n示例", '李"示例"']
    assert frame["source_id"].tolist() == ["XQ1", "X,Q2"]
    assert frame["row"].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('居民小区,XQ1,网格长,"张', "row 2 (line 2) can't be read as CSV: unexpected end of data; put a cell"),
        ('居民小区,"XQ1"x,网格长,张', "row 2 (line 2) can't be read as CSV: ',' expected after '\"'; put a cell"),
        ("居民小区,XQ1,网格长,张,1", "row 2 has 5 cells, and the header 4; put a cell that holds a separator in quo"),
    ],
)
def test_a_line_that_is_no_csv_is_refused_with_its_row(office: Office, line, reason):
    office.csv("roster", HEADER + line + "\n")
    assert f"a.csv: {reason}" in office.refusal()


def test_empty_cells_at_the_end_of_a_line_may_be_missing_or_too_many(office: Office):
    office.csv("roster", HEADER + "居民小区,XQ1,志愿者,李,,,\n居民小区,XQ1,网格长\n,,,\n")
    assert office.frame()["name"].tolist() == ["李"]


LINES = [
    "小区,XQ1,网格长,张",
    "",
    " 村 ,1,志愿者,",
    '小区,"XQ1",网格长,张',
    ",,,",
    "小区,XQ2,网格员",
    "院落,XQ3,楼长,李",
]
LONG = HEADER + "\n" * 10 + "".join(f"{line}\n" for line in LINES * 3)


@pytest.mark.parametrize("piece", [1, 50, 100])
def test_a_file_that_is_read_in_pieces_has_the_rows_that_it_has_as_a_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch, piece: int
):
    office.csv("roster", LONG)
    whole = office.frame()
    assert len(whole) == 9
    monkeypatch.setattr("data.reading.table_text.PIECE", piece)
    pd.testing.assert_frame_equal(office.frame(), whole)


@pytest.mark.parametrize("piece", [1, 50, 100, 10_000])
def test_a_row_with_too_many_cells_is_refused_in_whichever_piece_it_is(
    office: Office, monkeypatch: pytest.MonkeyPatch, piece: int
):
    monkeypatch.setattr("data.reading.table_text.PIECE", piece)
    office.csv("roster", LONG + "小区,XQ7,网格长,张,1\n")
    assert office.refusal().startswith("a.csv: row 33 has 5 cells, and the header 4; ")


@pytest.mark.parametrize("first", ["", "图层,编号,岗位\n小区,XQ1,网格长\n", HEADER + "小区,XQ1,网格长,张,1\n"])
def test_what_is_no_csv_is_refused_before_a_header_and_rows_that_do_not_fit(
    office: Office, monkeypatch: pytest.MonkeyPatch, first: str
):
    monkeypatch.setattr("data.reading.table_text.PIECE", 20)
    office.csv("roster", first + "\n" * 10 + '小区,XQ1,网格长,"张"示例\n')
    office.keys["roster"]["fields"] = {"layer": "图层", "source_id": "编号", "post": "岗位", "name": "姓名"}
    assert "can't be read as CSV" in office.refusal()


def test_a_title_above_the_header_is_passed_over_and_rows_still_count_from_the_top(office: Office):
    office.csv("roster", f"青云街道网格岗位表,,,\n填表日期：2026年3月,,,\n{ONE}")
    assert office.frame()["row"].tolist() == [4]


def test_a_mapped_column_that_is_not_there_is_refused_with_a_suggestion(office: Office):
    office.csv("roster", ONE)
    office.keys["roster"]["fields"]["phone"] = "电话"
    assert office.refusal() == ('a.csv: has no field "电话" (mapped as phone); its fields are 图层, 编号, 岗位, 姓名')


def test_what_stands_below_the_header_is_not_told_when_no_column_fits(office: Office):
    office.csv("roster", "网格岗位表,,\nlayer,,post\n居民小区,XQ1,张示例\n")
    office.keys["roster"]["fields"] = {"grid_code": "网格", "post": "岗位"}
    assert office.refusal() == 'a.csv: has no field "网格" (mapped as grid_code); its fields are layer, post'


def test_spaces_and_line_breaks_in_a_header_make_no_difference(office: Office):
    office.csv("roster", '图层,编号,岗位,"工作\n电话",姓 名\n居民小区,XQ1,网格长,0871-1,张示例\n')
    office.keys["roster"]["fields"] |= {"phone": "工作电话", "name": "姓名"}
    read = office.read()
    assert read.tables.roster[["phone", "name"]].to_numpy().tolist() == [["0871-1", "张示例"]]
    assert read.inputs[0].dropped == ()


def test_a_mapped_column_that_is_there_twice_is_refused(office: Office):
    office.csv("roster", HEADER.replace("\n", ",姓名\n"))
    assert office.refusal() == 'a.csv: has several fields "姓名" (mapped as name); rename the others'


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n"])
def test_a_file_without_rows_is_refused_and_a_header_alone_is_an_empty_table(office: Office, text):
    office.csv("roster", HEADER)
    assert len(office.frame()) == 0
    (office.folder / "a.csv").write_text(text)
    assert office.refusal() == "a.csv: holds no rows; give the right file"


def test_files_of_a_table_are_joined_in_order_and_each_row_knows_its_file(office: Office):
    office.csv("roster", ONE, file="b.csv")
    office.xlsx("roster", ["图层", "编号", "岗位", "姓名"], ["居民小区", 12, "网格员", "李"], file="a.xlsx")
    frame = office.frame()
    assert frame[["file", "row", "source_id"]].to_numpy().tolist() == [["b.csv", 2, "XQ1"], ["a.xlsx", 2, "12"]]
    assert list(frame.index) == [0, 1]


def test_a_column_that_is_not_mapped_is_left_out_and_named_in_the_record(office: Office):
    office.csv("roster", f"图层,编号,岗位,姓名,身份证号,民族\n居民小区,XQ1,网格长,张示例,{VALID[0]},汉\n")
    del office.keys["roster"]["fields"]["name"]
    read = office.read()
    (one,) = read.inputs
    assert one.dropped == ("姓名", "身份证号", "民族")
    assert one.mapped == ("图层", "编号", "岗位")
    frame = read.tables.roster
    assert not frame.isin(["张示例", VALID[0], "汉"]).any(axis=None)
    assert one.facts() == {
        "input roster: a.csv": f"sha256 {one.sha256}, 1 rows, CSV",
        "columns not read, roster: a.csv": "姓名, 身份证号, 民族",
    }
    assert len(one.sha256) == 64


FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.parametrize("key", ["name", "phone", "organisation", "source_id", "post"])
@pytest.mark.parametrize(
    "value", [VALID[0], VALID[1], f"张 {VALID[1]}", VALID[0].translate(FULL_WIDTH), f"{VALID[1][:6]} {VALID[1][6:]}"]
)
def test_a_mapped_column_of_identity_card_numbers_is_refused_and_they_are_not_repeated(office: Office, key, value):
    row = {"layer": "居民小区", "source_id": "XQ1", "post": "网格长", "name": "张", "phone": "1", "organisation": "x"}
    columns = ["图层", "编号", "岗位", "姓名", "电话", "单位"]
    office.rows("roster", columns, row.values(), (row | {key: value}).values())
    refusal = office.refusal()
    assert f"(mapped as {key}) looks like identity-card numbers; One Grid keeps no residents' data" in refusal
    assert "19491231" not in refusal and "18800101" not in refusal


def test_a_row_with_many_blank_cells_behind_costs_no_memory(office: Office):
    rows = ["1,网格长"] * 3000 + ["1,网格长" + "," * 30_000]
    office.csv("roster", "\n".join(["网格编号,岗位" + "," * 30_000, *rows]).encode())
    office.keys["roster"]["fields"] = {"grid_code": "网格编号", "post": "岗位"}
    tracemalloc.start()
    assert len(office.frame()) == 3001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6  # all columns of all rows would be 720 MB


def test_identity_card_numbers_kept_as_numbers_are_refused(office: Office):
    office.xlsx("roster", ["网格编号", "图层", "编号", "岗位", "姓名"], [1, "小区", "1", "网格长", 440524188001010014])
    assert 'row 2 has a number of more than 15 digits in field "姓名" (mapped as name)' in office.refusal()


def test_grid_codes_that_could_pass_for_old_identity_numbers_are_let_in(office: Office):
    # streets 401 and 402: "born" in October 1940 and in 1940; one row is enough to look like a number
    office.csv("party", "组织,名称,级别,网格\n1,a,网格党支部,530102401001001\n")
    assert office.frame()["grid_code"].tolist() == ["530102401001001"]


def test_an_unknown_format_is_refused(office: Office):
    office.csv("roster", ONE, file="a.doc")
    assert office.refusal() == "a.doc: is neither CSV nor XLSX; save it as .xlsx or .csv"
    office.keys.clear()
    office.csv("roster", b"\xd0\xcf\x11\xe0rest", file="a.xls", encoding="iso-8859-1")
    office.keys["roster"]["fields"] = {"grid_code": "c", "post": "p"}
    assert office.refusal() == (
        "a.xls: is neither CSV nor XLSX; it is an old or encrypted Excel file: "
        "save it as .xlsx without a password, or as CSV"
    )
    office.xlsx("roster", ["图层", "编号", "岗位"])
    (office.folder / "a.xlsx").rename(office.folder / "b.csv")
    office.keys["roster"]["path"] = ["b.csv"]
    assert office.refusal() == "b.csv: is neither CSV nor XLSX; it looks like an Excel file: name it .xlsx"


def test_a_damaged_workbook_is_refused(office: Office):
    office.xlsx("roster", ["图层", "编号", "岗位"])
    path = office.folder / "a.xlsx"
    path.write_bytes(path.read_bytes()[:-200])
    assert office.refusal().startswith("a.xlsx: can't be read as an XLSX file: ")


ROWS = (["图层", "编号", "岗位", "姓名"], ["居民小区", "XQ1", "网格长", "张示例"])


def test_one_of_several_sheets_is_chosen_and_empty_and_hidden_ones_do_not_count(office: Office):
    book = office.xlsx("roster", *ROWS)
    book.create_sheet("Sheet2")
    hidden = book.create_sheet("旧")
    hidden.append(["a", "b"])
    hidden.sheet_state = "hidden"
    book.save(office.folder / "a.xlsx")
    assert len(office.frame()) == 1
    other = book.create_sheet("二月")
    for row in (ROWS[0], ["居民小区", "XQ2", "网格长", "李示例"]):
        other.append(row)
    book.save(office.folder / "a.xlsx")
    names = '"Sheet", "Sheet2", "旧", "二月"'
    assert office.refusal() == f"a.xlsx: holds several sheets, {names}; choose one with sheet = …"
    office.keys["roster"]["sheet"] = "二月"
    read = office.read()
    assert read.tables.roster["source_id"].tolist() == ["XQ2"]
    assert ", 1 rows, sheet 二月, XLSX" in read.inputs[0].facts()["input roster: a.xlsx"]
    office.keys["roster"]["sheet"] = "三月"
    assert office.refusal() == f'a.xlsx: has no sheet "三月"; its sheets are {names}'


def test_a_sheet_of_a_csv_is_refused(office: Office):
    office.csv("roster", ONE, sheet="a")
    assert office.refusal() == "layers.toml: [tables.roster] has a sheet, but no XLSX file; remove sheet"


def test_numbers_dates_and_yes_of_a_spreadsheet_are_read_as_what_they_are(office: Office):
    office.xlsx("roster", ["图层", "编号", "岗位", "电话", "专职"], ["小区", 12.0, "网格长", 13800000000, True])
    assert office.frame()[["source_id", "phone", "full_time"]].to_numpy().tolist() == [["12", "13800000000", True]]
    office.keys.clear()
    office.xlsx(
        "exceptions",
        ["缺口", "网格", "理由", "签批人", "签批", "有效期"],
        ["缺编", 530102001001001, "x", "y", datetime(2026, 3, 15), date(2026, 12, 31)],
        ["缺编", 530102001001002, "x", "y", 46096, "2026年12月31日"],
    )
    frame = office.frame()
    assert frame["grid_code"].tolist() == ["530102001001001", "530102001001002"]
    assert frame["signed"].tolist() == ["2026-03-15"] * 2
    assert frame["expires"].tolist() == ["2026-12-31"] * 2


def test_rows_that_were_only_given_a_format_are_no_rows(office: Office):
    book = office.xlsx("roster", *ROWS)
    book.active.cell(row=5_000, column=1).number_format = "@"
    book.save(office.folder / "a.xlsx")
    read = office.read()
    assert (len(read.tables.roster), read.inputs[0].features) == (1, 1)


def test_csv_and_xlsx_with_the_same_cells_give_the_same_table(office: Office):
    header = ["缺口", "网格", "缺口编号", "岗位", "理由", "签批人", "签批", "有效期"]
    rows = [
        ["缺编", "530102001001001", None, "网格员", "x", "甲", "2026-03-15", "2026年12月31日"],
        [None, None, "unclaimed:1", None, "y,z", "乙", None, "2026/12/31"],
        ["straddle", "530102001001002", None, None, "行\n二", "丙", "2026.3.5", "20261231"],
    ]
    office.csv("exceptions", pd.DataFrame(rows, columns=header).to_csv(index=False))
    one = office.frame()
    office.keys.clear()
    office.xlsx("exceptions", header, *rows)
    pd.testing.assert_frame_equal(one.drop(columns="file"), office.frame().drop(columns="file"))


@pytest.mark.parametrize("value", ["#N/A", "#REF!"])
def test_an_error_of_a_spreadsheet_is_refused(office: Office, value):
    office.xlsx("roster", ["图层", "编号", "岗位"], ["小区", value, "网格长"])
    assert office.refusal() == f'a.xlsx: row 2 has {value} in field "编号" (mapped as source_id); correct the formula'


def test_a_code_of_which_a_spreadsheet_kept_fifteen_digits_is_refused(office: Office):
    office.xlsx("party", ["组织", "名称", "级别", "网格"], ["1", "a", "网格党支部", 53010200100100000012])
    assert 'row 2 has a number of more than 15 digits in field "网格" (mapped as grid_code)' in office.refusal()
    office.keys.clear()
    office.rows("party", ["组织", "名称", "级别", "网格"], ["1", "a", "网格党支部", "5.30102E+14"])
    assert office.refusal() == (
        'a.csv: row 2 has "5.30102E+14" in field "网格" (mapped as grid_code); '
        "a spreadsheet cut its digits off: make the column text, and fill it in again"
    )


def test_a_merged_cell_holds_for_each_of_its_rows_but_an_amount_does_not(office: Office):
    rows = [
        ["社区", "年度", "用途", "金额"],
        [A, 2026, "社区运转经费", 1],
        [None, None, "服务群众经费", 2],
        [B, 2026, "活动经费", 3],
    ]
    book = office.xlsx("funding", *rows)
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("B2:B3")
    book.save(office.folder / "a.xlsx")
    read = office.read()
    assert read.tables.funding["community"].tolist() == [A, A, B]
    assert [(one.problem, one.action) for one in read.repairs] == [
        ("merged cells", "a.xlsx: 2 cells taken as filled in")
    ]
    book = openpyxl.load_workbook(office.folder / "a.xlsx")
    book.active.merge_cells("D2:D3")
    book.save(office.folder / "a.xlsx")
    assert office.refusal().startswith('a.xlsx: row 3 has nothing in field "金额" (mapped as amount); fill it in')


FORMULAS = st.text(st.sampled_from("=+-@\t'1a，\""), min_size=1, max_size=6).filter(lambda text: text[0] != "'")


@given(st.lists(FORMULAS, min_size=1, max_size=5))
def test_no_text_of_a_csv_file_is_a_formula_and_each_is_read_as_it_was(texts: list[str]):
    with TemporaryDirectory() as folder:
        write_csv({"a": pd.DataFrame({"name": texts, "other": "小城", "short": -1})}, Path(folder), None)
        with (Path(folder) / "a.csv").open(encoding="utf-8-sig", newline="") as file:
            shown = list(csv.DictReader(file))
        assert [row["name"][0] in "=+-@\t" for row in shown] == [False] * len(texts)
        assert {row["short"] for row in shown} == {"-1"}
        read = read_rows(Path(folder) / "a.csv", "a.csv", ANY_TABLE, ("name", "other", "short"))
    assert [row[0] for row in read.every()[1:]] == texts
