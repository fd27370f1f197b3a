from __future__ import annotations

import numpy as np
import pandas as pd

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


def test_broken_json_is_an_empty_value():
    assert columns.json_objects(TABLE, "detail") == [{"rule": 1}, {}, {}, {}]


def test_lists_share_their_words():
    written = columns.json_lists(TABLE, "claimants")
    assert written["values"] == ["x:1", "y:2"]
    assert (decoded(written["lengths"]), decoded(written["rows"])) == ([2, 0, 0, 1], [0, 1, 1])


def test_rows_are_found_by_their_key():
    keys = pd.Series(["p", "q", "q"])
    assert decoded(columns.row_numbers(pd.Series(["q", None, "z", "p"]), keys)) == [1, -1, -1, 0]
