"""Figures by division: what communities, streets and counties have and miss.

Every figure is a sum, so that children add up to their parent: a community is its grids and its gaps, a street its
communities, a county its streets.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.community_workers import COMMUNITY_WORKER
from geo.gaps.exceptions import ACCEPTED
from geo.gaps.ledger import LEDGERS
from geo.sources import COUNTS
from geo.staffing_totals import LEVELS

WHOLE = ""
"""The code of the whole jurisdiction."""

OF_GRIDS = ("grids", *COUNTS, "area_m2", "unclaimed_grids", "unclaimed_m2")
OF_STAFF = ("required", "held", "short")
OF_GAPS = (*LEDGERS, "accepted", "points")
FIGURES = (*OF_GRIDS, *OF_STAFF, "without_organisation", "unserved_grids", *OF_GAPS)


def by_division(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add up what the grids of each division have and miss.

    Parameters
    ----------
    frames
        Layers of a build by name: ``grids``, ``gaps``, and where they are there ``staffing``,
        ``community_staffing`` and ``assignments``.

    Returns
    -------
    pandas.DataFrame
        A row a division, by level (community, street, county, and ``all``, whose code is `WHOLE`) and code:

        - ``communities``, ``grids``, households, population and party members (Int64, missing where nobody counted),
          ``area_m2``, ``unclaimed_grids``, ``unclaimed_m2``;
        - ``required``, ``held``, ``short`` people in all posts, missing where nobody knows; community workers left out,
          since they are the same people;
        - ``without_organisation``: grids that no party organisation covers, missing without such a table;
        - ``unserved_grids``: grids with a gap of that ledger; and the gaps of each ledger, exceptions that hold left
          out: these are ``accepted``;
        - ``points``: the severities of those gaps added up.
    """
    grids, staff = of_grids(frames), of_staff(frames)
    gaps = of_gaps(frames["gaps"])
    levels = []
    for level, digits in {**LEVELS, "all": 0}.items():
        land = grids.groupby(grids["community"].str[:digits])[[name for name in grids if name != "community"]]
        people = staff.groupby(staff["community"].str[:digits])[list(OF_STAFF)]
        found = gaps.groupby(gaps["community"].str[:digits])[list(OF_GAPS)].sum()
        table = land.sum(min_count=1).join(people.sum(min_count=1))
        table["communities"] = grids["community"].groupby(grids["community"].str[:digits]).nunique()
        table = table.join(found, how="outer" if level == "all" else "left")
        levels.append(table.rename_axis("code").reset_index().assign(level=level))
    table = pd.concat(levels, ignore_index=True)
    table[list(OF_GAPS)] = table[list(OF_GAPS)].fillna(0).astype("int64")
    return table[["level", "code", "communities", *FIGURES]]


def of_grids(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the figures of each grid, and the code of its ``community``."""
    grids, gaps = frames["grids"], frames["gaps"]
    code = grids["code"].to_numpy(dtype=object)
    unclaimed = (grids["kind"] == "unclaimed").to_numpy()
    area = grids["area_m2"].to_numpy(np.float64)
    table = pd.DataFrame(
        {
            "community": grids["community_code"].astype("str").to_numpy(dtype=object),
            "grids": 1,
            **{name: grids[name].astype("Int64").array for name in COUNTS},
            "area_m2": area,
            "unclaimed_grids": unclaimed.astype(np.int64),
            "unclaimed_m2": np.where(unclaimed, area, 0.0),
        }
    )
    form = formless(frames.get("assignments")).reindex(code)
    table["without_organisation"] = form.array
    missing = gaps.loc[(gaps["ledger"] == "unserved") & (gaps["state"] != ACCEPTED), "code"]
    table["unserved_grids"] = grids["code"].isin(missing).astype("int64").array
    return table


def of_staff(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the posts of grids, and those that communities have beside them, with the code of the ``community``.

    Community workers are left out: they are the people who hold posts in the grids.
    """
    parts = [frames[name] for name in ("staffing", "community_staffing") if name in frames and len(frames[name])]
    if not parts:
        return pd.DataFrame(
            {"community": pd.Series(dtype="str"), **{name: pd.array([], dtype="Int64") for name in OF_STAFF}}
        )
    posts = pd.concat(parts, ignore_index=True)
    posts = posts[posts["post"] != COMMUNITY_WORKER]
    people = posts[list(OF_STAFF)].astype("Int64")
    return people.assign(community=posts["code"].str[: LEVELS["community"]])


def formless(assignments: pd.DataFrame | None) -> pd.Series:
    """Return 1 for each grid that no party organisation covers, else 0, by code; nothing where nobody says."""
    if assignments is None or assignments.empty:
        return pd.Series(pd.array([], dtype="Int64"), index=pd.Index([], dtype=object))
    none = (assignments["form"] == "none").astype("Int64")
    return none.set_axis(assignments["code"].to_numpy(dtype=object))


def of_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return what each gap counts for, by the code of its ``community``."""
    holds = (gaps["state"] == ACCEPTED).to_numpy()
    ledgers = {name: ((gaps["ledger"] == name).to_numpy() & ~holds).astype(np.int64) for name in LEDGERS}
    points = np.where(holds, 0, gaps["severity"].to_numpy(np.int64))
    community = gaps["community_code"].astype("str").fillna("").to_numpy(dtype=object)
    return pd.DataFrame({"community": community, **ledgers, "accepted": holds.astype(np.int64), "points": points})


def worst_communities(divisions: pd.DataFrame) -> pd.DataFrame:
    """Return the communities of `by_division`, those with most ``points_a_grid`` first; ties by code.

    Points a grid, not points: a community of many grids is not worse for being large.
    """
    communities = divisions[divisions["level"] == "community"]
    table = communities.assign(points_a_grid=communities["points"] / communities["grids"])
    return table.sort_values(["points_a_grid", "code"], ascending=[False, True], ignore_index=True)


def kinds_by_community(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return how many gaps of each kind a community has, exceptions that hold left out, and their ``points``.

    Columns ``community_code``, ``kind``, ``gaps``, ``points``; by community, most points first.
    """
    there = gaps[gaps["state"] != ACCEPTED]
    grouped = there.groupby(["community_code", "kind"], as_index=False)
    table = grouped["severity"].agg(gaps="size", points="sum")
    order = ["community_code", "points", "kind"]
    return table.sort_values(order, ascending=[True, False, True], ignore_index=True)
