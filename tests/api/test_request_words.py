"""What is wrong with a request is said in our own words, in two languages."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from api.edit_requests import EditRequest
from api.language import Language
from api.request_words import WORDS, wrong

SPLIT = {"verb": "split", "base_revision": 0, "code": "1", "line": [[0, 0], [1, 1]]}


@pytest.mark.parametrize(
    ("asked", "where", "english", "chinese"),
    [
        ({**SPLIT, "line": [[0, 0]]}, "split.line", "must have at least 2 entries", "至少应有 2 项"),
        ({**SPLIT, "line": [[0, 0], [1, "east"]]}, "split.line.1.1", "must be a number", "应为数字"),
        ({**SPLIT, "code": 7}, "split.code", "must be a text", "应为文本"),
        ({**SPLIT, "width": 7}, "split.width", "is not known here", "没有此项"),
        ({**SPLIT, "snap_m": 51}, "split.snap_m", "must be at most 50.0", "不应大于 50.0"),
        ({"verb": "lock", "code": "1"}, "lock.base_revision", "is missing", "缺少此项"),
        ({"code": "1"}, "", "'verb' is missing", "缺少 'verb'"),
        ([], "", "must be a JSON object", "应为 JSON 对象"),
        (
            b'{"verb": "lock"}',
            "",
            "must be JSON, sent with Content-Type: application/json",
            "应为 JSON，并以 Content-Type: application/json 发送",
        ),
    ],
)
def test_a_malformed_edit_is_told_where_and_what_is_expected(asked: Any, where: str, english: str, chinese: str):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(EditRequest).validate_python(asked)
    [error] = refused.value.errors()
    assert ".".join(map(str, error["loc"])) == where
    assert (wrong(error, Language.en), wrong(error, Language.zh)) == (english, chinese)


def test_every_kind_of_mistake_can_be_said():
    kinds = get_args(ErrorType)
    assert kinds
    assert WORDS.keys() <= set(kinds)
    told = dict.fromkeys(
        ("min_length", "max_length", "pattern", "ge", "gt", "le", "lt", "expected", "expected_tags", "discriminator"), 7
    )
    for kind in set(kinds) - {"value_error"}:
        for language in Language:
            said = wrong({"type": kind, "ctx": told}, language)
            assert said
            assert "{" not in said


def test_what_our_own_checks_say_is_said_as_it_is():
    assert wrong({"type": "value_error", "ctx": {"error": ValueError("no such day")}}, Language.en) == "no such day"
