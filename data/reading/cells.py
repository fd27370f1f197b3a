"""What one cell of a table says: numbers, dates, periods and codes as offices write them.

Each function takes the text of a cell, trimmed and not empty, and returns its value, or None where it can't be read:
nothing is guessed. Full-width digits and signs count as plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal

LARGEST_COUNT = 10_000_000
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100

_NUMBER = re.compile(r"([+-]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?)")
_MONEY = re.compile(r"¥?([^万元]*)(万元|元|万)?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL_DAY = re.compile(r"[0-9]{5}")
_EXCEL_DAY_0 = date(1899, 12, 30)
_YEAR = re.compile(r"([0-9]{4})年?度?")
_QUARTER = re.compile(r"([0-9]{4})年?度?[-/.]?(?:第?([1-4一二三四])季度?|Q([1-4]))", re.IGNORECASE)
_HALF = re.compile(r"([0-9]{4})年?度?[-/.]?(?:([上下])半年?度?|H([12]))", re.IGNORECASE)
_DIGITS = {"一": "1", "二": "2", "三": "3", "四": "4", "上": "1", "下": "2"}
_CODE = re.compile(r"[0-9]{1,12}")
_SHORTENED = re.compile(r"[0-9](\.[0-9]+E\+?|E\+)[0-9]+", re.IGNORECASE)


def as_plain(text: str) -> str:
    """Return text with plain digits and signs, and without spaces inside.

    >>> as_plain("１，２００ 元"), as_plain("−３")
    ('1,200元', '-3')
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).replace("−", "-")
    return "".join(plain.split())


def as_number(text: str) -> Decimal | None:
    """Read a decimal number, with or without thousands separators.

    >>> as_number("１，２００.5"), as_number("+3"), as_number("12,00"), as_number("1e3")
    (Decimal('1200.5'), Decimal('3'), None, None)
    """
    found = _NUMBER.fullmatch(as_plain(text))
    return Decimal(found[1] + found[2].replace(",", "")) if found else None


def as_points(text: str) -> float | None:
    """Read points, which may be negative."""
    number = as_number(text)
    return None if number is None else float(number)


def as_count(text: str) -> int | None:
    """Read a whole number from 0 to 10 million.

    >>> as_count("1,024"), as_count("12.0"), as_count("-1"), as_count("1.5")
    (1024, 12, None, None)
    """
    number = as_number(text)
    if number is None or number != int(number) or not 0 <= number <= LARGEST_COUNT:
        return None
    return int(number)


def as_money(text: str, *, unit: int = 1) -> float | None:
    """Read an amount of 0 or more in CNY; ``unit`` is that of a number alone.

    >>> as_money("￥２，０００元"), as_money("3.5万元"), as_money("24", unit=10_000), as_money("-1"), as_money("约2000")
    (2000.0, 35000.0, 240000.0, None, None)
    """
    found = _MONEY.fullmatch(as_plain(text))
    number = as_number(found[1]) if found else None
    if found is None or number is None or number < 0:
        return None
    return float(number * (unit if found[2] is None else 1 if found[2] == "元" else 10_000))


def as_date(text: str) -> str | None:
    """Read a day, as an ISO date; five digits are the day number that Excel shows for an unformatted date.

    >>> [as_date(text) for text in ("2026-03-15", "2026/3/15", "2026年3月15日", "20260315", "46096", "2026.3.15 0:00")]
    ['2026-03-15', '2026-03-15', '2026-03-15', '2026-03-15', '2026-03-15', '2026-03-15']
    >>> [as_date(text) for text in ("2026年3月", "15/3/2026", "26-3-15", "2026-02-29", "长期")]
    [None, None, None, None, None]
    """
    text = as_plain(text)
    if _SERIAL_DAY.fullmatch(text):
        return (_EXCEL_DAY_0 + timedelta(days=int(text))).isoformat()
    found = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def as_year(text: str) -> int | None:
    """Read a year from 2000 to 2100.

    >>> as_year("2026"), as_year("2026年度"), as_year("26")
    (2026, 2026, None)
    """
    found = _YEAR.fullmatch(as_plain(text))
    return int(found[1]) if found and EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR else None


def as_period(text: str) -> str | None:
    """Read a quarter, a half-year or a year.

    >>> [as_period(text) for text in ("2026Q1", "2026年第一季度", "2026年2季度", "2026年下半年", "2026h1", "2026年")]
    ['2026Q1', '2026Q1', '2026Q2', '2026H2', '2026H1', '2026']
    >>> as_period("2026Q5"), as_period("第一季度"), as_period("2026-03")
    (None, None, None)
    """
    text = as_plain(text)
    for letter, pattern in (("Q", _QUARTER), ("H", _HALF)):
        if found := pattern.fullmatch(text):
            part = found[2] or found[3]
            return None if as_year(found[1]) is None else f"{found[1]}{letter}{_DIGITS.get(part, part)}"
    year = as_year(text)
    return None if year is None else str(year)


def as_community_code(text: str) -> str | None:
    """Read the code of a community: 1 to 12 digits, padded on the left with zeros to 12.

    >>> as_community_code("110108001001"), as_community_code("知春里")
    ('110108001001', None)
    """
    text = as_plain(text)
    return text.zfill(12) if _CODE.fullmatch(text) else None


def as_id(text: str) -> str | None:
    """Take an id as it is; not one of which a spreadsheet kept the first digits only.

    >>> as_id("XQ 7"), as_id("3E2"), as_id("1.10108E+14")
    ('XQ 7', '3E2', None)
    """
    if text.isascii() and "E" not in text.upper():
        return text
    return None if _SHORTENED.fullmatch(as_plain(text)) else text


def as_grid_code(text: str) -> str | None:
    """Read the code of a grid, like an id.

    >>> as_grid_code("１10108 001001 001"), as_grid_code("1.10108E+14")
    ('110108001001001', None)
    """
    return as_id(as_plain(text))
