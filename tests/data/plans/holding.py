"""What must hold of a plan after every step, whatever was done: proven in whole numbers, of what is read back.

A plan keeps the land of each community as the build drew it, but for vertices that its border got; every point of it is
one grid's; nobody is lost or doubled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from geo.edges import Edges
from geo.edits.applying import BENT_M
from geo.noding import CELLS_PER_M
from geo.partition import Outline, flaws
from geo.sources import COUNTS
from tests.data.plans.snapshots import Snapshot

DRIFT_M = 0.01
"""How far a border may have moved after any number of edits that put vertices into it."""


@dataclass(frozen=True, eq=False)
class Outset:
    """What a plan began with, by community: border and corners, area, counts; and how many wide holes it has inside.

    ``sound`` are the marks of what was judged, and found to be as it has to be.
    """

    border: Mapping[str, shapely.Geometry]
    corners: Mapping[str, set[tuple[int, int]]]
    area_m2: Mapping[str, float]
    counts: Mapping[str, tuple[int, ...]]
    holes: int
    sound: set[bytes] = field(default_factory=set)

    @classmethod
    def of(cls, start: Snapshot) -> Outset:
        """Take a plan that nobody has edited."""
        borders = {community: border_of(start, rows) for community, rows in homes(start).items()}
        lines = {community: shapely.union_all(as_lines(border)) for community, border in borders.items()}
        for line in lines.values():
            shapely.prepare(line)
        return cls(
            border=lines,
            corners={community: corners_of(border) for community, border in borders.items()},
            area_m2={community: shapely.area(start.polygon[rows]).sum() for community, rows in homes(start).items()},
            counts=counted(start),
            holes=wide_holes(Outline.of(start.edges)),
        )

    def is_new(self, *parts: bytes) -> bool:
        """Tell whether something was not judged yet; it is from now on, unless it fails, which ends the run."""
        mark = hashlib.blake2b(b"|".join(parts), digest_size=16).digest()
        known = mark in self.sound
        self.sound.add(mark)
        return not known


def require_invariant(now: Snapshot, outset: Outset) -> None:
    """Require that a plan is one grid on the land that it began with."""
    require_partition(now, outset)
    require_nested(now, outset)
    require_faces(now, outset)
    assert shapely.coverage_is_valid(now.outline)
    assert counted(now) == outset.counts
    require_gaps_of_grids(now)


def require_partition(now: Snapshot, outset: Outset) -> None:
    """Every point is one grid's: the borders cancel, and what is left bounds land alone."""
    ids = [one.grid_id for one in now.grids.values()]
    assert len(set(ids)) == len(ids), "an identity stands twice"
    failed = flaws(np.array(now.codes), now.polygon)
    assert not any(failed.values()), failed
    if outset.is_new(b"outline", in_order(now.edges.ends(now.edges.left_over())).tobytes()):
        outline = Outline.of(now.edges)
        assert not outline.stray.any(), "grids overlap, or leave a hole"
        assert not outline.doubled.any(), "two grids hold one place"
        assert wide_holes(outline) == outset.holes
    assert shapely.coverage_is_valid(now.polygon)


def wide_holes(outline: Outline) -> int:
    """Count the holes inside the land; one a millimetre wide may close or open where borders beside it bend."""
    return int((shapely.area(outline.holes) > DRIFT_M * shapely.length(outline.holes)).sum())


def require_nested(now: Snapshot, outset: Outset) -> None:
    """Each community has the land that it had: its border only got vertices."""
    found = homes(now)
    assert found.keys() == outset.border.keys()
    for community, rows in found.items():
        grown = shapely.area(now.polygon[rows]).sum() - outset.area_m2[community]
        assert abs(grown) < BENT_M * outset.border[community].length, community
        border = border_of(now, rows)
        if outset.is_new(b"community", community.encode(), border.tobytes()):
            corners = corners_of(border)
            assert corners >= outset.corners[community], f"{community} lost a corner"
            came = np.array(list(corners - outset.corners[community]), dtype=np.int64).reshape(-1, 2) / CELLS_PER_M
            assert shapely.dwithin(outset.border[community], shapely.points(came), DRIFT_M).all(), community
    assert all(code.startswith(one.community) for code, one in now.grids.items())


def require_faces(now: Snapshot, outset: Outset) -> None:
    """Each grid is made up of its faces: theirs and its border cancel to nothing."""
    grids = list(now.grids.values())
    rows = [row for row, one in enumerate(grids) if outset.is_new(b"faces", one.polygon, one.faces)]
    if not rows:
        return
    require_made_up(*now.faces_of(rows), now.polygon[rows])


def require_made_up(face: np.ndarray, row: np.ndarray, polygon: np.ndarray) -> None:
    """Polygons are made up of faces, ``row`` saying of which one each is.

    `shapely.coverage_is_valid` is not asked: GEOS 3.14 says no to some that are sound (`geo.edits.pinching`).
    """
    assert (shapely.get_type_id(face) == shapely.GeometryType.POLYGON).all()
    assert shapely.is_valid(face).all()
    parts, whole = Edges.of(face), Edges.of(polygon)
    mine = np.column_stack([row[parts.polygon], parts.ends(np.arange(len(parts.start)))])
    its = np.column_stack([whole.polygon, whole.ends(np.arange(len(whole.start)))])
    backward = its[:, [0, 3, 4, 1, 2]]
    turned = np.concatenate([mine, backward])
    opposite = turned[:, [0, 3, 4, 1, 2]]
    assert np.array_equal(in_order(turned), in_order(opposite)), "faces do not make up their grid"


def require_gaps_of_grids(now: Snapshot) -> None:
    """A gap stands once, and is about a grid that is there."""
    ids = [gap.gap_id for gap in now.gaps]
    assert len(set(ids)) == len(ids), "a gap stands twice"
    assert all(gap.code is None or gap.code in now.grids for gap in now.gaps), "a gap is about a grid that is gone"


def homes(now: Snapshot) -> dict[str, np.ndarray]:
    """Return the rows of each community's grids."""
    home = np.array([one.community for one in now.grids.values()], dtype=object)
    return {community: np.flatnonzero(home == community) for community in sorted(set(home.tolist()))}


def border_of(now: Snapshot, rows: np.ndarray) -> np.ndarray:
    """Return the edges of some grids that have no other side among them, in grid cells and in order, shape (n, 4)."""
    edges = now.edges
    here = np.isin(edges.polygon, rows)
    some = replace(edges, polygon=edges.polygon[here], start=edges.start[here], end=edges.end[here])
    return in_order(some.ends(some.left_over()))


def as_lines(edges: np.ndarray) -> np.ndarray:
    """Return edges in cells as two-point lines in metres."""
    return np.asarray(shapely.linestrings(edges.reshape(-1, 2, 2) / CELLS_PER_M))


def corners_of(border: np.ndarray) -> set[tuple[int, int]]:
    """Return the vertices of a border, in grid cells."""
    return set(map(tuple, border[:, :2].tolist()))


def counted(now: Snapshot) -> dict[str, tuple[int, ...]]:
    """Add up the counts of each community."""
    found: dict[str, tuple[int, ...]] = {}
    for one in now.grids.values():
        had = found.get(one.community, (0,) * len(COUNTS))
        found[one.community] = tuple(sum_ + (getattr(one, name) or 0) for sum_, name in zip(had, COUNTS, strict=True))
    return found


def in_order(table: np.ndarray) -> np.ndarray:
    """Put the rows of a table in order."""
    return table[np.lexsort(table.T)]
