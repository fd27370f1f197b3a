"""What is wrong with a request, in words for people: one sentence for each kind of mistake that pydantic tells apart.

What the request held is not repeated, since it may be a password.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from api.language import Language, language_asked
from data.plans.verbs import ARGUMENTS

NUMBER = ("must be a number", "应为数字")
WHOLE = ("must be a whole number", "应为整数")
TRUTH = ("must be true or false", "应为 true 或 false")
OBJECT = ("must be a JSON object", "应为 JSON 对象")
DAY = ("must be a day, such as 2027-01-31", "应为日期，例如 2027-01-31")

WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", "缺少此项"),
    "extra_forbidden": ("is not known here", "没有此项"),
    "json_invalid": ("is no valid JSON", "不是有效的 JSON"),
    "string_type": ("must be a text", "应为文本"),
    "string_too_short": ("must have at least {min_length} characters", "至少应有 {min_length} 个字符"),
    "string_too_long": ("must have at most {max_length} characters", "最多可有 {max_length} 个字符"),
    "string_pattern_mismatch": ("must look like {pattern}", "格式应符合 {pattern}"),
    "bool_type": TRUTH,
    "bool_parsing": TRUTH,
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_parsing_size": WHOLE,
    "int_from_float": WHOLE,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": ("must be a finite number", "应为有限数"),
    "greater_than": ("must be more than {gt}", "应大于 {gt}"),
    "greater_than_equal": ("must be at least {ge}", "不应小于 {ge}"),
    "less_than": ("must be less than {lt}", "应小于 {lt}"),
    "less_than_equal": ("must be at most {le}", "不应大于 {le}"),
    "list_type": ("must be a list", "应为列表"),
    "tuple_type": ("must be a list of two numbers: longitude and latitude", "应为两个数字：经度、纬度"),
    "too_short": ("must have at least {min_length} entries", "至少应有 {min_length} 项"),
    "too_long": ("must have at most {max_length} entries", "最多可有 {max_length} 项"),
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "enum": ("must be one of {expected}", "应为下列之一：{expected}"),
    "literal_error": ("must be one of {expected}", "应为下列之一：{expected}"),
    "union_tag_invalid": (
        "{discriminator} must be one of {expected_tags}",
        "{discriminator} 应为下列之一：{expected_tags}",
    ),
    "union_tag_not_found": ("{discriminator} is missing", "缺少 {discriminator}"),
    "date_type": DAY,
    "date_parsing": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
}
"""By pydantic's kind of error, in English and in Chinese."""
NOT_JSON = (
    "must be JSON, sent with Content-Type: application/json",
    "应为 JSON，并以 Content-Type: application/json 发送",
)
UNKNOWN = ("can't be used as it is", "不能这样填写")
UNKNOWN_PARAMETER = "unknown_parameter"
"""A kind of our own; its ``known`` are the parameters that there are."""


def mistakes(errors: Sequence[Mapping[str, Any]], accepted: str | None, body: Any = None) -> list[dict[str, str]]:
    """Say ``where`` and what is ``wrong`` for each of pydantic's errors.

    Parameters
    ----------
    accepted
        The header Accept-Language.
    body
        Of the request, as JSON.
    """
    language = language_asked(accepted or "") or Language.en
    return [{"where": where(one["loc"], body), "wrong": wrong(one, language)} for one in errors]


def where(place: Sequence[str | int], body: Any) -> str:
    """Return a place in a request; below a verb, which pydantic tells it by, as it is in the body.

    >>> where(("body", "split", "line", 0), {"verb": "split", "line": [5]})
    'body.line.0'
    """
    verb = body.get("verb") if isinstance(body, dict) else None
    if tuple(place[:2]) == ("body", verb) and verb in ARGUMENTS:
        place = ("body", *place[2:])
    return ".".join(map(str, place))


def in_one_line(found: Sequence[Mapping[str, str]]) -> str:
    """Say the first few mistakes."""
    return "; ".join(f"{one['where']}: {one['wrong']}" for one in found[:3])


def wrong(error: Mapping[str, Any], language: Language) -> str:
    """Say what is wrong with a part of a request.

    >>> wrong({"type": "too_short", "ctx": {"min_length": 2}}, Language.en)
    'must have at least 2 entries'

    Parameters
    ----------
    error
        As pydantic tells it; what our own checks say (``value_error``) is said as it is.
    """
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == UNKNOWN_PARAMETER:
        return no_parameter(error["loc"][-1], error["ctx"]["known"], language)
    english, chinese = NOT_JSON if unread(error) else WORDS.get(error["type"], UNKNOWN)
    words = chinese if language is Language.zh else english
    return words.format(**error.get("ctx", {}))


def unread(error: Mapping[str, Any]) -> bool:
    """Tell whether it was a body that nobody read as JSON, since its Content-Type says that it is something else."""
    return isinstance(error.get("input"), bytes)


def no_parameter(name: str, known: Sequence[str], language: Language) -> str:
    """Say that there is no such parameter of a query, which was meant, and which there are.

    >>> no_parameter("dryrun", ["dry_run"], Language.en)
    'is no parameter here; did you mean dry_run? There are: dry_run'
    """
    near = difflib.get_close_matches(name.lower(), known, 1)
    every = ", ".join(known)
    if language is Language.zh:
        meant = f"是不是 {near[0]}？" if near else ""
        return f"没有这个参数；{meant}可用的有：{every}" if known else "没有这个参数；这里不用参数"
    if near:
        return f"is no parameter here; did you mean {near[0]}? There are: {every}"
    return f"is no parameter here; there are {every or 'none'}"
