"""One file of a layer while it is read: its features, their ids, and how to name one of them in a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.layers_schema import Layer
from data.reading.input_files import Features


class Repair(NamedTuple):
    """What reading changed, as a row of the table of repairs; ``source_id`` is None when it concerns a whole file."""

    layer: str
    source_id: str | None
    problem: str
    action: str


def counted(count: int, word: str) -> str:
    """Word a number of things.

    >>> counted(1, "feature"), counted(3, "feature")
    ('1 feature', '3 features')
    """
    return f"{count:,} {word}{'' if count == 1 else 's'}"


@dataclass(frozen=True, eq=False)
class SourceFile:
    """A file of a layer with its features.

    Parameters
    ----------
    layer, spec
        The layer's name in layers.toml and what is said of it there.
    path, written
        Where the file is, and how the user wrote it.
    ids
        Text, one a feature: the mapped ids, or positions over the layer's files joined in order.
    """

    layer: str
    spec: Layer
    path: Path
    written: str
    features: Features
    ids: pa.StringArray

    def __len__(self) -> int:
        """Return how many features there are."""
        return len(self.features)

    def feature(self, row: int) -> str:
        """Name a feature as the user knows it: its id, else its position in this file."""
        if self.spec.fields.id is None:
            return f"feature {row} (counted from 0)"
        return f'feature "{self.ids[int(row)].as_py()}"'

    def first(self, wrong: NDArray[Any] | Sequence[bool]) -> str | None:
        """Name the first feature that is marked, and say how many more there are; None when none is."""
        rows = np.flatnonzero(wrong)
        if not len(rows):
            return None
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        return f"{self.feature(rows[0])}{more}"

    def repair(self, problem: str, action: str, row: int | None = None) -> Repair:
        """Record a change to a feature, or to the file as a whole."""
        if row is None:
            return Repair(self.layer, None, problem, f"{self.written}: {action}")
        return Repair(self.layer, self.ids[int(row)].as_py(), problem, action)
