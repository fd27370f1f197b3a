"""Police patrol zones: groups of blocks between main roads, drawn by another office, with strips nobody patrols."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.demo.blocks import Blocks, Sides, areas, connect, gather, parted_positions, redrawn
from data.demo.lattice import CRS, Lattice
from data.demo.names import rank_in
from data.demo.seeds import Seeds

ZONES_A_COMMUNITY = 0.8
ALONG_STREETS = (0.3, 1.0)
"""Zones are longer along the river and its parallel roads than across them."""
DRAWN_OFF_M = 0.25
"""How far the police's street lines are off the division office's (standard deviation)."""
UNPATROLLED_COUNTRY = 0.35
COMMUNITIES_A_STRIP = 6
COMMUNITIES_AN_OVERLAP = 25


@dataclass(frozen=True, eq=False)
class Patrols:
    """The patrol zones, and in which communities each lies.

    ``zones`` has ``name`` and ``community`` (the one most of it lies in) and polygons; ``parts`` has a row for each
    ``zone`` and ``community`` that share land, with a place ``u``, ``v`` on a street there.
    """

    zones: gpd.GeoDataFrame
    parts: pd.DataFrame


def make_patrols(
    blocks: Blocks, lattice: Lattice, sides: Sides, group: np.ndarray, divisions: pd.DataFrame, seeds: Seeds
) -> Patrols:
    """Group blocks into patrol zones along the main roads, leave strips out, and let a few reach into their neighbour.

    A zone takes both sides of the streets it follows: its northern border runs through the middle of the next blocks.
    """
    rng = seeds.stage("patrols")
    layout = lattice.layout
    position = parted_positions(blocks, layout, arterial=0.4, river=0.5) * ALONG_STREETS
    zone = connect(blocks, gather(position, max(1, round(ZONES_A_COMMUNITY * seeds.communities)), rng))
    zone[_left_out(blocks, zone, seeds, rng)] = -1
    zone = np.where(zone >= 0, np.unique(zone[zone >= 0]).searchsorted(zone), -1)
    below = np.where(blocks.j > 0, blocks.at[blocks.i, blocks.j - 1], -1)
    south, north, whole = _half_rings(blocks, redrawn(sides, rng, by_m=DRAWN_OFF_M))
    southern = np.where((below >= 0) & ~layout.rivers[blocks.j], zone[below], zone)
    halves, of_half = np.concatenate([south, north]), np.concatenate([np.where(whole, -1, southern), zone])
    parts = _parts(blocks, of_half, group)
    polygons = areas(halves, of_half, int(zone.max()) + 1)
    _reach_over(polygons, halves[len(blocks) :], blocks, zone, seeds, rng)
    home = parts.drop_duplicates("zone")["community"].to_numpy()
    zones = gpd.GeoDataFrame({"name": _names(home, divisions), "community": home}, geometry=polygons, crs=CRS)
    return Patrols(zones, parts)


def _parts(blocks: Blocks, of_half: np.ndarray, group: np.ndarray) -> pd.DataFrame:
    """List which zone has land in which community, most of it first, and a place on a street there."""
    community, on_street = np.tile(group, 2), np.repeat([0.03, 0.97], len(blocks))
    u, v = np.tile(blocks.i, 2) + 0.5, np.tile(blocks.j, 2) + on_street
    halves = pd.DataFrame({"zone": of_half, "community": community, "u": u, "v": v})[of_half >= 0]
    halves["size"] = halves.groupby(["zone", "community"])["u"].transform("size")
    parts = halves.drop_duplicates(["zone", "community"])
    parts = parts.sort_values(["zone", "size", "community"], ascending=[True, False, True])
    return parts.drop(columns="size").reset_index(drop=True)


def _half_rings(blocks: Blocks, sides: Sides) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the southern and the northern half of each block, parted half-way between its drawn sides.

    One block in ten thousand is too crooked for that: it is all in its northern half, as the third array (bool) says.
    """
    i, j = blocks.i, blocks.j
    left, right = ((sides.along[k, j, 1] + sides.along[k, j, 2])[:, None] / 2 for k in (i, i + 1))
    middle = (sides.across[i, j, 1:] + sides.across[i, j + 1, 1:]) / 2
    middle = np.concatenate([left, middle, right], axis=1)
    west, east = sides.along[i, j], sides.along[i + 1, j]
    top = np.concatenate([sides.across[i, j + 1], sides.nodes[i + 1, j + 1][:, None]], axis=1)
    south = np.concatenate([sides.across[i, j], east[:, :2], middle[:, ::-1], west[:, 1:2]], axis=1)
    north = np.concatenate([middle, east[:, 2:], top[:, ::-1], west[:, 2:]], axis=1)
    south, north = shapely.polygons(south), shapely.polygons(north)
    whole = ~(shapely.is_valid(south) & shapely.is_valid(north))
    undivided = np.concatenate(
        [sides.across[i, j], east[:, :2], right, east[:, 2:], top[:, ::-1], west[:, 2:], left, west[:, 1:2]], axis=1
    )
    return south, np.where(whole, shapely.polygons(undivided), north), whole


def _left_out(blocks: Blocks, zone: np.ndarray, seeds: Seeds, rng: np.random.Generator) -> np.ndarray:
    """Choose the blocks that no zone covers: strips along a street in town, and part of the country's zones."""
    left_out = np.zeros(len(blocks), dtype=bool)
    if seeds.communities < 5:
        return left_out
    zones = int(zone.max()) + 1
    country = np.bincount(zone, weights=~blocks.urban, minlength=zones) > 0.8 * np.bincount(zone, minlength=zones)
    left_out |= (country & (rng.random(zones) < UNPATROLLED_COUNTRY))[zone]
    strips = max(1, round(seeds.communities / COMMUNITIES_A_STRIP))
    start = rng.permutation(np.flatnonzero(blocks.urban))[:strips]
    length = rng.integers(3, 6, len(start), endpoint=True)
    i = np.repeat(blocks.i[start], length) + rank_in(np.repeat(np.arange(len(start)), length))
    j = np.repeat(blocks.j[start], length)
    block = np.where(i < len(blocks.at), blocks.at[np.minimum(i, len(blocks.at) - 1), j], -1)
    left_out[block[block >= 0]] = True
    return left_out


def _reach_over(
    polygons: np.ndarray, rings_: np.ndarray, blocks: Blocks, zone: np.ndarray, seeds: Seeds, rng: np.random.Generator
) -> None:
    """Let a few zones take in one block of a neighbouring zone as well, in place."""
    first, second = blocks.beside.T
    border = np.flatnonzero((zone[first] != zone[second]) & (zone[first] >= 0) & (zone[second] >= 0))
    count = max(1, round(seeds.communities / COMMUNITIES_AN_OVERLAP))
    chosen = rng.permutation(border)[:count]
    _, once = np.unique(zone[first[chosen]], return_index=True)
    chosen = chosen[once]
    polygons[zone[first[chosen]]] = shapely.union(polygons[zone[first[chosen]]], rings_[second[chosen]])


def _names(community: np.ndarray, divisions: pd.DataFrame) -> np.ndarray:
    """Name zones after the police station of their street, numbered inside it."""
    place = divisions["street_name"].str.replace(r"(街道|镇)$", "", regex=True).to_numpy(dtype=object)[community]
    street = pd.factorize(divisions["street"])[0][community]
    return place + "警务站" + (rank_in(street) + 1).astype(str).astype(object) + "号巡区"
