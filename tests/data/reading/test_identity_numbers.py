"""Columns of identity-card numbers never get in; codes that look a little like them do. All numbers are invented."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data.reading.identity_numbers import is_identity_number, refuse_identity_numbers
from geo.errors import InputError
from tests.data.reading.little_town import LittleTown, square

DRAWN = [square(column, row, inset=20) for row in (0, 1) for column in (0, 1)]
VALID = ["11010519491231002X", "440524188001010014"]
"""The two examples of GB 11643-1999 itself."""
OLD = ["130503670401001", "110101491231002", "310104800505123"]


def is_refused(values: list[object]) -> bool:
    try:
        refuse_identity_numbers("file", {"name": pa.array(values)}, {"name": "column"})
    except InputError:
        return True
    return False


@pytest.mark.parametrize("number", VALID)
def test_the_examples_of_the_standard_are_recognised(number: str) -> None:
    assert is_identity_number(number)
    assert is_identity_number(number.lower())


@pytest.mark.parametrize("place", range(18))
def test_a_changed_digit_is_no_longer_a_number(place: int) -> None:
    digits = list(VALID[1])
    digits[place] = str((int(digits[place]) + 1) % 10)
    assert not is_identity_number("".join(digits))


@pytest.mark.parametrize(
    "values", [["a", VALID[0]], [f"张三 {VALID[1]}", None], [f"ID:{VALID[0]}。"], OLD, [*OLD, "x"]]
)
def test_a_column_of_numbers_is_refused(values: list[object]) -> None:
    assert is_refused(values)


@pytest.mark.parametrize(
    "values",
    [
        ["530102001001001", "530102001001002"],  # grid codes of a street
        [f"5301024010010{number:02}" for number in range(1, 13)],  # of a development zone: "born" in October 1940
        [f"530102100{community:03}001" for community in range(201, 213)],  # of villages
        ["91530102MA6K5T7G3X", "91530102719404570X"],  # unified social credit codes
        ["530102001001000000123", "53010200100100000012"],  # 20 digits and more
        ["123456789012345", "999999999999999", "100000000000000"],
        [530102001001, 530102001002],
        [1.5, None],
        [None, None],
        [True, False],
        ["13888888888", "0871-65100000"],
    ],
)
def test_codes_and_other_long_numbers_are_no_identity_numbers(values: list[object]) -> None:
    assert not is_refused(values)


@pytest.mark.parametrize(
    "values",
    [
        ["110105491231002", "110105500112003", "-", "-", "－"],  # where nobody is, a hyphen
        ["1101 05491231 002", "1101 05500112 003", "－", "--", "-"],
        ["１１０１０５４９１２３１００２", "110105-500112-003", "x"],
    ],
)
def test_numbers_typed_by_hand_are_refused(values: list[object]) -> None:
    with pytest.raises(InputError):
        refuse_identity_numbers("file", {"name": pa.array(values)}, {"name": "column"}, by_hand=True)


def test_numbers_kept_as_integers_are_refused() -> None:
    assert is_refused([int(VALID[1]), 1])


def test_the_message_names_file_and_field_and_not_the_number(town: LittleTown) -> None:
    town.compounds(DRAWN, gid=["a", "b", "c", "d"], name=["x", VALID[0], "y", "z"])
    message = town.refusal()
    assert message.startswith('compounds.gpkg: field "name" (mapped as name) looks like identity-card numbers; ')
    assert VALID[0] not in message


def test_a_column_that_is_not_mapped_may_hold_them_since_it_is_not_read(town: LittleTown) -> None:
    town.compounds(DRAWN, gid=["a", "b", "c", "d"], name=VALID * 2)
    town.tables["compound"]["fields"] = {"id": "gid"}
    assert town.read().inputs[1].dropped == ("name",)
