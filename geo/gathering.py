"""Gathering what the gap rules look at from a merge, the layers around it and the tables beside the map."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arrays import Bools
from geo.columns import plain
from geo.facilities import LOOKED_FOR, asked_for, kinds_of
from geo.funding import Money
from geo.gaps.evaluated import not_evaluated
from geo.gaps.held import COMMUNITY_COLUMNS, GRID_COLUMNS, UNIT_COLUMNS, Held, Links
from geo.gaps.unheld import beside, hole_keys
from geo.merge import Merged
from geo.places import Places
from geo.roster import Roster, with_secretaries
from geo.running import Once, each_time
from geo.sources import Parameters, Sources
from geo.walking import Walks

OWN_BRANCH = ("grid_branch", "villager_group_branch")
"""Levels of the branch that is a grid's own [S3, S0]."""


def gather(
    merged: Merged,
    grids: gpd.GeoDataFrame,
    parameters: Parameters,
    sources: Sources,
    tables: Mapping[str, pd.DataFrame],
    assignments: pd.DataFrame | None,
    walks: Walks | None,
) -> Held:
    """Gather what the gap rules look at; the frames as in `Held`, in the order of ``merged``."""
    code = merged.communities["code"].to_numpy(dtype=object)
    sizes = np.array([len(code), len(merged.units)])
    claims = merged.claim_face, merged.claim_unit
    return Held(
        crs=sources.crs,
        parameters=parameters,
        grid=plain(grids, GRID_COLUMNS),
        grid_polygon=merged.grid_polygon,
        grid_unit=merged.grid_unit,
        grid_community=merged.grid_community,
        face_polygon=merged.face_polygon,
        face_grid=merged.face_grid,
        face_area_m2=merged.face_area_m2,
        claim_face=merged.claim_face,
        claim_unit=merged.claim_unit,
        unit=plain(merged.units.assign(label=merged.units["layer"] + ":" + merged.units["source_id"]), UNIT_COLUMNS),
        home=np.array([*code, None], dtype=object)[merged.home],
        community=plain(merged.communities, COMMUNITY_COLUMNS),
        community_polygon=merged.area,
        hole=merged.hole,
        hole_key=hole_keys(merged.hole),
        hole_community=beside(merged.hole, merged.area, code),
        links=Links.of(merged.face_grid, *claims, merged.grid_unit, merged.grid_community, sizes),
        buildings=counted_places(sources.buildings),
        premises=places(sources.premises),
        standards=sources.standards,
        roster=roster(tables, len(grids), code),
        money=Money.of(tables["funding"], len(grids), code) if "funding" in tables else None,
        own_branch=own_branch(tables.get("party"), len(grids)),
        assignments=None if assignments is None else plain(assignments, list(assignments)),
        walks=walks,
        not_evaluated=not_evaluated(sources),
    )


def walks_to(sources: Sources, once: Once = each_time) -> Walks | None:
    """Measure the ways to facilities, along the roads if there are any; None where no distance can be judged."""
    facilities, standards = sources.facilities, sources.standards
    if facilities is None or standards is None:
        return None
    point, kind = np.asarray(facilities.geometry.array, dtype=object), kinds_of(facilities["kind"], standards)
    lines = None if sources.roads is None else np.asarray(sources.roads.geometry.array, dtype=object)
    farthest_m = float(LOOKED_FOR * max(asked_for(standards).values(), default=0))
    work = partial(Walks.of, point, kind, lines, farthest_m=farthest_m)
    return once(work, "walks", point, kind, lines, farthest_m)


def counted_places(buildings: gpd.GeoDataFrame | None) -> Places | None:
    """Return the buildings with their households, if anybody counted them."""
    if buildings is None or "households" not in buildings:
        return None
    households = buildings["households"].fillna(0).to_numpy(np.float64)
    return Places.of(np.asarray(buildings.geometry.array, dtype=object), households)


def places(points: gpd.GeoDataFrame | None) -> Places | None:
    """Return points that count one each, if there is such a layer."""
    if points is None:
        return None
    return Places.of(np.asarray(points.geometry.array, dtype=object), np.ones(len(points)))


def roster(tables: Mapping[str, pd.DataFrame], grids: int, communities: np.ndarray) -> Roster | None:
    """Return who holds which post, if there is such a table."""
    rows = roster_rows(tables)
    return None if rows is None else Roster.of(rows, grids, communities)


def roster_rows(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Return the matched rows of the roster, if any, with the secretaries whom the party table alone names."""
    rows, party = tables.get("roster"), tables.get("party")
    if rows is None or party is None:
        return rows
    return with_secretaries(rows, party[of_own_branch(party)])


def of_own_branch(party: pd.DataFrame) -> Bools:
    """Tell which rows of the party table put a branch of its own on a grid."""
    own = party["level"].isin(OWN_BRANCH) & (party["grid"] >= 0) & ~party["whole"]
    return np.asarray(own, dtype=np.bool_)


def own_branch(party: pd.DataFrame | None, grids: int) -> Bools:
    """Tell which grids have a party branch of their own."""
    has = np.zeros(grids, dtype=np.bool_)
    if party is not None:
        has[party["grid"].to_numpy(np.int64)[of_own_branch(party)]] = True
    return has
