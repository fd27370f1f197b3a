"""Gathering what the gap rules look at from a merge, the layers around it and the tables beside the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arrays import Bools, Geometries
from geo.columns import plain
from geo.facilities import LOOKED_FOR, asked_for, kinds_of
from geo.funding import Money, latest_years
from geo.gaps.evaluated import not_evaluated
from geo.gaps.held import COMMUNITY_COLUMNS, GRID_COLUMNS, UNIT_COLUMNS, Held, Links
from geo.gaps.unheld import beside, hole_keys
from geo.merge import Merged, Mosaic
from geo.places import Places
from geo.roster import Roster, with_secretaries
from geo.running import Once, each_time
from geo.sources import Parameters, Sources
from geo.walking import Walks

NO_HOLES = np.empty(0, dtype=object)

OWN_BRANCH = ("grid_branch", "villager_group_branch")
"""Levels of the branch that is a grid's own [S3, S0]."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What is looked at from everywhere, gathered once.

    Parameters
    ----------
    buildings
        Those that count households, as in `geo.gaps.held.Held`, and so ``premises``.
    latest
        The latest year of money by purpose, in the whole table; None where there is no such table.
    """

    sources: Sources
    parameters: Parameters
    buildings: Places | None
    premises: Places | None
    walks: Walks | None
    latest: Mapping[str, int | None] | None
    not_evaluated: Mapping[str, str]

    @classmethod
    def of(cls, sources: Sources, parameters: Parameters, funding: pd.DataFrame | None, walks: Walks | None) -> Self:
        """Gather it; ``funding`` are the rows of that table that are about a place."""
        latest = None
        if funding is not None:
            latest = latest_years(funding["purpose"].to_numpy(object), funding["year"].to_numpy(float, na_value=np.nan))
        if walks is not None and walks.roads is not None:
            _ = walks.roads.tree  # made once, before other processes look at it
        return cls(
            sources=sources,
            parameters=parameters,
            buildings=counted_places(sources.buildings),
            premises=places(sources.premises),
            walks=walks,
            latest=latest,
            not_evaluated=not_evaluated(sources),
        )

    def said(self, areas: Geometries) -> tuple[Any, ...]:
        """Return all that may be looked at from some communities, given by their land, and nothing far from there."""
        listed = self.sources.premises
        return (
            figures_near(self.buildings, areas),
            figures_near(self.premises, areas),
            None if listed is None or self.premises is None else listed.iloc[self.premises.near(areas)],
            None if self.walks is None else self.walks.near(areas),
            self.latest,
            self.not_evaluated,
            self.parameters,
            self.sources.standards,
            self.sources.crs,
        )


def figures_near(places: Places | None, areas: Geometries) -> tuple[Any, ...]:
    """Return the points in the boxes around some land, and what they count."""
    if places is None:
        return ()
    rows = places.near(areas)
    return places.point[rows], places.figure[rows]


def gather(
    merged: Merged,
    grids: gpd.GeoDataFrame,
    about: Surroundings,
    tables: Mapping[str, pd.DataFrame],
    assignments: pd.DataFrame | None,
) -> Held:
    """Gather what the gap rules look at; the frames as in `Held`, in the order of ``merged``.

    Holes between communities are none of its communities'.
    """
    code = merged.communities["code"].to_numpy(dtype=object)
    sizes = np.array([len(code), len(merged.units)])
    claims = merged.claim_face, merged.claim_unit
    return Held(
        crs=about.sources.crs,
        parameters=about.parameters,
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
        home=merged.home,
        community=plain(merged.communities, COMMUNITY_COLUMNS),
        community_polygon=merged.area,
        hole=NO_HOLES,
        hole_key=NO_HOLES,
        hole_community=NO_HOLES,
        links=Links.of(merged.face_grid, *claims, merged.grid_unit, merged.grid_community, sizes),
        buildings=about.buildings,
        premises=about.premises,
        standards=about.sources.standards,
        roster=roster(tables, len(grids), code),
        money=None if about.latest is None else Money.of(tables["funding"], len(grids), code, about.latest),
        own_branch=own_branch(tables.get("party"), len(grids)),
        assignments=None if assignments is None else plain(assignments, list(assignments)),
        walks=about.walks,
        not_evaluated=about.not_evaluated,
    )


def with_holes(held: Held, mosaic: Mosaic) -> Held:
    """Return what is held with all holes between communities."""
    code = mosaic.communities["code"].to_numpy(dtype=object)
    around = beside(mosaic.hole, mosaic.area, code)
    return replace(held, hole=mosaic.hole, hole_key=hole_keys(mosaic.hole), hole_community=around)


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
