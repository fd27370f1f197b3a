"""Star rating of settlements by their score sheets (rule 7).

- A score is the sum of a sheet's points: additions less deductions.
- Assessed are quarters, half-years and the year. Where a half-year has no sheet of its own it is the mean of its two
  quarters; where the year has none, the mean of its two half-years. Nothing is made of a part: without one of the two
  there is no such score yet.
- Stars by points: five, four, three, or none.
- Scores are compared within a class of settlements, over the whole jurisdiction; equals share a rank.
- Reward 4 : 3 : 3 for quarters, half-years and the year [S3]. Read as: the year's reward is parted into tenths, four
  for the quarters (one each), three for the half-years (one and a half each), three for the year. A settlement earns
  the part of an assessment in which it has stars. How much money a whole reward is, the source leaves to the town.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Bools, Floats, Ints, dense, group_first, sums
from geo.settlements import settlement_class
from geo.standards import Standards

PERIODS = ("Q1", "Q2", "Q3", "Q4", "H1", "H2", "")
"""The assessments of a year, as they stand behind it in a period."""

MEANS = ((4, 0, 1), (5, 2, 3), (6, 4, 5))
"""Which of `PERIODS` is the mean of which two, where it has no sheet of its own."""

TIMES = np.array([4, 4, 4, 4, 2, 2, 1])
"""How often a year each of `PERIODS` is assessed."""

PART = {name: number for number, name in enumerate(PERIODS)}

END = np.array([1, 2, 3, 4, 1.9, 3.9, 3.8])
"""The quarter at the end of which each of `PERIODS` ends; longer ones a little before."""

STARS = np.array([0, 3, 4, 5])
STAR_WORDS = ("不评星", "", "", "三星", "四星", "五星")


@dataclass(frozen=True, eq=False)
class Sheets:
    """Score sheets, a row a settlement and year, a column one of `PERIODS`; nan where there is no sheet.

    ``derived`` tells which scores are means of others: they have no additions and deductions of their own.
    """

    grid: Ints
    year: NDArray[np.object_]
    score: Floats
    additions: Floats
    deductions: Floats
    derived: Bools

    @classmethod
    def of(cls, grid: Ints, period: NDArray[np.object_], points: Floats) -> Sheets:
        """Add up the points of each sheet, and derive half-years and years; a row a line of a sheet."""
        year = np.array([text[:4] for text in period], dtype="U4")
        part = np.array([PART[text[4:]] for text in period], dtype=np.int64)
        years, number = np.unique(year, return_inverse=True)
        rows, row = dense(grid * max(len(years), 1) + number)
        cell, size = row * len(PERIODS) + part, len(rows) * len(PERIODS)
        additions, deductions = (sums(np.maximum(sign * points, 0), cell, size) for sign in (1, -1))
        empty = np.bincount(cell, minlength=size) == 0
        score = np.where(empty, np.nan, np.round(additions - deductions, 6))
        score, additions, deductions = (figure.reshape(-1, len(PERIODS)) for figure in (score, additions, deductions))
        whole = with_means(score)
        derived = np.isnan(score) & ~np.isnan(whole)
        grids, which = np.divmod(rows, max(len(years), 1))
        return cls(grids, years[which].astype(object), whole, additions, deductions, derived)

    def latest(self) -> tuple[Ints, Ints]:
        """Return the sheets, by row and `PERIODS`, of each grid's latest assessment, grids ascending.

        Of assessments that end together the shorter one counts: the second quarter before the first half-year.
        """
        row, part = np.nonzero(~np.isnan(self.score))
        order = np.lexsort([END[part], self.year[row].astype(str), self.grid[row]])
        last = order[group_first(self.grid[row][order][::-1])[::-1]]
        return row[last], part[last]


def with_means(score: Floats) -> Floats:
    """Fill in half-years as the mean of their quarters, and the year as that of its half-years, where all are there.

    >>> with_means(np.array([[80.0, 90.0, 70.0, 75.0, np.nan, np.nan, np.nan]]))[0, 4:].tolist()
    [85.0, 72.5, 78.75]
    """
    result = score.copy()
    for target, first, second in MEANS:
        mean = (result[:, first] + result[:, second]) / 2
        result[:, target] = np.where(np.isnan(result[:, target]), mean, result[:, target])
    return result


def sheets_of(scores: pd.DataFrame) -> Sheets:
    """Take the matched rows of the table (`geo.tables.Matched.of`); rows about a community itself rate nothing."""
    rows = scores[(scores["grid"] >= 0) & ~scores["whole"]]
    return Sheets.of(rows["grid"].to_numpy(np.int64), rows["period"].to_numpy(object), rows["points"].to_numpy(float))


def ratings(grids: pd.DataFrame, scores: pd.DataFrame, standards: Standards) -> pd.DataFrame:
    """Rate the settlements that have score sheets.

    Parameters
    ----------
    grids
        ``code``, ``community_code``, ``households``.
    scores
        The matched rows of the table (`geo.tables.Matched.of`); rows about a community itself rate no settlement.

    Returns
    -------
    pandas.DataFrame
        ``code``, ``class`` (I to IV; missing where households are unknown, and then so are ``rank`` and ``of``),
        ``period``, ``score``, ``stars`` (0, 3, 4, 5), ``rank``, ``of`` (how many are compared), ``reward_share`` (the
        part of a year's reward that is earned), ``arithmetic`` (Chinese); by code and period.
    """
    sheets = sheets_of(scores)
    community = grids["community_code"].to_numpy(dtype=object)[sheets.grid]
    households = grids["households"].to_numpy(np.float64, na_value=np.nan)[sheets.grid]
    stars, worth = stars_and_worth(sheets.score, community, standards)
    row, part = np.nonzero(~np.isnan(sheets.score))
    kind = settlement_class(households, community, standards)[row]
    period = np.array([f"{year}{PERIODS[place]}" for year, place in zip(sheets.year[row], part, strict=True)], object)
    table = pd.DataFrame(
        {
            "code": grids["code"].to_numpy(dtype=object)[sheets.grid[row]],
            "class": kind,
            "period": period,
            "score": sheets.score[row, part],
            "stars": pd.array(stars[row, part], dtype="Int64"),
            **ranks(sheets.score[row, part], kind, period),
            "reward_share": np.where(stars > 0, worth, 0.0)[row, part],
        }
    )
    table["arithmetic"] = arithmetic(sheets, row, part, table, worth[row, part])
    return table.sort_values(["code", "period"], ignore_index=True)


def stars_and_worth(score: Floats, community: NDArray[np.object_], standards: Standards) -> tuple[Ints, Floats]:
    """Return the stars of each score, and the part of a year's reward that each assessment decides."""
    stars = np.zeros(score.shape, dtype=np.int64)
    worth = np.zeros(score.shape)
    for standard, rows in standards.groups(community):
        rating = standard.rating
        limits = [limit.number for limit in (rating.three_stars, rating.four_stars, rating.five_stars)]
        stars[rows] = STARS[np.searchsorted(limits, np.nan_to_num(score[rows], nan=-np.inf), side="right")]
        quarter, half, year = (one.number for one in (rating.quarter_share, rating.half_year_share, rating.year_share))
        shares = np.array([quarter] * 4 + [half] * 2 + [year]) / (quarter + half + year)
        worth[rows] = np.round(shares / TIMES, 9)
    return stars, worth


def ranks(score: Floats, kind: NDArray[np.object_], period: NDArray[np.object_]) -> dict[str, pd.Series]:
    """Rank scores among those of the same class and period, the best first; equals share a rank."""
    table = pd.DataFrame({"score": score, "class": kind, "period": period})
    groups = table.groupby(["class", "period"])["score"]  # rows without a class are in no group
    rank = groups.rank(method="min", ascending=False).astype("Int64")
    return {"rank": rank, "of": groups.transform("count").astype("Int64").where(rank.notna())}


def arithmetic(sheets: Sheets, row: Ints, part: Ints, table: pd.DataFrame, worth: Floats) -> list[str]:
    """Write how each score, rank and reward comes about."""
    scores = [
        score_words(*figures)
        for figures in zip(
            table["score"].tolist(),
            sheets.additions[row, part].tolist(),
            sheets.deductions[row, part].tolist(),
            part.tolist(),
            sheets.derived[row, part].tolist(),
            sheets.score[row],
            strict=True,
        )
    ]
    places = ["" if rank is pd.NA else f"；{kind} 类 {of} 个中第 {rank}" for kind, rank, of in rank_columns(table)]
    rewards = [
        f"；{STAR_WORDS[stars]}，" + (f"得全年奖励的 {share:.4g}%" if stars else f"不得本期奖励（全年的 {share:.4g}%）")
        for stars, share in zip(table["stars"].tolist(), (worth * 100).tolist(), strict=True)
    ]
    return ["".join(words) for words in zip(scores, places, rewards, strict=True)]


def rank_columns(table: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    """Yield class, rank, and how many are compared."""
    return zip(*(table[name].tolist() for name in ("class", "rank", "of")), strict=True)


def score_words(score: float, additions: float, deductions: float, part: int, derived: bool, year: Floats) -> str:
    """Say what a score was added up from, or the mean of which scores it is.

    >>> score_words(88.0, 92.0, 4.0, 0, False, np.zeros(7))
    '88 分 = 加分 92 − 扣分 4'
    >>> score_words(85.0, 0.0, 0.0, 4, True, np.array([80.0, 90.0]))
    '85 分 =（Q1 80 + Q2 90）÷ 2'
    """
    if not derived:
        return f"{score:.6g} 分 = 加分 {additions:.6g} − 扣分 {deductions:.6g}"
    _, first, second = next(mean for mean in MEANS if mean[0] == part)
    return f"{score:.6g} 分 =（{PERIODS[first]} {year[first]:.6g} + {PERIODS[second]} {year[second]:.6g}）÷ 2"
