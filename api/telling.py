"""What the engine says in sentences, told in the language that a request asks for.

The engine has one language for each sentence: figures, rules and remedies are Chinese, repairs and reasons English.
Who asks for no language of ours gets them as they stand; a sentence that nobody has translated stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request

from api.language import Language, language_asked
from web.reports.wording import in_chinese, in_english

OF_A_GAP = ("figure", "arithmetic", "rule", "source")
"""The sentences in the detail of a gap."""


def asked(request: Request) -> Language | None:
    """Return the language that a request asks for."""
    return language_asked(request.headers.get("accept-language", ""))


Asked = Annotated[Language | None, Depends(asked)]


def told(text: str, language: Language | None) -> str:
    """Tell a sentence in a language.

    >>> told("1127 户 > 500 户", Language.en), told("null geometry", Language.zh), told("null geometry", None)
    ('1127 households > 500 households', '没有图形', 'null geometry')
    """
    if language is None:
        return text
    return in_english(text) if language == Language.en else in_chinese(text)


def told_of(said: Mapping[str, Any], names: Sequence[str], language: Language | None) -> dict[str, Any]:
    """Return what is said of something, its sentences of some names told in a language."""
    sentences = {name: told(said[name], language) for name in names if isinstance(said.get(name), str)}
    return {**said, **sentences}


def gap_told(gap: Mapping[str, Any], language: Language | None) -> dict[str, Any]:
    """Return a gap, as `api.grid_shown.gap_shown` shows it, with its sentences told in a language."""
    return {**told_of(gap, ["remedy"], language), "detail": told_of(gap["detail"], OF_A_GAP, language)}
