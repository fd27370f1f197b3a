"""Duty-holders' names and telephone numbers, masked for whoever need not know them.

The board downstairs shows them; a file that travels does not, unless it is asked to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pandas as pd

from data.output import Frame


def masked_name(name: str) -> str:
    """Leave the family name, as Chinese offices do.

    >>> masked_name("赵示例")
    '赵**'
    """
    return name[:1] + "*" * max(len(name) - 1, 1)


def masked_phone(phone: str) -> str:
    """Leave the first three characters of a telephone number, which tell a mobile number from a city's.

    >>> masked_phone("0871-55504772"), masked_phone("8123")
    ('087*-********', '****')
    """
    shown = phone[:3] if len(phone) > 7 else ""
    return shown + "".join("*" if sign.isdigit() else sign for sign in phone[len(shown) :])


ROW_OF_ROSTER: Mapping[str, Callable[[str], str]] = {"name": masked_name, "phone": masked_phone}
ROW_OF_PARTY: Mapping[str, Callable[[str], str]] = {"secretary": masked_name}


def masked_row(row: str) -> str:
    """Mask who is named in a row of a table, a JSON object; in the party table ``name`` is an organisation's.

    >>> masked_row('{"post": "cleaner", "name": "赵示例"}'), masked_row('{"name": "桂花社区党委"}')
    ('{"post": "cleaner", "name": "赵**"}', '{"name": "桂花社区党委"}')
    """
    said = json.loads(row)
    columns = ROW_OF_ROSTER if "post" in said else ROW_OF_PARTY
    named = {key: mask(said[key]) for key, mask in columns.items() if key in said}
    return json.dumps(said | named, ensure_ascii=False) if named else row


PERSONAL: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "duty": {"name": masked_name, "phone": masked_phone},
    "party_organisations": {"secretary": masked_name},
    "records": {"row": masked_row},
}
"""The columns of a build that name people, by layer, and how each is masked."""


def without_contacts(layers: Mapping[str, Frame]) -> tuple[dict[str, Frame], list[str]]:
    """Mask the names and telephone numbers in layers.

    Returns
    -------
    tuple
        The layers, those that name nobody as they were; and the names of those that were masked.
    """
    masked: dict[str, Frame] = {}
    for name, columns in PERSONAL.items():
        if name not in layers:
            continue
        hidden = {column: told(layers[name][column], mask) for column, mask in columns.items()}
        if any(not column.equals(layers[name][key]) for key, column in hidden.items()):
            masked[name] = layers[name].assign(**hidden)
    return {**layers, **masked}, list(masked)


def told(column: pd.Series, mask: Callable[[str], str]) -> pd.Series:
    """Mask what is there of a column."""
    return column.map(mask, na_action="ignore").astype(column.dtype)
