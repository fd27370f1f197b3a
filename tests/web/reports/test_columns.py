from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.web.reports.test_encoding import decoded
from web.reports import columns

TABLE = pd.DataFrame(
    {
        "kind": ["a", None, "a", "b"],
        "count": pd.array([3, None, 0, 12], dtype="Int64"),
        "area": [1.26, np.nan, np.inf, -0.04],
        "detail": ['{"rule": 1}', "[1]", "not json", None],
        "claimants": ['["x:1", "y:2"]', "[]", None, '["y:2"]'],
    }
)


def test_words_are_written_once_and_missing_ones_are_minus_one():
    written = columns.words(TABLE, "kind")
    assert (written["values"], decoded(written["rows"])) == (["a", "b"], [0, -1, 0, 1])


def test_a_column_that_the_table_lacks_is_all_missing():
    assert decoded(columns.words(TABLE, "no such column")["rows"]) == [-1] * 4
    assert columns.numbers(TABLE, "no such column") == [None] * 4


def test_numbers_that_are_none_stay_none():
    assert columns.numbers(TABLE, "count") == [3, None, 0, 12]
    assert columns.numbers(TABLE, "area", 1) == [1.3, None, None, 0.0]


def test_counts_are_whole_and_missing_ones_are_minus_one():
    assert decoded(columns.counts(TABLE, "count")) == [3, -1, 0, 12]
    assert decoded(columns.counts(TABLE, "no such column")) == [-1] * 4


def sentences_of(written: dict) -> list[str | None]:
    """Put the sentences together again, run of digits by run of digits."""
    runs = iter(str(number)[1:] for number in decoded(written["figures"]))
    patterns = [written["patterns"][number] for number in decoded(written["pattern"])]
    texts = ["".join(next(runs) if letter == columns.FIGURE else letter for letter in text) for text in patterns]
    return [None if row < 0 else texts[row] for row in decoded(written["rows"])]


def test_sentences_that_differ_in_their_figures_are_one_pattern():
    texts = [
        "2 人 = 430 户 ÷ 300，进一",
        None,
        "12 人 = 3430 户 ÷ 300，进一",
        "530102001001002，缺 0.5",
        "2 人 = 430 户 ÷ 300，进一",
    ]
    written = columns.sentences(pd.DataFrame({"arithmetic": texts}), "arithmetic")
    assert len(written["patterns"]) == 2
    assert sentences_of(written) == texts


def test_a_column_of_sentences_that_the_table_lacks_is_all_missing():
    assert sentences_of(columns.sentences(TABLE, "no such column")) == [None] * 4
    assert sentences_of(columns.sentences(TABLE.iloc[:0], "detail")) == []


@given(st.lists(st.one_of(st.none(), st.text("0189.,：缺人 一٣²", max_size=30))))
def test_every_digit_comes_back_as_it_was(texts):
    written = columns.sentences(pd.DataFrame({"text": pd.Series(texts, dtype=object)}), "text")
    assert sentences_of(written) == texts


def test_lists_share_their_words():
    written = columns.json_lists(TABLE, "claimants")
    assert written["values"] == ["x:1", "y:2"]
    assert (decoded(written["lengths"]), decoded(written["rows"])) == ([2, 0, 0, 1], [0, 1, 1])


def test_rows_are_found_by_their_key():
    keys = pd.Series(["p", "q", "q"])
    assert decoded(columns.row_numbers(pd.Series(["q", None, "z", "p"]), keys)) == [1, -1, -1, 0]
