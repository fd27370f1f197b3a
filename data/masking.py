"""Duty-holders' names and telephone numbers, masked for whoever need not know them.

The board downstairs shows them; a file that travels does not, unless it is asked to.
"""

from __future__ import annotations

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


PERSONAL: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "duty": {"name": masked_name, "phone": masked_phone},
    "party_organisations": {"secretary": masked_name},
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
        if name in layers and layers[name][list(columns)].notna().any(axis=None):
            masked[name] = layers[name].assign(
                **{column: told(layers[name][column], mask) for column, mask in columns.items()}
            )
    return {**layers, **masked}, list(masked)


def told(column: pd.Series, mask: Callable[[str], str]) -> pd.Series:
    """Mask what is there of a column."""
    return column.map(mask, na_action="ignore").astype(column.dtype)
