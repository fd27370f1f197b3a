"""The land of a section: codes of its grids, what they carry, and what became of its units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import Geometries, Ints
from geo.codes import allot, prefixes, spatial_order
from geo.describe import community_layer, describe, face_layer
from geo.lineage import Earlier, common_land, kept_codes, lineage
from geo.merge import Merged, Mosaic
from geo.parts import AnyPart
from geo.places import boxes_around
from geo.sections import Section, Shelf, Store
from geo.sources import Parameters

Pairs = tuple[Ints, Ints, Geometries]
"""Old grids, new grids, and the land that they share."""


@dataclass(frozen=True, eq=False)
class Land:
    """What sections are numbered by: the merge, buildings as points, management areas, and the build before.

    ``areas`` are as of `geo.describe.management_areas`.
    """

    mosaic: Mosaic
    parameters: Parameters
    buildings: gpd.GeoDataFrame | None
    areas: Mapping[str, Geometries]
    earlier: Earlier | None
    store: Store

    @property
    def first(self) -> bool:
        """Whether no codes were given out before."""
        return self.earlier is None or not self.earlier.used

    def prepare(self) -> None:
        """Make what all sections ask for, before other processes do so each."""
        _ = self.mosaic.parts_of, self.mosaic.units_of, None if self.buildings is None else self.buildings.sindex


class Numbered(NamedTuple):
    """What a section gives at first.

    Parameters
    ----------
    grids
        The layer ``grids`` without its geometry, and ``rural``; own communities, in the order of their codes.
    units
        The layer ``units`` without its geometry, by their rows; the section's own.
    parts
        The merge of its own communities, group by group, grids in the order of their codes.
    layers
        What stays in memory of the layers ``grids``, ``faces`` and ``communities``.
    claiming
        The rows of the units that claim land in each part.
    lineage
        As of `geo.lineage.lineage`, of all old grids; None where there are none.
    """

    grids: pd.DataFrame
    units: pd.DataFrame
    parts: Sequence[AnyPart]
    claiming: Sequence[Ints]
    layers: Mapping[str, pd.DataFrame | None]
    lineage: tuple[gpd.GeoDataFrame, Ints] | None

    def placed(self, near: Near, section: Section) -> Numbered:
        """Return the same with rows of the whole in place of rows of what is around a section."""
        lineage = self.lineage
        if lineage is not None:
            rows, about = lineage
            lineage = rows, np.append(near.old, -1)[about]
        return self._replace(
            units=self.units.set_axis(section.unit),
            parts=[
                part.numbered(section.own, near.unit[unit])
                for part, unit in zip(self.parts, self.claiming, strict=True)
            ],
            lineage=lineage,
        )


class Near(NamedTuple):
    """What the land of a section hangs on beside the merge.

    Parameters
    ----------
    unit
        The rows of the units that may claim land there, and of the section's own.
    buildings
        Those in the boxes around the communities.
    old
        The rows of the old grids that reach them.
    before
        These grids; None where there is no build before.
    used
        Codes that new grids avoid.
    """

    unit: Ints
    buildings: gpd.GeoDataFrame | None
    old: Ints
    before: gpd.GeoDataFrame | None
    used: Sequence[str]

    @classmethod
    def of(cls, land: Land, section: Section) -> Near:
        """Gather it."""
        mosaic, earlier = land.mosaic, land.earlier
        unit = mosaic.meeting(section.around, section.unit)
        buildings = buildings_near(land.buildings, mosaic.area[section.around])
        if earlier is None:
            return cls(unit, buildings, np.empty(0, dtype=np.int64), None, [])
        old, code = earlier.reaching(section.around), mosaic.communities["code"].iloc[section.around]
        used = earlier.used_in(prefixes(code.to_numpy(dtype=object), land.parameters))
        return cls(unit, buildings, old, earlier.grids.iloc[old], used)


def number(land: Land, section: Section) -> Numbered:
    """Number the grids of a section, and describe them."""
    near = Near.of(land, section)

    def hangs_on() -> tuple[Any, ...]:
        merged, first = land.mosaic.said(section.around, near.unit), land.first
        own = section.within(near.unit)
        return merged, own, near.buildings, near.before, near.used, first, land.areas, land.parameters

    made = land.store.once(lambda shelf: numbered(land, section, near, shelf), "numbered", section.number, hangs_on)
    return made.placed(near, section)


def numbered(land: Land, section: Section, near: Near, shelf: Shelf) -> Numbered:
    """Number the grids of a section; units and old grids are rows of what is around it.

    Parts have their communities numbered as those of the section, and their units as those that claim land there: so
    they are the same whatever else is around.
    """
    merged, code, pairs = coded(land.mosaic.of(section.around, section.unit), land, near)
    grids, units = describe(merged, code, near.buildings, land.areas)
    own = np.isin(section.around, section.own)
    mine = own[merged.grid_community]
    ancestry = None
    if pairs is not None and near.before is not None:
        ancestry = lineage(near.before, code, merged.grid_polygon, pairs, near.buildings, mine)
    part = merged.only(np.flatnonzero(own))
    grids = grids[mine].reset_index(drop=True)
    layers = {
        "grids": shelf.rows("grids", section.number, grids.drop(columns=["rural"])),
        "faces": shelf.rows("faces", section.number, face_layer(part, code[mine])),
        "communities": shelf.rows("communities", section.number, community_layer(part)[own].reset_index(drop=True)),
    }
    in_turn = bool((np.diff(part.grid_community) >= 0).all())  # not where codes are of two profiles
    groups = section.groups if in_turn else [section.own]
    apart = [part.part().only(np.searchsorted(section.around, group)) for group in groups]
    claiming = [one.claiming() for one in apart]
    home = np.cumsum(own) - 1
    asked = np.searchsorted(merged.unit_row, section.unit)
    return Numbered(
        grids=pd.DataFrame(grids.drop(columns="geometry")),
        units=pd.DataFrame(units.drop(columns="geometry")).iloc[asked].reset_index(drop=True),
        parts=[
            shelf.part(one.numbered(home, ranks(unit, len(merged.unit_row))))
            for one, unit in zip(apart, claiming, strict=True)
        ],
        claiming=[np.searchsorted(near.unit, merged.unit_row[unit]) for unit in claiming],
        layers=layers,
        lineage=ancestry,
    )


def ranks(rows: Ints, size: int) -> Ints:
    """Return the place of each row among some; -1 for others.

    >>> ranks(np.array([1, 3]), 4).tolist()
    [-1, 0, -1, 1]
    """
    place = np.full(size, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return place


def buildings_near(buildings: gpd.GeoDataFrame | None, areas: Geometries) -> gpd.GeoDataFrame | None:
    """Return the buildings in the boxes around the grids of some communities, in their order."""
    if buildings is None:
        return None
    return buildings.iloc[np.unique(buildings.sindex.query(boxes_around(areas))[1])]


def coded(merged: Merged, land: Land, near: Near) -> tuple[Merged, NDArray[np.object_], Pairs | None]:
    """Number the grids of some communities, carrying on the codes of a build before.

    Returns
    -------
    tuple
        The grids in the order of their codes; the codes; the land that they share with old ones, None where there are
        none.
    """
    community = merged.communities["code"].to_numpy(dtype=object)[merged.grid_community]
    order = spatial_order(merged.grid_polygon, community)
    kept, pairs = np.full(len(order), None, dtype=object), None
    if near.before is not None:
        polygon = np.asarray(near.before.geometry.array, dtype=object)
        pairs = common_land(polygon, merged.grid_polygon)
        old_code, old_home = (near.before[name].to_numpy(dtype=object) for name in ("code", "community_code"))
        kept = kept_codes(old_code, old_home, community, pairs, shapely.area(polygon))
    code = np.empty(len(order), dtype=object)
    code[order] = allot(community[order], land.parameters, kept=kept[order], used=near.used, first=land.first)
    by_code = np.argsort(code.astype(str), kind="stable")
    if pairs is not None:
        pairs = pairs[0], np.argsort(by_code)[pairs[1]], pairs[2]
    return reordered(merged, by_code), code[by_code], pairs


def reordered(merged: Merged, order: Ints) -> Merged:
    """Put grids in another order, and their faces in the order of the grids."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    face_grid = place[merged.face_grid]
    faces = np.argsort(face_grid, kind="stable")
    face_place = np.empty(len(faces), dtype=np.int64)
    face_place[faces] = np.arange(len(faces))
    claim_face = face_place[merged.claim_face]
    beside = merged.beside.named(place).lower_first().summed(len(order))
    claims = np.lexsort([merged.claim_unit, claim_face])
    return replace(
        merged,
        grid_polygon=merged.grid_polygon[order],
        grid_community=merged.grid_community[order],
        grid_unit=merged.grid_unit[order],
        face_polygon=merged.face_polygon[faces],
        face_grid=face_grid[faces],
        face_rule=merged.face_rule[faces],
        face_area_m2=merged.face_area_m2[faces],
        claim_face=claim_face[claims],
        claim_unit=merged.claim_unit[claims],
        beside_left=beside.left,
        beside_right=beside.right,
        beside_m=beside.length,
    )
