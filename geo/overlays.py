"""What a build says beside the map: staff of grids and communities, ratings, and what settlements are by their size."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from geo.edges import Adjacency
from geo.funding import BRANCH_PURPOSE
from geo.gaps.held import Held
from geo.party import ORGANISATION_COLUMNS, assignments
from geo.rating import END, PERIODS, ratings
from geo.settlements import self_management, settlement_class
from geo.sources import REPAIR_COLUMNS
from geo.staffing import staffing
from geo.staffing_totals import community_staffing
from geo.standards import Standards


def staff_of_grids(held: Held, grids: pd.DataFrame) -> pd.DataFrame | None:
    """Return the layer `staffing`; None without standards."""
    if held.standards is None:
        return None
    return staffing(grids, held.roster, held.standards, held.own_branch)


def staff_of_communities(held: Held) -> pd.DataFrame | None:
    """Return the layer `community_staffing`: what communities have beside their grids; None without standards."""
    if held.standards is None:
        return None
    return community_staffing(
        held.community["code"],
        held.community["rural"],
        held.community_counts("population", held.asked_communities),
        held.roster,
        held.standards,
    )


def assigned_of(
    grids: gpd.GeoDataFrame, organisations: pd.DataFrame | None, beside: Adjacency, standards: Standards | None
) -> pd.DataFrame | None:
    """Return the layer `assignments` of some communities; ``grids`` in the order of their codes, ``beside`` the pairs
    of them that have a border in common. None without standards."""
    if standards is None:
        return None
    there = pd.DataFrame(columns=list(ORGANISATION_COLUMNS)) if organisations is None else organisations
    return assignments(grids, np.asarray(grids.geometry.array, dtype=object), there, standards, beside=beside)


def rated(grids: pd.DataFrame, scores: pd.DataFrame | None, standards: Standards | None) -> pd.DataFrame | None:
    """Return the layer `ratings`; None without standards or score sheets."""
    return None if standards is None or scores is None else ratings(grids, scores, standards)


def settlements(held: Held, latest: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the layer `settlements`: what each compound is by its size, and what its latest assessment gave.

    Returns
    -------
    pandas.DataFrame
        ``code``, ``households``, ``class``, ``self_management`` of the compounds whose households are known, and of
        their latest assessment ``period``, ``score``, ``stars``, missing where there is none. None without standards.
    """
    if held.standards is None:
        return None
    residential = np.flatnonzero(held.grid["kind"] == "residential")
    rows = residential[~np.isnan(held.counts("households", residential))]
    households = held.counts("households", rows)
    community = held.text("community_code", rows)
    table = pd.DataFrame(
        {
            "code": held.text("code", rows),
            "households": households.astype(np.int64),
            "class": settlement_class(households, community, held.standards),
            "self_management": self_management(households, community, held.standards),
        }
    )
    there = pd.DataFrame(columns=["code", "period", "score", "stars"]) if latest is None else latest
    return table.merge(there, on="code", how="left")


def latest_ratings(rating: pd.DataFrame) -> pd.DataFrame:
    """Return ``code``, ``period``, ``score`` and ``stars`` of each grid's latest assessment.

    Of assessments that end together the shorter one counts: the second quarter before the first half-year.
    """
    end = rating["period"].str[4:].map(dict(zip(PERIODS, END.tolist(), strict=True)))
    latest = rating.assign(year=rating["period"].str[:4], end=end).sort_values(["code", "year", "end"])
    return latest.drop_duplicates("code", keep="last")[["code", "period", "score", "stars"]]


def unused_rows(scores: pd.DataFrame | None, funding: pd.DataFrame | None, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """List the rows of tables that are about a place for which they say nothing, as rows of `repairs`.

    Scores rate settlements, and branch money is a grid's; either may name a community by mistake.
    """
    parts = [pd.DataFrame(columns=["source_id", "layer", "problem"])]
    if scores is not None:
        parts.append(named_rows("scores", scores[scores["whole"]], "rates no settlement"))
    if funding is not None:
        idle = funding["whole"] & (funding["purpose"] == BRANCH_PURPOSE)
        parts.append(named_rows("funding", funding[idle], "is about no grid"))
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(action="left out", changed_m2=0.0)[list(REPAIR_COLUMNS)]
    return gpd.GeoDataFrame(table, geometry=np.full(len(table), None, dtype=object), crs=crs)


def named_rows(name: str, rows: pd.DataFrame, problem: str) -> pd.DataFrame:
    """Say where rows of a table stand, and what is wrong with them."""
    place = (rows["file"].astype("str") + ":" + rows["row"].astype("str")).to_numpy(dtype=object)
    return pd.DataFrame({"source_id": place, "layer": name, "problem": problem})
