"""The merge: many layers in, one partition out, community by community.

Repair → make the communities a partition → find which units meet which community → node, cut into faces, decide each
face's owner, give slivers away, dissolve → prove the partition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import Geometries, Ints, dense, placed
from geo.batches import Meetings, batches, meetings
from geo.communities import partition_communities
from geo.divisions import groups_in_counties
from geo.edges import Adjacency, Edges
from geo.errors import InputError, PartitionError
from geo.faces import UNCERTAIN_M, Batch, faces_of
from geo.grouped import Grouped
from geo.noding import REACH_M
from geo.partition import Outline, Tiling
from geo.parts import AnyPart, Part, join
from geo.pinched import close_pinched
from geo.repair import repair
from geo.rules import NOBODY, decide, standing
from geo.running import Once, Run, each_time, in_order
from geo.slivers import give_away, land_of, mark_straddlers
from geo.sources import Parameters, Sources

BATCH = 64
"""Communities a task: large enough that array work outweighs its calls, small enough to keep all workers busy."""


@dataclass(frozen=True, eq=False)
class Merged(Part):
    """Some communities merged, with what they were made of; rows of grids point to these communities and units alone.

    ``communities`` and ``units`` are the repaired input, sorted (by code; by layer and id), geometry None where
    rejected; ``area`` holds the communities as they came out, ``home`` the code of each unit's community wherever that
    lies, None if it meets none.
    """

    communities: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    area: Geometries
    home: NDArray[np.object_]
    community_row: Ints
    unit_row: Ints
    """Which communities and units of the whole they are, ascending."""

    @property
    def beside(self) -> Adjacency:
        """The pairs of grids of one community that have a border in common."""
        return Adjacency(self.beside_left, self.beside_right, self.beside_m)

    def part(self) -> Part:
        """Return the part alone."""
        return Part(**{field.name: getattr(self, field.name) for field in fields(Part)})


@dataclass(frozen=True, eq=False)
class Mosaic:
    """The whole jurisdiction merged, in parts that may be kept elsewhere; `of` puts some communities together.

    ``communities``, ``units``, ``area`` and ``home`` are as in `Merged`, of all; ``hole`` lies between communities,
    ``met`` tells which unit meets which community.
    """

    communities: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    area: Geometries
    home: NDArray[np.object_]
    hole: Geometries
    met: Meetings
    repairs: gpd.GeoDataFrame
    parts: Sequence[AnyPart]

    @cached_property
    def parts_of(self) -> Grouped:
        """The parts that each community lies in."""
        there = [np.unique(part.border_community) for part in self.parts]
        place = np.repeat(np.arange(len(there)), [len(rows) for rows in there])
        by = Grouped.of(np.concatenate(there), len(self.area))
        return Grouped(place[by.row], by.first)

    @cached_property
    def units_of(self) -> Grouped:
        """The pairs of ``met`` of each community."""
        return Grouped.of(self.met.community, len(self.area))

    def meeting(self, communities: Ints, units: Ints) -> Ints:
        """Return the rows of the units that meet some communities, and of others, ascending."""
        return np.union1d(self.met.unit[self.units_of.members(communities)[1]], units)

    def said(self, communities: Ints, units: Ints) -> tuple[Any, ...]:
        """Return all that is in what `of` loads, without loading it; ``units`` are all that meet the communities."""
        here = np.unique(self.parts_of.members(communities)[1])
        return (
            [self.parts[place].said(communities, units) for place in here],
            self.communities.iloc[communities],
            self.units.iloc[units],
            self.area[communities],
            self.home[units],
        )

    def of(self, communities: Ints, units: Ints | None = None) -> Merged:
        """Load some communities, with every unit that claims land there.

        Parameters
        ----------
        communities
            Their rows, ascending.
        units
            Rows of units that are wanted too.
        """
        here = np.unique(self.parts_of.members(communities)[1])
        part = join([self.parts[place].load(communities) for place in here])
        unit = part.claiming() if units is None else np.union1d(part.claiming(), units)
        return Merged(
            **{
                **vars(part),
                "grid_community": np.searchsorted(communities, part.grid_community),
                "border_community": np.searchsorted(communities, part.border_community),
                "grid_unit": placed(part.grid_unit, unit),
                "claim_unit": np.searchsorted(unit, part.claim_unit),
                "exact": np.empty(0, dtype=np.int64),
            },
            communities=self.communities.iloc[communities].reset_index(drop=True),
            units=self.units.iloc[unit].reset_index(drop=True),
            area=self.area[communities],
            home=self.home[unit],
            community_row=communities,
            unit_row=unit,
        )


def merge_batch(batch: Batch, parameters: Parameters, *, exact: bool = False) -> Part:
    """Merge some communities, each alone, and prove that the grids tile them.

    Those that quick noding does not leave whole are noded by snap rounding, as all are when ``exact``.
    """
    part, torn = merge_each(batch, parameters, exact=exact)
    try:
        part = part.proven()
    except PartitionError:
        if exact:
            raise
        torn = np.union1d(torn, np.flatnonzero(np.isin(batch.community, untiled(part))))
        part = part.without(batch.community[torn]).proven()
    if len(torn):
        part = join([part, merge_batch(batch.only(torn), parameters, exact=True)])
    return part


def untiled(part: Part) -> list[int]:
    """Return the communities whose grids do not tile them: quick noding folded a border onto itself there."""
    folded = []
    for community in np.unique(part.grid_community):  # one by one, as the proof stops at the first flaw; this is rare
        try:
            Tiling(part.grid_polygon[part.grid_community == community], part.border[part.border_community == community])
        except PartitionError:
            folded.append(int(community))
    return folded


def merge_each(batch: Batch, parameters: Parameters, *, exact: bool) -> tuple[Part, Ints]:
    """Node, cut, decide, give slivers away and dissolve; return also the communities that need exact noding."""
    faces, torn = faces_of(batch, exact=exact)
    owner, rule = decide(faces.claim_face, faces.claim_unit, batch.rank, batch.layer, len(faces))
    land = mark_straddlers(land_of(faces, owner, rule), faces, batch, parameters.straddle_width)
    land = give_away(land, batch.home, batch.rank, parameters)
    units = len(batch.unit) + 1
    grids, face_grid = dense(faces.community * units + land.owner + 1)
    border, of_border = faces.net.ends(half := faces.border())
    beside = land.next_to.among(face_grid, len(grids)).lower_first().summed(len(grids))
    part = Part(
        grid_polygon=faces.dissolved(face_grid, len(grids)),
        grid_community=batch.community[grids // units],
        grid_unit=np.append(batch.unit, NOBODY)[grids % units - 1],
        face_polygon=faces.polygon,
        face_grid=face_grid,
        face_rule=land.rule,
        face_area_m2=land.area_m2,
        claim_face=faces.claim_face,
        claim_unit=batch.unit[faces.claim_unit],
        beside_left=beside.left,
        beside_right=beside.right,
        beside_m=beside.length,
        border=border,
        border_community=batch.community[faces.net.group[half[of_border] // 2]],
        exact=batch.community if exact else np.empty(0, dtype=np.int64),
    )
    return part, torn


def merge(
    sources: Sources,
    parameters: Parameters,
    *,
    run: Run = in_order,
    local: Run = in_order,
    once: Once = each_time,
    keep: Callable[[Part], AnyPart] = Part.load,
    progress: Callable[[str], None] = lambda stage: None,
) -> Mosaic:
    """Merge the layers of a jurisdiction into grids that cover it once.

    Parameters
    ----------
    run
        How batches of communities are worked on; it may keep parts elsewhere.
    keep
        Keeps a part that was put together here.

    Raises
    ------
    InputError
        No community is usable, or a community is left without land.
    """
    progress("repair")
    communities, mended = repaired_communities(sources.communities)
    units, mended_units = repaired_units(sources.units)
    progress("communities")
    drawn = partial(partition_communities, communities, parameters)
    jurisdiction = once(drawn, "jurisdiction", communities, parameters)
    progress("relate")
    polygon = np.asarray(units.geometry.array, dtype=object)
    met = meetings(jurisdiction.areas, polygon, local=local)
    rank = standing(units["layer"], shapely.area(polygon), units["source_id"], parameters)
    _, layer = dense(units["layer"].to_numpy().astype(str))
    progress("merge")
    code = communities["code"].to_numpy(dtype=object)
    ready = batches(jurisdiction.areas, polygon, met, rank, layer, groups_in_counties(code, BATCH))
    parts = merge_batches(list(ready), jurisdiction.holes, parameters, run)
    progress("join")
    parts, holes, filled = close_pinched(parts, jurisdiction.holes, communities, parameters, keep)
    return Mosaic(
        communities=communities,
        units=units,
        area=jurisdiction.areas,
        home=np.array([*code, None], dtype=object)[met.home],
        hole=holes,
        met=met,
        repairs=pd.concat([mended, jurisdiction.repairs, filled, mended_units], ignore_index=True),
        parts=parts,
    )


def merge_batches(ready: list[Batch], holes: Geometries, parameters: Parameters, run: Run) -> list[AnyPart]:
    """Merge all batches; then, where a community and its neighbour bent their border differently, those again.

    Snap rounding bends a border alike on both sides; quick noding does so where lines keep their distance. So where two
    sides differ, both communities are noded by snap rounding, until no two differ.
    """
    parts: list[AnyPart] = list(run(partial(merge_batch, parameters=parameters), ready))
    while True:
        apart = np.setdiff1d(unmatched(parts, holes), np.concatenate([part.exact for part in parts]))
        if not len(apart):
            return parts
        again = [batch.only(rows) for batch in ready if len(rows := np.flatnonzero(np.isin(batch.community, apart)))]
        touched = [np.isin(part.border_community, apart).any() for part in parts]
        parts = [part.without(apart).proven() if odd else part for part, odd in zip(parts, touched, strict=True)]
        parts += run(partial(merge_batch, parameters=parameters, exact=True), again)


def unmatched(parts: Sequence[AnyPart], holes: Geometries) -> Ints:
    """Return the communities whose borders cross or overlap a neighbour's, or leave a crack or an unknown hole."""
    outline = Outline.of(Edges.directed(np.concatenate([part.border for part in parts])))
    cracks = np.flatnonzero(shapely.is_empty(shapely.buffer(outline.face, -REACH_M / 2)))
    empty = np.setdiff1d(outline.right[outline.right >= 0], outline.left)
    place = shapely.point_on_surface(outline.face[empty])
    known, _ = shapely.STRtree(holes).query(place, predicate="dwithin", distance=UNCERTAIN_M)
    odd = np.union1d(cracks, np.delete(empty, known))
    wrong = outline.stray | outline.doubled | np.isin(outline.right, odd) | np.isin(outline.left, odd)
    return np.unique(np.concatenate([part.border_community for part in parts])[outline.row[wrong]])


def repaired_communities(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Sort communities by code and repair them; rejected ones are left out, their repairs say so."""
    ordered = frame.sort_values("code", ignore_index=True)
    fixed = repair(ordered, layer="community")
    if fixed.rejected.all():
        raise InputError("layer community: no polygon has an area; check the file")
    return ordered.set_geometry(fixed.polygons)[~fixed.rejected].reset_index(drop=True), fixed.repairs


def repaired_units(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Sort units by layer and id and repair them; rejected ones stay with no geometry."""
    ordered = frame.sort_values(["layer", "source_id"], ignore_index=True)
    fixed = repair(ordered)
    return ordered.set_geometry(gpd.GeoSeries(fixed.polygons, crs=frame.crs)), fixed.repairs
