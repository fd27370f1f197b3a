"""What a map fills its grids by, one theme at a time: the class of every grid, and the figures behind it.

The classes are the same wherever a build is drawn: in the browser, on paper, in QGIS.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.gaps.exceptions import ACCEPTED

SHORT_FROM, OVER_FROM = (1, 2, 3), (1, 3)
"""From how many people short of, or beyond, what is required each class reaches."""

SHORTAGE = ("short_3", "short_2", "short_1", "as_required", "over_1", "over_3")
"""Classes by people: those of `SHORT_FROM`, worst first, those of `OVER_FROM`, and between them what is required."""

FORMS = ("branch", "joint_branch", "party_group", "service_station", "none")
"""Classes by the party organisation that covers a grid today, see `geo.party`."""

SEVERITY: Mapping[str, int] = {"low": 0, "medium": 25, "high": 50, "highest": 75}
"""Classes by the worst gap of a grid, from this severity on; ``none`` where there is no gap."""

STARS: Mapping[int, str] = {5: "five", 4: "four", 3: "three", 0: "no_star"}
"""Classes by the stars of the latest assessment (rule 7)."""

STAFF_TOTALS = ("required", "held", "short", "over")


def themes(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the class of every grid by theme, and the figures behind it.

    Parameters
    ----------
    frames
        The layers of a build by name: ``grids``, and any of ``staffing, assignments, settlements, gaps``.

    Returns
    -------
    pandas.DataFrame
        A row a grid, in the order of ``grids``, missing where nobody knows:

        - `STAFF_TOTALS`, people of all posts (Int64), and their class ``shortage``. ``over`` counts in posts that are
          required only; one post never stands in for another.
        - ``form``.
        - ``worst``, the highest severity of the grid's gaps that are no accepted exceptions, and its class
          ``severity``, which is never missing.
        - ``stars`` (Int64) of the latest assessment, and their class ``rating``.
    """
    code = frames["grids"]["code"].to_numpy(dtype=object)
    staff = staff_totals(frames.get("staffing")).reindex(code)
    worst = worst_gaps(frames.get("gaps")).reindex(code)
    stars = by_code(frames.get("settlements"), "stars", "Int64").reindex(code)
    return pd.DataFrame(
        {
            **{name: staff[name].array for name in STAFF_TOTALS},
            "shortage": shortage_class(staff["short"], staff["over"]),
            "form": by_code(frames.get("assignments"), "form", object).reindex(code).to_numpy(dtype=object),
            "worst": worst.array,
            "severity": severity_class(worst),
            "stars": stars.array,
            "rating": [STARS.get(count) for count in stars.astype(object)],
        }
    )


def staff_totals(staffing: pd.DataFrame | None) -> pd.DataFrame:
    """Add the posts of each grid up; by code, `STAFF_TOTALS` as Int64."""
    if staffing is None or not len(staffing):
        return pd.DataFrame(
            {name: pd.array([], dtype="Int64") for name in STAFF_TOTALS}, index=pd.Index([], dtype=object)
        )
    posts = staffing[["code", "required", "held", "short"]]
    beyond = (posts["held"] - posts["required"]).clip(lower=0).where(posts["required"] > 0, 0)
    return posts.assign(over=beyond).groupby("code")[list(STAFF_TOTALS)].sum(min_count=1)


def worst_gaps(gaps: pd.DataFrame | None) -> pd.Series:
    """Return the highest severity of each grid's gaps, accepted exceptions left out; by code, Int64."""
    if gaps is None:
        return pd.Series([], dtype="Int64", index=pd.Index([], dtype=object))
    counted = gaps[gaps["code"].notna() & (gaps["state"] != ACCEPTED)]
    return counted["severity"].astype("Int64").groupby(counted["code"].to_numpy(dtype=object)).max()


def by_code(layer: pd.DataFrame | None, column: str, dtype: object) -> pd.Series:
    """Return a column by grid code; of a layer that is not there, nothing."""
    if layer is None:
        return pd.Series([], dtype=dtype, index=pd.Index([], dtype=object))
    return pd.Series(layer[column].array, index=layer["code"].to_numpy(dtype=object)).astype(dtype)


def shortage_class(short: pd.Series, over: pd.Series) -> NDArray[np.object_]:
    """Return the classes of `SHORTAGE`: whoever is short of people is, whatever it has too many of.

    >>> shortage_class(pd.Series([4, 1, 0, None], dtype="Int64"), pd.Series([0, 5, 2, None], dtype="Int64")).tolist()
    ['short_3', 'short_1', 'over_1', None]
    """
    lack, more = (people.fillna(0).to_numpy(np.int64) for people in (short, over))
    names = np.where(more > 0, stepped("over", OVER_FROM, more), "as_required")
    names = np.where(lack > 0, stepped("short", SHORT_FROM, lack), names)
    return np.where(short.notna(), names.astype(object), np.array(None))


def stepped(name: str, steps: tuple[int, ...], people: NDArray[np.int64]) -> NDArray[np.str_]:
    """Name the highest step that each number reaches; what reaches none is named by the first."""
    names = np.array([f"{name}_{step}" for step in steps])
    return names[np.maximum(np.searchsorted(steps, people, side="right") - 1, 0)]


def severity_class(worst: pd.Series) -> NDArray[np.object_]:
    """Return the classes of `SEVERITY`, and ``none`` where there is no gap.

    >>> severity_class(pd.Series([None, 0, 24, 25, 75], dtype="Int64")).tolist()
    ['none', 'low', 'low', 'medium', 'highest']
    """
    names = np.array(list(SEVERITY), dtype=object)
    reached = np.searchsorted(list(SEVERITY.values()), worst.fillna(0).to_numpy(np.int64), side="right") - 1
    return np.where(worst.notna(), names[reached], "none")
