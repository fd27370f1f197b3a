"""Columns that look like identity-card numbers, which never get into the program.

The map holds places, posts and counts, never residents. Second-generation numbers have 18 characters: a division code
of six, a birth date, a serial number and a check character (GB 11643-1999, ISO 7064 MOD 11-2). First-generation
numbers, issued until 1999, have 15 digits with a two-digit year and no check digit. Grid codes have 15 digits too: they
pass for numbers of one month at most, so first-generation numbers are recognised by the column, not one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from data.reading.fields import as_text
from geo.errors import InputError

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83]
)
_EIGHTEEN = r"(?:^|[^0-9A-Za-z])([1-8][0-9]{16}[0-9Xx])(?:$|[^0-9A-Za-z])"
_FIFTEEN = r"^[1-8][0-9]{14}$"
_SHORTEST = 15
"""Bytes that a number takes at least, however its digits are written."""
_OLDEST, _NEWEST_OF_FIFTEEN = 30, 99
"""Birth years, without the century, of whoever still held a first-generation card."""


def refuse_identity_numbers(
    written: str,
    columns: Mapping[str, pa.Array],
    mapped: Mapping[str, str],
    *,
    codes: Collection[str] = (),
    by_hand: bool = False,
) -> None:
    """Refuse a mapped column whose values look like identity-card numbers. The message does not repeat them.

    Parameters
    ----------
    written
        The file, as the user wrote its path.
    columns, mapped
        By what they hold: the values, each row's or of a dictionary, and the name that the column has in the file.
    codes
        Columns that hold codes of grids, so that 15 digits in them are no identity number.
    by_hand
        Numbers may be written in full-width digits, or with spaces in them, and a hyphen may stand where there is none.

    Raises
    ------
    InputError
        One value is a valid 18-character number, or most values are plausible 15-digit numbers.
    """
    for key, column in columns.items():
        if pa.types.is_boolean(column.type) or pa.types.is_temporal(column.type):
            continue
        coded = pa.types.is_dictionary(column.type)
        text = as_text(column.dictionary if coded else column)
        numbers = _numbers(text, by_hand)
        found = any(map(_holds_eighteen, numbers))
        if not found and key not in codes and any(map(_holds_one_of_fifteen, numbers)):
            whole = as_text(column.cast(pa.string())) if coded else text
            found = any(_holds_fifteen(numbers, whole) for numbers in _numbers(whole, by_hand))
        if found:
            raise InputError(
                f'{written}: field "{mapped[key]}" (mapped as {key}) looks like identity-card numbers; '
                "One Grid keeps no residents' data: map another field"
            )


def is_identity_number(text: str) -> bool:
    """Tell whether 18 characters are a valid identity-card number.

    >>> is_identity_number("11010519491231002X"), is_identity_number("110105194912310021")
    (True, False)
    """
    remainder = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True)) % 11
    return (
        text[17].upper() == _CHECKS[remainder]
        and int(text[:2]) in _PROVINCES
        and text[6:8] in ("18", "19", "20")
        and _is_date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    )


def _numbers(text: pa.StringArray, by_hand: bool) -> tuple[pa.StringArray, ...]:
    """Return the texts that are long enough for a number, in each way to read them."""
    long = text.filter(pc.greater_equal(pc.binary_length(text), _SHORTEST))
    return _typed(long) if by_hand else (long,)


def _typed(text: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """Return text with plain digits, and that without spaces and hyphens."""
    plain = pc.utf8_normalize(text, form="NFKC")
    return plain, pc.replace_substring_regex(plain, r"[\s-]", "")


def _holds_eighteen(text: pa.StringArray) -> bool:
    candidates = text.filter(pc.match_substring_regex(text, _EIGHTEEN))
    if not len(candidates):
        return False
    found = pc.extract_regex(candidates, _EIGHTEEN.replace("([1-8]", "(?P<number>[1-8]"))
    return any(map(is_identity_number, found.field("number").to_pylist()))


def _holds_one_of_fifteen(text: pa.StringArray) -> bool:
    return pc.any(pc.match_substring_regex(text, _FIFTEEN)).as_py() is True


def _holds_fifteen(text: pa.StringArray, whole: pa.StringArray) -> bool:
    """Tell whether most values of the whole are first-generation numbers; ``text`` are those long enough."""
    candidates = text.filter(pc.match_substring_regex(text, _FIFTEEN)).to_pylist()
    if not candidates:
        return False
    plain = pc.utf8_normalize(whole, form="NFKC")
    count = pc.sum(pc.match_substring_regex(plain, r"[^\s-]")).as_py()
    if 2 * len(candidates) < count:
        return False
    born = [value for value in candidates if _is_first_generation(value)]
    months = {value[8:10] for value in born}
    return len(born) > 0 and 2 * len(born) >= count and (len(months) > 1 or len(born) == 1)


def _is_first_generation(text: str) -> bool:
    year = int(text[6:8])
    return (
        int(text[:2]) in _PROVINCES
        and _OLDEST <= year <= _NEWEST_OF_FIFTEEN
        and _is_date(1900 + year, int(text[8:10]), int(text[10:12]))
    )


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
