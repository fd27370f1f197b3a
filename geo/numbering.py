"""The land of a section: codes of its grids, what they carry, and what became of its units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

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
from geo.noding import REACH_M
from geo.parts import AnyPart
from geo.sections import Section, Store
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

    def prepare(self) -> None:
        """Make what all sections ask for, before other processes do so each."""
        _ = self.mosaic.parts_of, None if self.buildings is None else self.buildings.sindex


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
    lineage
        As of `geo.lineage.lineage`, of all old grids; None where there are none.
    """

    grids: pd.DataFrame
    units: pd.DataFrame
    parts: Sequence[AnyPart]
    layers: Mapping[str, pd.DataFrame | None]
    lineage: tuple[gpd.GeoDataFrame, Ints] | None


def number(land: Land, section: Section) -> Numbered:
    """Number the grids of a section, and describe them."""
    mosaic, store = land.mosaic, land.store
    merged, code, pairs, old = coded(mosaic.of(section.around, section.unit), land, section)
    buildings = near(land.buildings, merged.area)
    grids, units = describe(merged, code, buildings, land.areas)
    own = np.isin(section.around, section.own)
    mine = own[merged.grid_community]
    ancestry = None
    if pairs is not None and land.earlier is not None:
        rows, about = lineage(land.earlier.grids.iloc[old], code, merged.grid_polygon, pairs, buildings, mine)
        ancestry = rows, np.where(about < 0, about, old[about])
    part = merged.only(np.flatnonzero(own))
    grids = grids[mine].reset_index(drop=True)
    layers = {
        "grids": store.rows("grids", section.number, grids.drop(columns=["rural"])),
        "faces": store.rows("faces", section.number, face_layer(part, code[mine])),
        "communities": store.rows("communities", section.number, community_layer(part)[own].reset_index(drop=True)),
    }
    whole = part.part()
    in_turn = bool((np.diff(whole.grid_community) >= 0).all())  # not where codes are of two profiles
    groups = section.groups if in_turn else [section.own]
    asked = np.searchsorted(merged.unit_row, section.unit)
    return Numbered(
        grids=pd.DataFrame(grids.drop(columns="geometry")),
        units=pd.DataFrame(units.drop(columns="geometry")).iloc[asked].set_axis(section.unit),
        parts=[store.part(whole.only(group)) for group in groups],
        layers=layers,
        lineage=ancestry,
    )


def near(buildings: gpd.GeoDataFrame | None, areas: Geometries) -> gpd.GeoDataFrame | None:
    """Return the buildings in the boxes around the grids of some communities, in their order."""
    if buildings is None:
        return None
    boxes = shapely.box(*(shapely.bounds(areas) + REACH_M * np.array([-1, -1, 1, 1])).T)
    return buildings.iloc[np.unique(buildings.sindex.query(boxes)[1])]


def coded(merged: Merged, land: Land, section: Section) -> tuple[Merged, NDArray[np.object_], Pairs | None, Ints]:
    """Number the grids of some communities, carrying on the codes of a build before.

    Returns
    -------
    tuple
        The grids in the order of their codes; the codes; the land that they share with old ones, None where there are
        none; and which old ones these are.
    """
    earlier, code_of = land.earlier, merged.communities["code"].to_numpy(dtype=object)
    community = code_of[merged.grid_community]
    order = spatial_order(merged.grid_polygon, community)
    kept, pairs, old = np.full(len(order), None, dtype=object), None, np.empty(0, dtype=np.int64)
    used: list[str] = []
    if earlier is not None:
        old = earlier.reaching(section.around)
        before = earlier.grids.iloc[old]
        polygon = np.asarray(before.geometry.array, dtype=object)
        pairs = common_land(polygon, merged.grid_polygon)
        old_code, old_home = (before[name].to_numpy(dtype=object) for name in ("code", "community_code"))
        kept = kept_codes(old_code, old_home, community, pairs, shapely.area(polygon))
        used = earlier.used_in(prefixes(code_of, land.parameters))
    code = np.empty(len(order), dtype=object)
    first = earlier is None or not earlier.used
    code[order] = allot(community[order], land.parameters, kept=kept[order], used=used, first=first)
    by_code = np.argsort(code.astype(str), kind="stable")
    if pairs is not None:
        pairs = pairs[0], np.argsort(by_code)[pairs[1]], pairs[2]
    return reordered(merged, by_code), code[by_code], pairs, old


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
