"""Replace: some grids give way to others that cover the same land.

What undo, redo, merging branches and accepting a new build come down to. The grids that come in may have been drawn
before borders around them got vertices (`geo.edits.weaving`), so the two outlines are joined first: where one has a
vertex on the way between two that both have, the other gets it too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import shapely

from geo.arrays import Ints
from geo.edges import Edges
from geo.edits.applying import BENT_M
from geo.edits.fitting import fitted
from geo.edits.ground import Edit, Grid, Ground
from geo.edits.land import among, outline_of, require_tiled
from geo.edits.weaving import Chains, bent_segments, woven_grid, woven_ground
from geo.errors import LandChangedError, PartitionError, TooFineError, WouldEmptyGridError
from geo.noding import CELLS_PER_M
from geo.partition import Tiling, crossed
from geo.sources import COUNTS

DRIFT_M = 3 * BENT_M
"""How far a border may move when it is bent several times over."""

Cell: TypeAlias = tuple[int, int]
Path: TypeAlias = list[Cell]
Segment: TypeAlias = tuple[int, int, int, int]


def replace_grids(put: Sequence[Grid], drop: Collection[str] = ()) -> Edit:
    """Let grids give way to others on the same land. Its own inverse, with what gave way.

    Names, types, counts, records and locks of ``put`` are taken as they are. Locked grids give way too: whether they
    may is the caller's business. Where no border around got a vertex since ``put`` was drawn, ``put`` comes in to the
    bit, the same objects; else its outline takes over the vertices that the borders around have, and they those of
    ``put``. Inside, ``put`` stays as drawn, but for borders within millimetres of an outline that bends.

    Parameters
    ----------
    put
        Grids, codes distinct; those of the ground with their codes give way.
    drop
        Codes of more grids that give way.

    Raises
    ------
    LandChangedError
        What gives way is not the land of ``put``, community by community and up to how far borders bend, or has other
        counts; or a grid to be dropped is not there.
    """

    def edit(ground: Ground) -> Ground:
        old = giving_way(ground, put, drop)
        codes = [grid.code for grid in old]
        require_same_counts(old, put)
        theirs, ours = joined(old, put)
        try:
            return bent(ground, codes, put, theirs, ours)
        except (PartitionError, TooFineError):
            require_same_land(old, put)
        try:
            return fitted(ground, old, put, theirs)
        except (PartitionError, TooFineError, WouldEmptyGridError) as error:
            raise changed(codes) from error

    return edit


def bent(ground: Ground, codes: Sequence[str], put: Sequence[Grid], theirs: Chains, ours: Chains) -> Ground:
    """Return a ground with some grids in the place of others, their outlines bent to be one.

    Raises
    ------
    PartitionError, TooFineError
        They do not fit.
    """
    land = woven_ground(ground, ours)
    made = [woven_grid(grid, theirs) for grid in put]
    after = land.replace(made, drop=codes)
    known = {id(grid) for grid in (*ground.grids.values(), *put)}
    require_made_up(grid for grid in after.grids.values() if id(grid) not in known)
    old = [land.grids[code] for code in codes]
    for community in communities(old, put):
        polygons = np.array([grid.polygon for grid in made if grid.community == community], dtype=object)
        Tiling(polygons, outline(old, community))
    if ours:
        require_clear(bent_segments(outline_of(ground.grids.values()), ours))
    require_tiled(ground, after, ours)
    return after


def require_clear(bounds: Ints) -> None:
    """Require that what bounds some land meets itself at corners alone, though it bent.

    Where two communities end a millimetre apart, the border of the one may come to lie in the other.

    Raises
    ------
    PartitionError
        It does not.
    """
    edges = Edges.directed(bounds)
    if len(crossed(edges, np.arange(len(bounds)))):
        raise PartitionError("borders a millimetre apart would run over one another")


def giving_way(ground: Ground, put: Sequence[Grid], drop: Collection[str]) -> list[Grid]:
    """Return the grids of a ground that others take the place of."""
    missing = [code for code in drop if code not in ground.grids]
    if missing:
        raise LandChangedError(f"grid {', '.join(missing)} is gone since", missing)
    codes = dict.fromkeys([*(grid.code for grid in put if grid.code in ground.grids), *drop])
    return [ground.grids[code] for code in codes]


def changed(codes: Sequence[str]) -> LandChangedError:
    """Word the refusal of grids that would cover other land."""
    return LandChangedError(f"the land of grid {', '.join(codes)} has changed hands since", codes)


def require_same_counts(old: Sequence[Grid], put: Sequence[Grid]) -> None:
    """Refuse to lose or double anybody."""
    for name in COUNTS:
        had, has = (sum(getattr(grid, name) or 0 for grid in grids) for grids in (old, put))
        if had != has:
            codes = [grid.code for grid in old]
            words = name.replace("_", " ")
            raise LandChangedError(f"grid {', '.join(codes)} had {has} {words} then and {had} now", codes)


def require_made_up(grids: Iterable[Grid]) -> None:
    """Require that grids are made up of their faces."""
    for grid in grids:
        edges = Edges.of(np.array([grid.polygon], dtype=object))
        faces = np.array([face.polygon for face in grid.faces], dtype=object)
        Tiling(faces, edges.ends(edges.left_over()))


def require_same_land(old: Sequence[Grid], put: Sequence[Grid]) -> None:
    """Refuse grids that hold other land of a community than those which give way, up to how far borders bend."""
    for community in communities(old, put):
        had, has = (
            shapely.union_all([grid.polygon for grid in grids if grid.community == community]) for grids in (old, put)
        )
        if not all(one.difference(other.buffer(DRIFT_M)).is_empty for one, other in ((had, has), (has, had))):
            raise changed([grid.code for grid in old])


def communities(*grids: Sequence[Grid]) -> list[str]:
    """Return the communities that grids lie in."""
    return sorted({grid.community for some in grids for grid in some})


def outline(grids: Sequence[Grid], community: str) -> Ints:
    """Return the border of what grids hold of a community: directed edges in cells, land to the left, shape (n, 4)."""
    edges = Edges.of(np.array([grid.polygon for grid in grids if grid.community == community], dtype=object))
    return edges.ends(edges.left_over())


def joined(old: Sequence[Grid], put: Sequence[Grid]) -> tuple[Chains, Chains]:
    """Join the outlines of what gives way and of what comes in, where they part no further than borders bend.

    Returns
    -------
    tuple
        The vertices that segments of ``put``, and those of ``old``, get from the other.
    """
    theirs: dict[Segment, Ints] = {}
    ours: dict[Segment, Ints] = {}
    for community in communities(old, put):
        has, wanted = outline(old, community), outline(put, community)
        there = onward(has[~among(has, wanted)])
        missing = onward(wanted[~among(wanted, has)])
        for path in paths(missing, {*there, *(cell for following in there.values() for cell in following)}):
            way = way_along(path, there)
            if way is None:
                continue
            whole = merged(path, way)
            theirs |= chains_on(path, whole)
            ours |= chains_on(way, whole)
    return theirs, ours


def onward(edges: Ints) -> dict[Cell, list[Cell]]:
    """Return where edges lead from each vertex."""
    found: dict[Cell, list[Cell]] = {}
    for x, y, to_x, to_y in edges.tolist():
        found.setdefault((x, y), []).append((to_x, to_y))
    return found


def paths(missing: Mapping[Cell, list[Cell]], corners: set[Cell]) -> Iterable[Path]:
    """Walk edges from one of some corners to the next."""
    for start in sorted(missing.keys() & corners):
        for first in missing[start]:
            path = [start, first]
            while path[-1] not in corners and path[-1] in missing and len(path) <= len(missing):
                path.append(missing[path[-1]][0])
            yield path


def way_along(path: Path, there: Mapping[Cell, list[Cell]]) -> Path | None:
    """Return the shortest way along other edges from the beginning of a path to its end, None where none is near it."""
    near = shapely.buffer(shapely.LineString(np.array(path) / CELLS_PER_M), DRIFT_M)
    ways, seen = [[path[0]]], {path[0]}
    while ways:
        longer = []
        for way in ways:
            for cell in there.get(way[-1], []):
                if cell == path[-1]:
                    return [*way, cell]
                if cell not in seen and near.contains(shapely.Point(np.array(cell) / CELLS_PER_M)):
                    seen.add(cell)
                    longer.append([*way, cell])
        ways = longer
    return None


def merged(path: Path, way: Path) -> Path:
    """Return the vertices of two ways from one place to another in one order: each in its own, and onward.

    The same whichever way they run, so that both sides of a border agree.
    """
    if path[0] > path[-1]:
        return merged(path[::-1], way[::-1])[::-1]
    start, end = np.array(path[0]), np.array(path[-1])
    ahead = [[(int((np.array(cell) - start) @ (end - start)), cell) for cell in line[1:-1]] for line in (path, way)]
    whole = [path[0]]
    while ahead[0] or ahead[1]:
        line = min((line for line in ahead if line), key=lambda line: line[0])
        whole.append(line.pop(0)[1])
    return [*whole, path[-1]]


def chains_on(path: Path, whole: Path) -> dict[Segment, Ints]:
    """Say which vertices of the whole way lie between two that follow each other in a path."""
    place = {cell: number for number, cell in enumerate(whole)}
    found: dict[Segment, Ints] = {}
    for start, end in pairwise(path):
        between = np.array(whole[place[start] + 1 : place[end]], dtype=np.int64).reshape(-1, 2)
        if len(between):
            low, high = (start, end) if start < end else (end, start)
            found[*low, *high] = between if start < end else between[::-1]
    return found
