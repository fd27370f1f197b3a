"""Text in a CSV file that a spreadsheet would take for a formula, guarded by an apostrophe before it, and read again.

A grid may be called ``=1+1`` by whoever may name it; who opens the file runs what it says. The page guards the files
that it makes in the same way (``web/app/src/parts/saving.ts``). A name that begins with an apostrophe and such a sign
is the one thing that does not come back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

GUARD = "'"
SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""By which spreadsheets know a formula."""


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before texts that begin with one of `SIGNS`; numbers stay as they are.

    >>> guarded(pd.DataFrame({"name": ["=1+1", "小城"], "short": [-1, 2]})).to_dict("list")
    {'name': ["'=1+1", '小城'], 'short': [-1, 2]}
    """
    changed = {}
    for name in table:
        column = table[name]
        if pd.api.types.is_object_dtype(column) or isinstance(column.dtype, pd.StringDtype):
            values = column.to_numpy(dtype=object)
            formula = np.fromiter((isinstance(one, str) and one.startswith(SIGNS) for one in values), np.bool_)
            if formula.any():
                texts = values.copy()
                texts[formula] = GUARD + values[formula]
                changed[name] = pd.Series(texts, index=table.index, dtype=column.dtype)
    return table.assign(**changed) if changed else table


def unguarded(cells: Iterable[str]) -> list[str]:
    """Take the apostrophe away again.

    >>> unguarded(["'=1+1", "'小城'", "'", "-3"])
    ['=1+1', "'小城'", "'", '-3']
    """
    return [cell[1:] if cell.startswith(GUARD) and cell[1:].startswith(SIGNS) else cell for cell in cells]
