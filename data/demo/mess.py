"""The mess of real digitising, in small proportion: every item of `make_mess` is there from 30 communities on.

What a careful office gets wrong by itself (walls a little inside, over or beyond the community border, slivers and
overlaps between neighbours, courtyards across a compound's wall) is drawn by `data.demo.lots` and `data.demo.units`.
"""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Polygon

from data.demo import shapes
from data.demo.blocks import Blocks
from data.demo.lattice import Lattice
from data.demo.seeds import Seeds
from data.demo.units import DIGITISED_M

LEAST = 30
"""From so many communities on, every kind of mess is there."""
SHIFT_M = 6.0
OVERLAP_M = (1.5, 8.0)
SMALL_M2 = 12_000.0
"""Below it a compound is small enough that a bow-tie does not spoil the picture."""
OUTSIDE_M = 4_000.0
HAIRLINE_M = (0.25, 0.45)
HAIRLINE_SHARE = 0.06
CAMPUS = ((0, 0, 0.46, 0.3), (0.54, 0, 1, 0.3), (0, 0.37, 0.46, 0.63), (0.54, 0.37, 1, 0.63), (0, 0.7, 1, 1))
"""The parts of a campus, in shares of its lot."""
HOLE = ((-0.01, 0.35), (0.2, 0.37), (0.2, 0.63), (-0.01, 0.65))
"""The hole between two communities, in lattice units from the corner of the block it is in."""


def mess_units(units: gpd.GeoDataFrame, lattice: Lattice, seeds: Seeds) -> gpd.GeoDataFrame:
    """Return the units with mess in some of them; the column ``mess`` says which, for the tests and the curious.

    A unit takes part in one item at most, so that each stays recognisable.
    """
    rng = seeds.stage("mess")
    units = units.assign(mess="")
    plain = (units["border"] == "") & ~units["inner"] & ~units["hosting"] & ~units["rural"]
    slab = plain & (units["plan"] == shapes.SLAB)
    compound, courtyard = units["layer"] == "compound", units["layer"] == "courtyard"
    touching = plain & (units["pair"] >= 0) & units["gap_m"].between(0.3, 1.5)
    small = slab & (units["width_m"] * units["depth_m"] < SMALL_M2)
    _redraw(units, "bow_tie", (small if (small & compound).any() else slab) & compound, 300, _bow_tie, seeds, rng)
    _redraw(units, "self_touching", slab & courtyard, 300, _self_touching, seeds, rng)
    _redraw(units, "z_values", plain & courtyard, 100, _with_z, seeds, rng)
    _redraw(units, "duplicate_vertices", plain & compound, 10, _duplicated, seeds, rng)
    _redraw(units, "shifted", touching & compound, 60, _shifted, seeds, rng)
    _overlapping(units, plain & compound, seeds, rng)
    _campuses(units, slab & courtyard & (units["width_m"] > 110) & (units["depth_m"] > 110), lattice, seeds, rng)
    _redraw(units, "no_geometry", plain & compound, 1000, lambda _: None, seeds, rng)
    return _added(units, plain, seeds, rng)


def _chosen(units: pd.DataFrame, fit: pd.Series, every: int, seeds: Seeds, rng: np.random.Generator) -> np.ndarray:
    """Choose units for one item: one for each ``every`` communities, at least one from `LEAST` communities on."""
    count = max(int(seeds.communities >= LEAST), round(seeds.communities / every))
    return rng.permutation(np.flatnonzero(fit & (units["mess"] == "")))[:count]


def _redraw(
    units: gpd.GeoDataFrame,
    item: str,
    fit: pd.Series,
    every: int,
    redraw: Callable[[Polygon], Polygon | None],
    seeds: Seeds,
    rng: np.random.Generator,
) -> None:
    """Redraw the chosen units, in place."""
    chosen = _chosen(units, fit, every, seeds, rng)
    drawn = np.array(units.geometry)
    drawn[chosen] = [redraw(polygon) for polygon in drawn[chosen]]
    units.geometry = gpd.GeoSeries(drawn, index=units.index, crs=units.crs)
    units.loc[units.index[chosen], "mess"] = item


def _bow_tie(polygon: Polygon) -> Polygon:
    """Swap two corners: a ring that crosses itself in the middle."""
    ring = shapely.get_coordinates(polygon)[:-1]
    quarter = len(ring) // 4
    corner = ring[::quarter][:4]
    return Polygon(corner[[0, 1, 3, 2]])


def _self_touching(polygon: Polygon) -> Polygon:
    """Draw an inner yard in the same stroke as the wall: the ring comes back to a vertex it has been at."""
    ring = shapely.get_coordinates(polygon)[:-1]
    middle = ring.mean(axis=0)
    start, beside = ring[0], ring[1]
    yard = [start + 0.5 * (middle - start), start + 0.5 * (middle - start) + 0.25 * (beside - start)]
    return Polygon(np.concatenate([ring[:1], [yard[1], yard[0]], ring[:1], ring[1:]]))


def _with_z(polygon: Polygon) -> Polygon:
    """Add heights, as a surveyor's file has them."""
    return shapely.force_3d(polygon, 1891.0)


def _duplicated(polygon: Polygon) -> Polygon:
    """Repeat every fifth vertex."""
    ring = shapely.get_coordinates(polygon)
    return Polygon(np.repeat(ring, np.where(np.arange(len(ring)) % 5 == 1, 3, 1), axis=0))


def _shifted(polygon: Polygon) -> Polygon:
    """Move the polygon by `SHIFT_M`, as if its neighbour had been drawn on another image."""
    return shapely.transform(polygon, lambda ground: ground + SHIFT_M * np.array([0.8, 0.6]))


def _overlapping(units: gpd.GeoDataFrame, fit: pd.Series, seeds: Seeds, rng: np.random.Generator) -> None:
    """Move compounds over the wall of the one they share a block with, in place."""
    paired = np.flatnonzero(fit & (units["pair"] >= 0) & (units["mess"] == ""))
    paired = paired[np.argsort(units["pair"].to_numpy()[paired], kind="stable")]
    couples = np.flatnonzero(np.diff(units["pair"].to_numpy()[paired]) == 0)
    count = max(2 * (seeds.communities >= LEAST), round(seeds.communities / 15))
    couples = rng.permutation(couples)[:count]
    one, other = paired[couples], paired[couples + 1]
    drawn = np.array(units.geometry)
    way = shapely.get_coordinates(shapely.centroid(drawn[other])) - shapely.get_coordinates(
        shapely.centroid(drawn[one])
    )
    far_m = shapely.distance(drawn[one], drawn[other]) + rng.uniform(*OVERLAP_M, len(one))
    by = way / np.linalg.norm(way, axis=1)[:, None] * far_m[:, None]
    units.loc[units.index[one], "geometry"] = _moved(units.geometry.iloc[one], by)
    units.loc[units.index[one], "mess"] = "overlapping"


def _campuses(
    units: gpd.GeoDataFrame, fit: pd.Series, lattice: Lattice, seeds: Seeds, rng: np.random.Generator
) -> None:
    """Make courtyards campuses of five parts with public paths between them, in place."""
    chosen = _chosen(units, fit, 150, seeds, rng)
    low = units.iloc[chosen][["u0", "v0", "u0", "v0"]].to_numpy()[:, None]
    size = units.iloc[chosen][["u1", "v1", "u1", "v1"]].to_numpy()[:, None] - low
    lots = (low + np.array(CAMPUS) * size).reshape(-1, 4)
    parts = shapes.outlines(lattice, lots, np.full(len(lots), shapes.SLAB), rng, digitised_m=DIGITISED_M)
    drawn = np.array(units.geometry)
    drawn[chosen] = shapely.multipolygons(parts.reshape(-1, len(CAMPUS)))
    units.geometry = gpd.GeoSeries(drawn, index=units.index, crs=units.crs)
    units.loc[units.index[chosen], "mess"] = "campus"


def _added(units: gpd.GeoDataFrame, plain: pd.Series, seeds: Seeds, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Add polygons that are in both layers, and a compound far outside."""
    compound = plain & (units["layer"] == "compound")
    twice = units.iloc[_chosen(units, compound & (units["kind"] == "dormitory"), 100, seeds, rng)]
    twice = twice.assign(layer="courtyard", kind="enterprise", mess="in_two_layers")
    away = units.iloc[_chosen(units, compound, 1000, seeds, rng)].assign(mess="far_outside", name="云栖度假村")
    east, south = units.total_bounds[2], units.total_bounds[1]
    low = away.bounds[["minx", "miny"]].to_numpy()
    target = np.array([east + OUTSIDE_M, south]) - np.arange(len(away))[:, None] * [0, 600]
    away = away.set_geometry(_moved(away.geometry, target - low))
    extra = pd.concat([twice, away], ignore_index=True).assign(pair=-1)
    units = pd.concat([units, extra], ignore_index=True) if len(extra) else units
    return units.sort_values(["community", "layer"], kind="stable", ignore_index=True)


def _moved(polygons: gpd.GeoSeries, by: np.ndarray) -> gpd.GeoSeries:
    """Move each polygon by its own (n, 2) metres."""
    ground, owner = shapely.get_coordinates(polygons, return_index=True)
    moved = shapely.set_coordinates(np.array(polygons), ground + by[owner])
    return gpd.GeoSeries(moved, index=polygons.index, crs=polygons.crs)


def mess_communities(
    polygons: np.ndarray, blocks: Blocks, group: np.ndarray, lattice: Lattice, seeds: Seeds
) -> np.ndarray:
    """Return the communities with hairline overlaps and holes of at most 0.5 m, and one real hole between two."""
    rng = seeds.stage("community mess")
    if len(polygons) < LEAST:
        return polygons
    drawn = polygons.copy()
    _off_by_a_hair(drawn, rng)
    for block in _hole_blocks(blocks, group, max(1, round(len(drawn) / 1000)), rng):
        u, v = np.array(HOLE).T
        hole = Polygon(lattice.place(blocks.i[block] + u, blocks.j[block] + v))
        drawn[group[block]] = shapely.difference(drawn[group[block]], hole)
    return drawn


def _off_by_a_hair(drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Move a shared vertex of some communities by decimetres, outwards and inwards in turn, in place."""
    ground, owner = shapely.get_coordinates(shapely.get_exterior_ring(drawn), return_index=True)
    _, place, times = np.unique(ground, axis=0, return_inverse=True, return_counts=True)
    inner = np.concatenate([[False], (owner[1:-1] == owner[:-2]) & (owner[1:-1] == owner[2:]), [False]])
    vertex = rng.permutation(np.flatnonzero(inner & (times[place] >= 2)))
    _, first = np.unique(owner[vertex], return_index=True)
    vertex = vertex[np.sort(first)][: max(4, round(HAIRLINE_SHARE * len(drawn)))]
    for turn, moved in enumerate(vertex):
        one = owner[moved]
        ring = ground[owner == one]
        outward = ground[moved] - ring.mean(axis=0)
        by = rng.uniform(*HAIRLINE_M) * outward / np.hypot(*outward) * (1 if turn % 2 else -1)
        ring[(ring == ground[moved]).all(axis=1)] += by
        drawn[one] = Polygon(ring, drawn[one].interiors)


def _hole_blocks(blocks: Blocks, group: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Choose blocks whose western neighbour is of another community."""
    first, second = blocks.beside.T
    fit = ~blocks.above & (group[first] != group[second]) & blocks.urban[first] & blocks.urban[second]
    return second[rng.permutation(np.flatnonzero(fit))[:count]]
