"""CSV text that is read piece by piece is what Python reads of it all; columns are what its cells are."""

from __future__ import annotations

import csv
import io
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.reading import table_text
from data.reading.table_column import Column
from data.reading.table_text import CsvText
from data.spreadsheet_text import unguarded
from geo.errors import InputError

CELLS = ["", "a", "网格 ", " b", "\u3000", "\0", "\x85c", "é\x0b", "-1"]
ODD = ['"a"', '"a,\r\n网"', '"""', 'a"b', '"a"b', "'=1", "'a", "a\rb", "\ufeff", ",", "\n", "\r\n\r\n", '"']

plain = st.lists(st.lists(st.sampled_from(CELLS), min_size=3, max_size=3).map(",".join), max_size=20)
rows = st.lists(st.lists(st.sampled_from(CELLS + ODD), min_size=1, max_size=4).map(",".join), max_size=20)
texts = st.builds(
    lambda some, others, end, last: end.join([*some, *others, *some, last]),
    plain,
    rows,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "a,b,c"]),
)


def by_python(text: str) -> list[list[str]] | tuple[int, int]:
    """Return the rows of a text, or where it can't be read: the row and the line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    read: list[list[str]] = []
    try:
        read.extend(map(unguarded, reader))
    except csv.Error:
        return len(read) + 1, reader.line_num
    return read


def in_pieces(text: str, piece: int, width: int) -> tuple[list[list[str]], list[pa.Table]]:
    """Return the rows of a text that is read piece by piece, and those of its pieces that were read as columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_text, "PIECE", piece)
        whole = CsvText(text.encode(), ",", "a.csv")
        read, tables = whole.rows() if whole else [], []
        for part in whole.parts(width, range(width)):
            if isinstance(part, pa.Table):
                tables.append(part)
                read += [list(row) for row in zip(*(column.to_pylist() for column in part.columns), strict=True)]
            else:
                read += part
    return read, tables


@given(texts, st.integers(1, 40), st.integers(1, 4))
def test_text_in_pieces_has_the_rows_and_the_refusal_that_it_has_as_a_whole(text: str, piece: int, width: int):
    expected = by_python(text)
    if isinstance(expected, tuple):
        with pytest.raises(InputError, match=r"a\.csv: row {} \(line {}\) can't be read as CSV: ".format(*expected)):
            in_pieces(text, piece, width)
    else:
        read, _ = in_pieces(text, piece, width)
        assert [row if any(row) else [] for row in read] == [row if any(row) else [] for row in expected]


def test_plain_pieces_are_read_as_columns_and_others_row_by_row():
    lines = ["a,b,c", "1,2,3", '"4",5,6', "7,8,9", "0,0", "1,1,1"]
    read, tables = in_pieces("\n".join(lines), 6, 3)
    assert read == [line.replace('"', "").split(",") for line in lines]
    assert [table.num_rows for table in tables] == [1, 1, 1]


def test_of_a_plain_piece_only_the_columns_asked_for_are_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table_text, "PIECE", 6)
    text = CsvText(b"a,b,c\n1,2,3\n", ",", "a.csv")
    assert text.rows() == [["a", "b", "c"]]
    (table,) = text.parts(3, [2, 0])
    assert [column.to_pylist() for column in table.columns] == [["3"], ["1"]]


def test_text_is_let_go_of_when_all_of_it_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table_text, "PIECE", 6)
    text = b"a,b,c\n1,2,3\n"
    before = sys.getrefcount(text)
    whole = CsvText(text, ",", "a.csv")
    assert sys.getrefcount(text) > before
    assert whole.rows() and list(whole.parts(3, [0]))
    assert not whole
    assert sys.getrefcount(text) == before


def test_a_cell_that_is_too_long_is_refused_wherever_it_stands():
    text = "a,b\n" * 300_000 + "a," + "b" * 1_000_001 + "\n"
    with pytest.raises(InputError, match=r"row 300001 \(line 300001\) can't be read as CSV: field larger than"):
        in_pieces(text, table_text.PIECE, 2)


@given(
    st.lists(
        st.lists(st.text(st.sampled_from("ab \t\n\x1c\x85\xa0\u2003\u3000\u200b"), max_size=3), max_size=5), min_size=1
    )
)
def test_a_column_has_the_trimmed_texts_of_its_parts(parts: list[list[str]]):
    column = Column.of_texts([pa.array(part, pa.string()).dictionary_encode() for part in parts])
    expected = [text.strip() or None for part in parts for text in part]
    assert [None if place < 0 else column.distinct[place] for place in column.place] == expected
    assert sorted(set(column.distinct)) == sorted(column.distinct) == sorted({*expected} - {None})
