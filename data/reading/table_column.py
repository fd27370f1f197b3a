"""A column of a table by its distinct values: what is read of a text is read once, however many rows have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.arrays import Bools

Places = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Column:
    """A column whose cells may be blank.

    Parameters
    ----------
    place
        (n,) where each row's value stands in ``distinct``; -1 where the cell is blank.
    distinct
        The values, each in some row; one may be there twice.
    """

    place: Places
    distinct: Sequence[Any]

    @classmethod
    def blanks(cls, size: int) -> Column:
        """Return a column of blank cells."""
        return cls(np.full(size, -1, dtype=np.int32), [])

    @classmethod
    def same(cls, value: Any, size: int) -> Column:
        """Return a column that has one value throughout."""
        return cls(np.zeros(size, dtype=np.int32), [value])

    @classmethod
    def of_texts(cls, parts: Sequence[pa.DictionaryArray]) -> Column:
        """Join the parts of a column; its texts are trimmed.

        >>> parts = [pa.array(texts).dictionary_encode() for texts in (["b ", "a"], ["", "b"])]
        >>> column = Column.of_texts(parts)
        >>> column.place.tolist(), column.distinct
        ([0, 1, -1, 0], ['b', 'a'])
        """
        joined = pa.chunked_array(parts).unify_dictionaries()
        if not len(joined):
            return cls.blanks(0)
        trimmed = pc.utf8_trim_whitespace(joined.chunk(0).dictionary)
        texts = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed).dictionary_encode()
        place = pc.fill_null(texts.indices, -1).to_numpy()
        rows = np.concatenate([part.indices.to_numpy() for part in joined.chunks])
        return cls(place[rows], texts.dictionary.to_pylist())

    @property
    def blank(self) -> Bools:
        """Tell which cells are blank."""
        return self.place < 0

    def where(self, test: Callable[[Any], bool]) -> Bools:
        """Tell which cells have a value that passes a test."""
        return np.array([*map(test, self.distinct), False], dtype=np.bool_)[self.place]

    def first(self, rows: Bools) -> Any:
        """Return the value of the first row that is marked."""
        return self.distinct[self.place[np.argmax(rows)]]

    def rows(self, rows: Any) -> Column:
        """Return some rows, by their positions or by a mark."""
        return Column(self.place[rows], self.distinct)

    def mapped(self, read: Callable[[Any], Any]) -> Column:
        """Return what is read of each value."""
        return Column(self.place, [*map(read, self.distinct)])

    def filled(self, rows: Bools, value: Any) -> Column:
        """Put a value into the rows that are marked."""
        return Column(np.where(rows, len(self.distinct), self.place), [*self.distinct, value])

    def mapped_in(self, rows: Bools, read: Callable[[Any], Any]) -> Column:
        """Return what is read of each value in the rows that are marked, and the others as they are."""
        some = np.unique(self.place[rows & ~self.blank])
        to = np.full(len(self.distinct) + 1, -1, dtype=np.int32)
        to[some] = np.arange(len(some)) + len(self.distinct)
        values = [read(self.distinct[place]) for place in some.tolist()]
        return Column(np.where(rows, to[self.place], self.place), [*self.distinct, *values])

    def series(self, dtype: str) -> pd.Series:
        """Return the rows as pandas has them; blank cells are missing."""
        return pd.Series(pd.Series([*self.distinct, None], dtype=dtype).array.take(self.place))

    def arrow(self) -> pa.DictionaryArray:
        """Return a column of texts as Arrow has it; blank cells are missing."""
        return pa.DictionaryArray.from_arrays(
            pa.array(self.place, mask=self.blank), pa.array(self.distinct, pa.string())
        )
