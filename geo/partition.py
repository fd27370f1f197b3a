"""The partition: grids that cover the jurisdiction once, in a type that can't be built broken.

The proof needs no tolerance. All vertices lie on the grid, so borders are lists of whole numbers. Add up the directed
borders of all grids and of the known holes between communities: where two of them meet edge to edge, they cancel. If
what is left is the border of a valid multipolygon without holes, counter-clockwise, then every point in it is covered
exactly once, for the sum of all indicator functions has the same border as its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Bools, Geometries, Ints
from geo.edges import Edges
from geo.errors import PartitionError
from geo.noding import CELLS_PER_M

OFF_GRID_CELLS = 1e-3
"""A coordinate may differ from the grid by its own floating-point error, not more."""


@dataclass(frozen=True, eq=False)
class Tiling:
    """Grids that cover what is in ``border`` once; building one from anything else raises `PartitionError`.

    ``polygon`` are polygons or multipolygons in a projected CRS in metres, vertices on the 1 mm grid. ``border`` holds
    directed edges in grid cells, shape (n, 4), that may cancel among themselves.
    """

    polygon: Geometries
    border: Ints

    def __post_init__(self) -> None:
        rows = np.arange(len(self.polygon)).astype(str)
        failed = flaws(rows, self.polygon)
        if not any(failed.values()):
            edges, border = Edges.of(self.polygon), Edges.directed(self.border)
            mine, given = edges.ends(edges.left_over()), border.ends(border.left_over())
            if not np.array_equal(sorted_rows(mine), sorted_rows(given)):
                failed["border"] = "is another than that of the grids"
        if any(failed.values()):
            raise PartitionError("these grids are no tiling: " + said(failed))

    @classmethod
    def of(cls, polygon: Geometries) -> Tiling:
        """Take grids with the border that they have."""
        edges = Edges.of(polygon)
        return cls(polygon, edges.ends(edges.left_over()))


@dataclass(frozen=True, eq=False)
class Partition:
    """Grids that cover a jurisdiction once; building one from anything else raises `PartitionError`.

    Parameters
    ----------
    code, community
        Each grid's code and its community's code, shape (n,), in the order of the tilings.
    tilings
        The grids in parts, each proven to cover what is in its border; the parts' borders must cancel.
    hole
        The holes between communities that belong to no grid (`no_community` gaps).

    Known limits
    ------------
    That grids nest in communities is read from ``community``; the communities' own borders are not kept here.
    """

    code: NDArray[np.object_]
    community: NDArray[np.object_]
    tilings: Sequence[Tiling]
    hole: Geometries

    def __post_init__(self) -> None:
        size = sum(len(tiling.polygon) for tiling in self.tilings)
        if not size == len(self.code) == len(self.community):
            raise PartitionError(f"{size} grids with {len(self.code)} codes are no partition")
        require_cover(self.code, [tiling.border for tiling in self.tilings], self.hole)

    @classmethod
    def of(
        cls, code: NDArray[np.object_], community: NDArray[np.object_], polygon: Geometries, hole: Geometries
    ) -> Partition:
        """Take grids from elsewhere; what they lack is said with their codes."""
        failed = figures_of(code, polygon, hole)
        if any(failed.values()):
            raise PartitionError("these grids are no partition: " + said(failed))
        return cls(code, community, (Tiling.of(polygon),), hole)

    def __len__(self) -> int:
        return len(self.code)


def require_cover(code: NDArray[np.object_], borders: Sequence[Ints], hole: Geometries) -> None:
    """Refuse tilings whose borders don't cancel, beside one another and the holes, or in which a code comes again.

    So it can be held of tilings that are elsewhere: each was proven where it is.
    """
    holes = Edges.of(hole)
    failed = {
        "repeated codes": repeated(code.astype(str)),
        "uncancelled borders": uncancelled(np.concatenate([*borders, holes.ends(np.arange(len(holes.start)))])),
    }
    if any(failed.values()):
        raise PartitionError("these grids are no partition: " + said(failed))


def figures_of(code: NDArray[np.object_], polygon: Geometries, hole: Geometries) -> dict[str, str]:
    """Measure how far grids are from a partition; every value is empty when they are one.

    Returns
    -------
    dict
        ``repeated codes``, ``empty``, ``invalid``, ``off the grid`` name grids; ``uncancelled borders`` says how many
        edges overlap another grid or border a hole, and where the first one is.
    """
    names = code.astype(str)
    figures = {"repeated codes": repeated(names), **flaws(names, polygon)}
    if any(figures.values()):
        return {**figures, "uncancelled borders": ""}
    edges = Edges.of(np.concatenate([polygon, hole]))
    return {**figures, "uncancelled borders": uncancelled(edges.ends(edges.left_over()))}


def flaws(names: NDArray[np.str_], polygon: Geometries) -> dict[str, str]:
    """Name the polygons that are no grids on their own."""
    return {
        "empty": some(names[shapely.is_empty(polygon) | shapely.is_missing(polygon)]),
        "invalid": some(names[~shapely.is_valid(polygon)]),
        "off the grid": some(names[off_grid(polygon)]),
    }


def repeated(names: NDArray[np.str_]) -> str:
    """Name the codes that come more than once."""
    once, count = np.unique(names, return_counts=True)
    return some(once[count > 1])


def said(figures: Mapping[str, str]) -> str:
    """Write the figures that are not empty in one line."""
    return "; ".join(f"{name} {value}" for name, value in figures.items() if value)


def some(names: NDArray[np.str_]) -> str:
    """Name the first few of some grids and count the rest."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def off_grid(polygon: Geometries) -> Ints:
    """Return the rows of polygons with a vertex off the 1 mm grid."""
    cells = shapely.get_coordinates(polygon) * CELLS_PER_M
    away = np.rint(cells)
    np.subtract(away, cells, out=away)
    if np.abs(away, out=away).max(initial=0.0) <= OFF_GRID_CELLS:
        return np.empty(0, dtype=np.int64)
    _, row = shapely.get_coordinates(polygon, return_index=True)
    return np.unique(row[(away > OFF_GRID_CELLS).any(axis=1)]).astype(np.int64)


def uncancelled(border: Ints) -> str:
    """Say where borders, shape (n, 4), neither cancel nor bound the whole, if anywhere."""
    outline = Outline.of(Edges.directed(border))
    wrong = np.flatnonzero(outline.stray | outline.doubled | (outline.right >= 0))
    if not len(wrong):
        return ""
    x, y, *_ = outline.ends[wrong[0]] / CELLS_PER_M
    return f"{len(wrong)} edges, the first at ({x:.3f}, {y:.3f})"


@dataclass(frozen=True, eq=False)
class Outline:
    """What is left of borders once they have cancelled, and the faces that it bounds.

    ``row`` numbers the edges left over, ``ends`` holds them in grid cells, shape (n, 4). Land lies to the left of an
    edge: ``left`` and ``right`` are the faces on its sides, -1 for the endless plane outside. A face that is to the
    left of one edge and to the right of another is covered once on one side of it and twice on the other.
    """

    row: Ints
    ends: Ints
    face: Geometries
    left: Ints
    right: Ints

    @classmethod
    def of(cls, edges: Edges) -> Outline:
        """Cancel borders and find the faces that the rest bounds."""
        row = edges.left_over()
        ends = edges.ends(row)
        face = np.asarray(shapely.get_parts(shapely.polygonize(edges.lines(row))), dtype=object)
        around = Edges.of(face)
        border = around.ends(np.arange(len(around.start)))
        left = matched(ends, border, around.polygon)
        right = matched(ends, border[:, [2, 3, 0, 1]], around.polygon)
        left[crossed(edges, row)] = -1
        return cls(row, ends, face, left, right)

    @property
    def stray(self) -> Bools:
        """Tell which edges bound no land: they meet others elsewhere than at their ends, or stand twice."""
        return self.left < 0

    @property
    def doubled(self) -> Bools:
        """Tell which edges have land on both sides, so that there are two grids on one."""
        return (self.right >= 0) & np.isin(self.right, self.left)

    @property
    def holes(self) -> Geometries:
        """Return the faces without land, from west to east."""
        holes = self.face[np.setdiff1d(self.right[self.right >= 0], self.left)]
        return np.asarray(holes[np.argsort(shapely.bounds(holes)[:, 0], kind="stable")], dtype=object)


def crossed(edges: Edges, row: Ints) -> Ints:
    """Return the places in ``row`` of edges that meet another one elsewhere than at an end of both."""
    lines = edges.lines(row)
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    ends = np.stack([edges.start[row], edges.end[row]], axis=1)
    common = (ends[one][:, :, None] == ends[other][:, None, :]).sum(axis=(1, 2))
    at_ends = (common > 0) & (shapely.touches(lines[one], lines[other]) | (common > 1))
    return np.unique(one[~at_ends]).astype(np.int64)


def sorted_rows(table: Ints) -> Ints:
    """Put the rows of a table in order."""
    return table[np.lexsort(table.T)]


def matched(ends: Ints, border: Ints, face: Ints) -> Ints:
    """Return the face whose border each edge stands in, -1 where there is none; an edge that comes twice has none."""
    _, number = np.unique(np.concatenate([ends, border]), axis=0, return_inverse=True)
    here, there = np.split(number.reshape(-1), [len(ends)])
    found = np.full(len(number), -1, dtype=np.int64)
    found[there] = face
    found[np.bincount(here, minlength=len(number)) > 1] = -1
    return found[here]
