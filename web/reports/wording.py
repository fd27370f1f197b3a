"""Words, figures and the engine's sentences in both languages at once, as the office writes them."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

import pandas as pd

from web.reports.board_words import BOARD_WORDS
from web.reports.markup import Content, Html, both
from web.reports.phrasing import PIECES
from web.reports.report_words import REPORT_WORDS
from web.reports.words import WORDS, Language

THIN_SPACE = "\u202f"
UNKNOWN = "–"
HECTARE_M2 = 10_000
CHINESE = re.compile("[\u4e00-\u9fff]")


def pair(key: str) -> tuple[str, str]:
    """Return the words of a key; one that has none is worded by its last part, as it stands in the data."""
    missing = key.partition(".")[2]
    return REPORT_WORDS.get(key) or BOARD_WORDS.get(key) or WORDS.get(key) or (missing, missing)


def word(key: str, **slots: Content) -> Html:
    """Say the word of a key in both languages, its slots filled.

    >>> word("ledger.unheld")
    '<span lang="zh">无人认领</span><span lang="en">Nobody holds it</span>'
    """
    zh, en = pair(key)
    return both(filled(zh, slots), filled(en, slots)) if slots else both(zh, en)


def filled(text: str, slots: dict[str, Content]) -> list[Content]:
    """Put content into the slots of a text."""
    parts = re.split(r"\{(\w+)\}", text)
    return [slots[part] if place % 2 else part for place, part in enumerate(parts)]


def told(text: str | None) -> Html:
    """Say a sentence of the engine in both languages; in the one it has where nobody has translated it."""
    if text is None or pd.isna(text):
        return Html("")
    return both(*sentence(text))


def sentence(text: str) -> tuple[str, str]:
    """Return a sentence of the engine in Chinese and in English."""
    return WORDS.get(f"text.{text}") or (phrased(text, "zh"), phrased(text, "en"))


def in_chinese(text: str) -> str:
    """Return a sentence of the engine in Chinese; most are."""
    known = WORDS.get(f"text.{text}")
    return known[0] if known else text if CHINESE.search(text) else phrased(text, "zh")


@cache
def pieces(language: Language) -> list[tuple[re.Pattern[str], list[str], tuple[int, ...] | None]]:
    """Return the pieces of sentences as patterns; see `web.reports.phrasing`."""
    number = r"([\d.,]*\d)"
    return [
        (re.compile(number.join(map(re.escape, written.split("#")))), other.split("#"), order)
        for written, other, order in PIECES[language]
    ]


def in_english(text: str) -> str:
    """Return a sentence of the engine in English, as far as there are words for it."""
    known = WORDS.get(f"text.{text}")
    return known[1] if known else phrased(text, "en")


@lru_cache(maxsize=1 << 14)  # a server words for years, each sentence with figures of its own
def phrased(text: str, language: Language) -> str:
    """Word a sentence of the engine anew for a reader of a language; what no piece covers stays as it is.

    >>> phrased("2 人 = 430 户 ÷ 300，进一；现有 1 人，缺 1 人", "en")
    '2 = 430 households ÷ 300, rounded up; 1 held, 1 short'
    """
    for pattern, other, order in pieces(language):
        text = pattern.sub(lambda found, parts=other, turn=order: reworded(found, parts, turn), text)
    return text


def reworded(found: re.Match[str], parts: list[str], order: tuple[int, ...] | None) -> str:
    """Put the numbers that were found between the parts of the other language."""
    numbers = found.groups()
    ordered = [numbers[place] for place in order] if order else list(numbers)
    return parts[0] + "".join(number + part for number, part in zip(ordered, parts[1:], strict=True))


def known(value: Any) -> bool:
    """Tell whether there is a value."""
    return value is not None and not pd.isna(value)


def count(value: Any) -> str:
    """Write a whole number with thin spaces.

    >>> count(12345).replace(THIN_SPACE, "_"), count(None), count(-3)
    ('12_345', '–', '−3')
    """
    if not known(value):
        return UNKNOWN
    return f"{round(float(value)):,}".replace(",", THIN_SPACE).replace("-", "−")


def decimal(value: Any, digits: int = 1) -> str:
    """Write a number with decimals."""
    if not known(value):
        return UNKNOWN
    return f"{float(value):,.{digits}f}".replace(",", THIN_SPACE).replace("-", "−")


def area(m2: Any) -> Html | str:
    """Write an area: square metres under a hectare, else hectares with a decimal."""
    if not known(m2):
        return UNKNOWN
    if m2 < HECTARE_M2:
        return f"{decimal(m2) if 0 < m2 < 10 else count(m2)} m²"
    return both(f"{decimal(m2 / HECTARE_M2)} 公顷", f"{decimal(m2 / HECTARE_M2)} ha")


def hectares(m2: Any) -> str:
    """Write an area in hectares, for a column that says so.

    >>> hectares(0), hectares(20.0), hectares(25_000)
    ('0', '< 0.1', '2.5')
    """
    if not known(m2):
        return UNKNOWN
    return "0" if m2 == 0 else "< 0.1" if m2 < 0.05 * HECTARE_M2 else decimal(m2 / HECTARE_M2)


def share(part: Any, whole: Any) -> str:
    """Write which part of a whole something is.

    >>> share(1, 8), share(1, 4000), share(3, 3), share(1, 0)
    ('12.5 %', '< 0.1 %', '100 %', '–')
    """
    if not known(part) or not known(whole) or not whole:
        return UNKNOWN
    percent = 100 * float(part) / float(whole)
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.0f} %" if percent in (0, 100) or percent >= 99.95 else f"{percent:.1f} %"
