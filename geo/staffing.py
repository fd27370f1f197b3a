"""The layer `staffing`: required, held and short of each grid and post, with the arithmetic of each figure in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Bools, known_or_zero
from geo.crew import BRANCH, FALLBACK, HOUSEHOLDS, LEADER, TYPE, WORKER, Crew, GridFacts, crew_of
from geo.roster import Roster
from geo.standards import Standards
from geo.tables import POSTS

TYPE_NAMES = ("日常管理型", "一般防范型", "重点关注型", "集中整治型")
"""The management types in the words of an office, in the order of `geo.standards.MANAGEMENT_TYPES`."""


def staffing(grids: pd.DataFrame, roster: Roster | None, standards: Standards, own_branch: Bools) -> pd.DataFrame:
    """Return a row a grid and post that is required or held.

    Parameters
    ----------
    grids
        The layer ``grids`` with ``rural``.
    roster
        None where there is no such table: what is held and short is then missing.
    own_branch
        Which grids have a party branch of their own.

    Returns
    -------
    pandas.DataFrame
        ``code``, ``post``, ``required``, ``held``, ``short`` (people, Int64), ``full_time_equivalent``, ``arithmetic``
        (Chinese); in the order of the grids, and of `geo.tables.POSTS`.
    """
    nothing = np.zeros((len(grids), len(POSTS)), dtype=np.int64)
    held, part_time = (nothing, nothing) if roster is None else roster.counts(np.arange(len(grids)))
    crew = crew_of(GridFacts.of(grids, own_branch), held, part_time, standards)
    unknown = np.full(len(crew.place), roster is None)
    return pd.DataFrame(
        {
            "code": grids["code"].to_numpy(dtype=object)[crew.place],
            "post": np.array(POSTS, dtype=object)[crew.post],
            "required": pd.array(crew.required, dtype="Int64"),
            "held": pd.arrays.IntegerArray(crew.held, unknown),
            "short": pd.arrays.IntegerArray(crew.short, unknown),
            "full_time_equivalent": np.where(unknown, np.nan, crew.full_time_equivalent),
            "arithmetic": arithmetic(crew, known=roster is not None),
        }
    )


def arithmetic(crew: Crew, *, known: bool = True) -> NDArray[np.object_]:
    """Write how each post's figures come about; each distinct sentence is made once.

    ``known`` tells whether there is a roster, so that there is something to say of what is held.
    """
    place, needs = crew.place, crew.needs
    worker = crew.post == WORKER
    households = np.where(np.isnan(crew.households), -1, known_or_zero(crew.households)).astype(np.int64)
    asked = zip(
        *(column.tolist() for column in (crew.ground, needs.type_number[place], crew.required)),
        *(np.where(worker, column[place], -1).tolist() for column in (households, needs.norm, needs.by_households)),
        strict=True,
    )
    low = np.where(worker, needs.low[place], 0)
    equivalent = crew.full_time_equivalent
    filled = zip(
        *(column.tolist() for column in (crew.required, crew.held, crew.part_time, equivalent)),
        *(column.tolist() for column in (households[place], low)),
        strict=True,
    )
    first = sentences(asked, asked_words)
    return first if not known else first + "；" + sentences(filled, filled_words)


def sentences(rows: Iterable[tuple[Any, ...]], words: Callable[..., str]) -> NDArray[np.object_]:
    """Write a sentence for each row, once for equal rows."""
    written: dict[tuple[Any, ...], str] = {}
    return np.array([written.get(row) or written.setdefault(row, words(*row)) for row in rows], dtype=object)


def asked_words(ground: int, type_number: int, required: int, households: int, norm: int, by_households: int) -> str:
    """Say why so many are required.

    >>> asked_words(HOUSEHOLDS, 0, 2, 430, 300, 2)
    '2 人 = 430 户 ÷ 300，进一'
    >>> asked_words(TYPE, 2, 2, 100, 300, 1)
    '2 人：重点关注型网格标准（多于按户数 1 人 = 100 户 ÷ 300，进一）'
    """
    if ground == HOUSEHOLDS:
        return f"{required} 人 = {households} 户 ÷ {norm}，进一"
    if ground == TYPE:
        fewer = f"（多于按户数 {by_households} 人 = {households} 户 ÷ {norm}，进一）" if by_households > 0 else ""
        return f"{required} 人：{TYPE_NAMES[type_number]}网格标准{fewer}"
    why = {
        LEADER: "村民小组长任网格长",
        FALLBACK: "无人认领，由社区兜底，只设网格长",
        BRANCH: "网格有自己的党支部",
    }
    return f"{required} 人：{why[ground]}" if ground in why else "0 人：标准不作要求"


def filled_words(required: int, held: int, part_time: int, equivalent: float, households: int, low: int) -> str:
    """Say how many there are, what part-time ones come to, and what is missing or beyond what is required.

    >>> filled_words(2, 1, 1, 0.5, 430, 0)
    '现有 1 人（兼职 1 人，折合全职 0.5 人），缺 1 人'
    >>> filled_words(1, 2, 0, 2.0, 8, 5)
    '现有 2 人，多 1 人，每人不到 5 户'
    """
    part = f"（兼职 {part_time} 人，折合全职 {equivalent:g} 人）" if part_time else ""
    left = f"，缺 {required - held} 人" if held < required else f"，多 {held - required} 人" if held > required else ""
    few = f"，每人不到 {low} 户" if held > 0 and 0 <= households < low * held else ""
    return f"现有 {held} 人{part}{left}{few}"
