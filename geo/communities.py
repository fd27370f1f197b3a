"""The communities made a partition: they may come with overlaps, holes, slivers and borders that almost match.

The smaller community holds the land that two of them claim. Enclosed holes narrower than the sliver width are filled by
the community that shares most border with them; wider holes stay, and are a gap (`no_community`). Thin pieces and
crumbs that this cuts off a community go to the one next to them. Every change is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import Geometries, Ints, dense
from geo.edges import Adjacency, Edges, components
from geo.errors import InputError
from geo.faces import Cut, Faces, claims, dissolve
from geo.noding import REACH_M, collect, node, on_grid, rings_of
from geo.partition import Outline
from geo.rules import NOBODY, decide
from geo.slivers import Extent, Land, give_away, is_thin, land_of
from geo.sources import Parameters, no_repairs, repair_rows
from geo.tracing import Net, trace


@dataclass(frozen=True, eq=False)
class Jurisdiction:
    """The communities as a partition on the grid, one-to-one with the input; ``holes`` lie between them."""

    areas: Geometries
    holes: Geometries
    repairs: gpd.GeoDataFrame


def partition_communities(frame: gpd.GeoDataFrame, parameters: Parameters) -> Jurisdiction:
    """Make communities a partition.

    Parameters
    ----------
    frame
        ``source_id``, ``code`` and valid polygons in the working CRS.

    Raises
    ------
    InputError
        A community is left without land: smaller ones hold all of it.
    """
    drawn = np.asarray(frame.geometry.array, dtype=object)
    whole = Jurisdiction(on_grid(drawn), np.empty(0, dtype=object), no_repairs(frame.crs))
    placed, rows = whole.areas, np.empty(0, dtype=np.int64)
    while len(new := np.setdiff1d(troubled(whole.areas), rows)):
        rows = np.union1d(rows, beside(placed, new))
        mended = mend(drawn, rows, frame.iloc[rows], parameters)
        areas = placed.copy()
        areas[rows] = mended.areas
        whole = replace(mended, areas=areas)
    return whole


def troubled(areas: Geometries) -> Ints:
    """Return the communities that overlap, stand beside a hole, or whose border no neighbour matches.

    The others are a partition as they are drawn, and stay untouched.
    """
    edges = Edges.of(areas)
    outline = Outline.of(edges)
    point = shapely.point_on_surface(outline.face)
    held, _ = shapely.STRtree(areas).query(point, predicate="intersects")
    odd = np.flatnonzero(
        (np.bincount(held, minlength=len(point)) != 1) | shapely.is_empty(shapely.buffer(outline.face, -REACH_M / 2))
    )
    wrong = outline.stray | outline.doubled | (outline.right >= 0) | np.isin(outline.left, odd)
    return np.union1d(edges.polygon[outline.row[wrong]], np.flatnonzero(~shapely.is_valid(areas)))


def beside(areas: Geometries, rows: Ints) -> Ints:
    """Return some communities and all that touch them."""
    _, near = shapely.STRtree(areas).query(areas[rows], predicate="dwithin", distance=REACH_M)
    return np.union1d(rows, near)


def mend(drawn: Geometries, rows: Ints, frame: gpd.GeoDataFrame, parameters: Parameters) -> Jurisdiction:
    """Make some of the communities a partition; ``frame`` holds those ``rows``."""
    faces = cut(drawn, rows)
    rank = smaller_first(shapely.area(drawn[rows]), frame["code"].to_numpy())
    one_layer = np.zeros(len(rows), dtype=np.int64)
    first, rule = decide(faces.claim_face, faces.claim_unit, rank, one_layer, len(faces))
    filled = fill_thin_holes(land_of(faces, first, rule), max(parameters.sliver_width, REACH_M))
    held = filled != NOBODY
    kept = faces.taken(np.flatnonzero(held))
    home = np.zeros(len(rows), dtype=np.int64)
    owner = filled.copy()
    land = land_of(kept, filled[held], rule[held])
    owner[held] = give_away(land, home, rank, parameters, spare_main=True).owner
    require_land(owner, frame)
    areas = kept.dissolved(owner[held], len(rows))
    empty = faces.taken(np.flatnonzero(owner == NOBODY))
    count, hole = components(len(empty), empty.pairs())
    holes = empty.dissolved(hole, count)
    return Jurisdiction(areas, holes, record([*changes(faces, first, filled, owner)], faces.polygon, frame))


def cut(drawn: Geometries, rows: Ints) -> Faces:
    """Cut some communities into faces along all their borders; land between them that no other community has included.

    Claims number the communities as ``rows`` does.
    """
    rings, _ = rings_of(on_grid(drawn[rows]))
    net = Net.of(node(collect(rings, np.zeros(len(rings), dtype=np.int64), 1), exact=True))
    found = Cut.of(net, trace(net))
    face, unit = claims(found.point, drawn)
    place = np.full(len(drawn), NOBODY, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    ours = place[unit] != NOBODY
    foreign = np.setdiff1d(face[~ours], face[ours])
    found = found.taken(np.setdiff1d(np.arange(len(found)), foreign))
    face, unit = claims(found.point, drawn[rows])
    return Faces(**vars(found), claim_face=face, claim_unit=unit)


def smaller_first(area_m2: np.ndarray, code: np.ndarray) -> Ints:
    """Rank communities by area, then code."""
    rank = np.empty(len(area_m2), dtype=np.int64)
    rank[np.lexsort([code.astype(str), np.round(area_m2, 6)])] = np.arange(len(area_m2))
    return rank


def fill_thin_holes(land: Land, sliver_width: float) -> Ints:
    """Give thin holes to the community that shares most border with each; return the owner of each face."""
    hole = land.owner == NOBODY
    inner = land.next_to.where(hole[land.next_to.left] & hole[land.next_to.right])
    count, piece = components(len(hole), inner)
    thin = is_thin(land.polygon, piece, Extent.of(land, np.arange(len(hole)), piece, inner, count), sliver_width)
    fill = hole & thin[piece]
    ways = land.next_to.both_ways()
    ways = ways.where(fill[ways.left] & ~hole[ways.right])
    border = Adjacency(piece[ways.left], land.owner[ways.right], ways.length)
    filled, by = border.summed(max(count, int(land.owner.max()) + 1)).longest()
    taker = np.full(count, NOBODY, dtype=np.int64)
    taker[filled] = by
    return np.where(fill, taker[piece], land.owner)


def require_land(owner: Ints, frame: gpd.GeoDataFrame) -> None:
    """Refuse communities that hold no face."""
    landless = np.setdiff1d(np.arange(len(frame)), owner)
    if len(landless):
        code = frame["code"].iloc[landless[0]]
        raise InputError(
            f"layer community: smaller communities hold all land of community {code}; "
            "delete the duplicate, or correct its border"
        )


def changes(faces: Faces, drawn: Ints, filled: Ints, owner: Ints) -> Iterator[pd.DataFrame]:
    """List what changed hands: face, who lost it (or who took it, where nobody had it), problem and taker."""
    lost = owner[faces.claim_face] != faces.claim_unit
    shared = np.bincount(faces.claim_face, minlength=len(faces)) > 1
    overlap = lost & shared[faces.claim_face] & (drawn[faces.claim_face] != faces.claim_unit)
    face = faces.claim_face[overlap]
    yield listed(face, faces.claim_unit[overlap], "overlaps another community", "land stays with", owner[face])
    face = np.flatnonzero((drawn == NOBODY) & (filled != NOBODY))
    yield listed(face, owner[face], "hole narrower than the sliver width", "filled by", owner[face])
    face = np.flatnonzero((filled != owner) & (drawn != NOBODY))
    yield listed(face, drawn[face], "sliver cut off", "given to", owner[face])


def listed(face: Ints, community: Ints, problem: str, action: str, taker: Ints) -> pd.DataFrame:
    """Make a table of changes, one row a face."""
    return pd.DataFrame({"face": face, "row": community, "problem": problem, "action": action, "taker": taker})


def record(tables: list[pd.DataFrame], polygons: Geometries, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Record changes as repairs, one row for each community, problem and taker, with the land."""
    table = pd.concat(tables, ignore_index=True)
    by = ["row", "problem", "action", "taker"]
    keys = table.groupby(by, sort=True).ngroup().to_numpy(np.int64)
    _, group = dense(keys)
    rows = table.drop_duplicates(by).sort_values(by)
    land = dissolve(polygons[table["face"].to_numpy()], group, len(rows))
    code = frame["code"].to_numpy()
    action = rows["action"] + " " + pd.Series(code[rows["taker"]], index=rows.index, dtype="object")
    return repair_rows(
        land,
        frame.crs,
        layer="community",
        source_id=frame["source_id"].to_numpy()[rows["row"]],
        problem=rows["problem"].to_numpy(),
        action=action.to_numpy(),
        changed_m2=shapely.area(land),
    )
