"""Staff of communities, streets and counties: what grids add up to, and what a community has beside its grids.

Children add up to their parent, in every column: a community is its grids and its own body, a street its communities, a
county its streets. So a surplus in one grid fills no want in another, and ``short`` of a parent is no longer what its
own ``required`` and ``held`` leave: it is ``required - held + over``, where ``over`` adds up what grids have beyond
what is required.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Bools, Floats
from geo.community_workers import COMMUNITY_WORKER, community_workers
from geo.roster import Roster
from geo.standards import Standards
from geo.tables import POSTS

LEVELS = {"community": 12, "street": 9, "county": 6}
"""Levels of division, from the lowest, and the digits of their codes."""

FIGURES = ["required", "held", "short", "over", "full_time_equivalent"]


def community_staffing(
    code: NDArray[np.object_], rural: Bools, population: Floats, roster: Roster | None, standards: Standards
) -> pd.DataFrame:
    """Return what communities have beside their grids: columns as in the layer `staffing`, ``code`` of 12 digits.

    Community workers, where the population of an urban community is known; and posts that the roster names for a
    community that has no unclaimed grid to put them in, which nothing requires.

    Parameters
    ----------
    code, rural, population
        One row a community; ``population`` is nan where unknown.
    """
    workers = worker_rows(code, rural, population, roster, standards)
    if roster is None:
        return workers
    held, part_time = roster.counts_of_communities(np.arange(len(code)))
    place, post = np.nonzero(held)
    share = np.array([standards.at(str(one)).workers.part_time_share.number for one in code])
    own = pd.DataFrame(
        {
            "code": code[place],
            "post": np.array(POSTS, dtype=object)[post],
            "required": pd.array(np.zeros(len(place), dtype=np.int64), dtype="Int64"),
            "held": pd.array(held[place, post], dtype="Int64"),
            "short": pd.array(np.zeros(len(place), dtype=np.int64), dtype="Int64"),
            "full_time_equivalent": held[place, post] - part_time[place, post] * (1 - share[place]),
            "arithmetic": [f"社区没有无人认领的网格，记在社区名下；现有 {count} 人" for count in held[place, post]],
        }
    )
    both = pd.concat([workers, own], ignore_index=True)
    return both.sort_values("code", kind="stable", ignore_index=True)


def worker_rows(
    code: NDArray[np.object_], rural: Bools, population: Floats, roster: Roster | None, standards: Standards
) -> pd.DataFrame:
    """Return the rows of the community workers."""
    workers = community_workers(np.arange(len(code)), code, rural, population, roster, standards)
    count = len(workers.place)
    unknown = np.full(count, workers.held is None)
    held = np.zeros(count, dtype=np.int64) if workers.held is None else workers.held
    return pd.DataFrame(
        {
            "code": code[workers.place],
            "post": np.full(count, COMMUNITY_WORKER, dtype=object),
            "required": pd.array(workers.required, dtype="Int64"),
            "held": pd.arrays.IntegerArray(held, unknown),
            "short": pd.arrays.IntegerArray(np.maximum(workers.required - held, 0), unknown),
            "full_time_equivalent": np.where(unknown, np.nan, held.astype(np.float64)),
            "arithmetic": workers.arithmetic,
        }
    )


def roll_up(staffing: pd.DataFrame, own: pd.DataFrame, grids: pd.DataFrame) -> pd.DataFrame:
    """Add staff up to communities, streets and counties.

    Parameters
    ----------
    staffing
        The layer `staffing`.
    own
        The result of `community_staffing`.
    grids
        ``code`` and ``community_code``.

    Returns
    -------
    pandas.DataFrame
        ``level`` (community, street, county), ``code``, ``post``, ``required``, ``held``, ``short``, ``over``,
        ``full_time_equivalent``, ``grids`` (how many have the post), ``arithmetic``; by level, code and post. Figures
        are missing where all that they add up are.
    """
    community = pd.Series(grids["community_code"].to_numpy(dtype=object), index=grids["code"].to_numpy(dtype=object))
    rows = pd.concat(
        [
            staffing.assign(code=community.reindex(staffing["code"]).to_numpy(dtype=object), grids=1),
            own.assign(grids=0),
        ],
        ignore_index=True,
    )
    rows["over"] = (rows["held"] - rows["required"]).clip(lower=0)
    levels = []
    for level, digits in LEVELS.items():
        rows = rows.assign(code=rows["code"].astype("str").str[:digits])
        grouped = rows.groupby(["code", "post"], as_index=False)
        rows = grouped[FIGURES].sum(min_count=1).merge(grouped[["grids"]].sum())
        levels.append(rows.assign(level=level))
    table = pd.concat(levels, ignore_index=True)
    order = {post: number for number, post in enumerate((*POSTS, COMMUNITY_WORKER))}
    table["place"] = table["post"].map(order)
    table["rank"] = table["level"].map({level: number for number, level in enumerate(LEVELS)})
    table = table.sort_values(["rank", "code", "place"], ignore_index=True)
    table["arithmetic"] = [total_words(*row) for row in table[["grids", *FIGURES[:4]]].itertuples(index=False)]
    return table[["level", "code", "post", *FIGURES, "grids", "arithmetic"]]


def total_words(grids: int, required: int, held: object, short: object, over: object) -> str:
    """Say how a total's shortage comes about.

    >>> total_words(12, 20, 18, 5, 3)
    '缺 5 人 = 应配 20 − 现有 18 + 个别网格多出 3；12 个网格合计'
    """
    of = f"{grids} 个网格合计" if grids else "社区本级"
    if pd.isna(held):
        return f"应配 {required} 人；{of}"
    beyond = f" + 个别网格多出 {over}" if over else ""
    return f"缺 {short} 人 = 应配 {required} − 现有 {held}{beyond}；{of}"
