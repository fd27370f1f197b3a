"""Generalised grids for the middle zooms: fewer vertices, and still a partition, whatever is edited where.

A vertex is kept or left out for all grids that it is a corner of, so both sides of every border agree by construction.
Nodes are kept (`geo.plans.stretches`). A stretch of border between two of them is thinned by splitting it at its
farthest vertex until no vertex is farther from its chord than the tolerance (Douglas and Peucker 1973), and until each
chord is *free*: the box along the chord that holds the vertices left out has no corner of a grid on either side in it.

Why the result can't overlap: were chord and foreign line to cross, then a corner of the grid beside the stretch would
lie between the chord and the vertices left out (de Berg, van Kreveld and Schirra 1998). This holds whatever becomes of
the foreign line. So each stretch hangs on the two grids beside it and on nothing else, not on how other borders were
thinned; an edit needs to look at the borders of the grids that it touched, and finds what a new start would.

Beyond the end of the land nothing is known of what is near. There a border only moves inwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints, group_first
from geo.edits.land import among
from geo.noding import CELLS_PER_M, to_cells
from geo.plans.chords import CLEAR_CELLS, Chords, Obstacles, Pieces
from geo.plans.stretches import NOBODY, Corners, Stretches

BATCH = 2000
"""Grids generalised at a time; their arrays fit a processor's memory at hand."""


def generalised_all(polygons: Geometries, *, tolerance_m: float) -> Geometries:
    """Generalise the grids of a plan so that they still form a coverage.

    Parameters
    ----------
    polygons
        Grids that form a coverage, vertices on the 1 mm grid of a projected CRS, shape (n,).
    tolerance_m
        How far a border may move, metres.

    Returns
    -------
    Geometries
        Each grid's polygon with fewer vertices, none new; it has land, and as many parts and holes as before.
    """
    return np.concatenate([np.empty(0, dtype=object), *generalised_batches(polygons, tolerance_m=tolerance_m)])


def generalised_batches(polygons: Geometries, *, tolerance_m: float) -> Iterator[Geometries]:
    """Yield what `generalised_all` returns, some grids at a time."""
    tree = shapely.STRtree(polygons)
    for begin in range(0, len(polygons), BATCH):
        own = np.arange(begin, min(begin + BATCH, len(polygons)))
        rows = np.unique(tree.query(polygons[own])[1])
        yield generalised_some(polygons[rows], np.isin(rows, own), tolerance_m=tolerance_m)


def generalised_some(polygons: Geometries, wanted: Bools, *, tolerance_m: float) -> Geometries:
    """Generalise the wanted ones among some grids, all that touch a wanted one being there; see `generalised_all`."""
    corners = Corners.of(polygons)
    kept, _ = thinned(Stretches.of(corners, wanted), tolerance_m)
    return corners.polygons(kept[corners.number], wanted)


class NotAroundError(LookupError):
    """What a border of woven grids becomes hangs on grids that are not there; ``codes`` are the woven ones.

    All that touch these must be there, and then they need not be told apart from others that were touched.
    """

    def __init__(self, codes: Collection[str]) -> None:
        super().__init__(f"all that touches {', '.join(codes)} must be known")
        self.codes = codes


def generalised(
    polygons: Mapping[str, shapely.Geometry],
    touched: Collection[str],
    was: Mapping[str, shapely.Geometry],
    *,
    tolerance_m: float,
    woven: Mapping[str, shapely.Geometry] = MappingProxyType({}),
) -> dict[str, shapely.Geometry]:
    """Generalise what an edit touched.

    Parameters
    ----------
    polygons
        The grids as they are now, by code: those touched, and all grids that touch these; others do no harm.
    touched
        Whose polygon is new, also if it only got vertices.
    was
        The generalised polygons so far of the others that are in ``polygons``, and of the woven ones.
    tolerance_m
        As everywhere in the plan.
    woven
        Those of the touched that only got or lost vertices, with their polygons before the edit. What touches these may
        be missing: where nobody is on the other side, their generalised borders stay.

    Returns
    -------
    dict
        New generalised polygons: of all that were touched, and of those neighbours whose own changed. They are as
        `generalised_all` would make them.

    Raises
    ------
    NotAroundError
        A border of a woven grid may not stay, and what is on the other side is missing.
    """
    codes = near(polygons, touched)
    if not codes:
        return {}
    corners = Corners.of(np.array([polygons[code] for code in codes], dtype=object))
    wanted, only_woven = (np.array([code in some for code in codes], dtype=np.bool_) for some in (touched, woven))
    stretches = Stretches.of(corners, wanted)
    loose = (stretches.right == NOBODY) & only_woven[corners.polygon[stretches.left]]
    kept, decided = (each[corners.number] for each in thinned(stretches.taken(~loose), tolerance_m))
    fresh = (wanted & ~only_woven).tolist()
    before = stood(corners, [None if new else was[code] for code, new in zip(codes, fresh, strict=True)])
    if loose.any():
        old = Corners.of(np.array([woven[code] for code in codes if code in woven], dtype=object))
        moved = may_move(stretches.taken(loose), before, old, tolerance_m)
        if len(moved):
            raise NotAroundError([codes[row] for row in moved])
    kept = np.where(decided, kept, before)
    changed = wanted.copy()
    changed[corners.polygon[kept != before]] = True
    made = corners.polygons(kept, changed)
    return dict(zip([code for code, new in zip(codes, changed.tolist(), strict=True) if new], made, strict=True))


def may_move(stretches: Stretches, before: Bools, old: Corners, tolerance_m: float) -> Ints:
    """Return the polygons of stretches, all without anybody on the right, that may not be what they were.

    They may not where a line of theirs is new, where a corner of their own grid has come in their way, or where one is
    gone that may have been.

    Parameters
    ----------
    before
        Which corners their polygons had when they were generalised, shape (corners,).
    old
        The exact polygons' corners then.
    """
    corners, path = stretches.corners, stretches.path
    ends = np.concatenate([stretches.first, stretches.last])
    begins = np.delete(path, stretches.last)
    new = ~among(lines(corners, begins), lines(old, np.arange(len(old.ring))))
    held = before[path]
    lost = ends[~held[ends]]
    held[ends] = True
    at = np.flatnonzero(held)
    pieces = Pieces(stretches, at[:-1], at[1:], np.searchsorted(stretches.first, at[:-1], side="right") - 1).long()
    hindered = Obstacles.of(stretches).hinder(Chords.of(pieces))
    gone = old.xy[~among(to_cells(old.xy), to_cells(corners.xy))]
    freed = path[stretches.first[freed_by(gone, stretches, tolerance_m)]]
    return np.unique(corners.polygon[np.concatenate([begins[new], path[lost], path[pieces.low[hindered]], freed])])


def freed_by(gone: np.ndarray, stretches: Stretches, tolerance_m: float) -> Ints:
    """Return the stretches that corners, in metres, may have hindered.

    A box that is looked at lies within √2 tolerances of its chord, and that within one of its piece.
    """
    if not len(gone):
        return np.empty(0, dtype=np.int64)
    number = np.repeat(np.arange(len(stretches.first)), stretches.last - stretches.first + 1)
    drawn = shapely.linestrings(stretches.corners.xy[stretches.path], indices=number)
    reach = (1 + np.sqrt(2)) * tolerance_m + 3 * CLEAR_CELLS / CELLS_PER_M
    return np.flatnonzero(shapely.dwithin(drawn[:, None], shapely.points(gone), reach).any(axis=1))


def lines(corners: Corners, begins: Ints) -> Ints:
    """Return the lines of rings that begin at some corners, in grid cells, shape (n, 4)."""
    return to_cells(np.concatenate([corners.xy[begins], corners.xy[corners.after[begins]]], axis=1))


def near(polygons: Mapping[str, shapely.Geometry], touched: Collection[str]) -> list[str]:
    """Return the touched grids and those that may touch them."""
    codes, reach = list(polygons), 1 / CELLS_PER_M
    own = np.array([code in touched for code in codes], dtype=np.bool_)
    low, high = np.split(shapely.bounds(list(polygons.values())).reshape(-1, 4), 2, axis=1)
    clear = np.greater(low[:, None], high[own] + reach) | np.less(high[:, None], low[own] - reach)
    return [code for code, far in zip(codes, clear.any(axis=2).tolist(), strict=True) if not all(far)]


def stood(corners: Corners, was: list[shapely.Geometry | None]) -> Bools:
    """Tell which corners their polygons had before; None had none."""
    xy, row = shapely.get_coordinates(np.array(was, dtype=object), return_index=True)
    cells = np.concatenate([to_cells(corners.xy), to_cells(xy)])
    cells -= cells.min(axis=0, initial=np.iinfo(np.int64).max)
    width, height = (int(side) + 1 for side in cells.max(axis=0, initial=0))
    key = (np.concatenate([corners.polygon, row]) * width + cells[:, 0]) * height + cells[:, 1]
    return np.isin(key[: len(corners.xy)], key[len(corners.xy) :])


def thinned(stretches: Stretches, tolerance_m: float) -> tuple[Bools, Bools]:
    """Decide on the vertices of stretches.

    Returns
    -------
    tuple
        For each number of a corner whether it is kept, and whether that was decided here.
    """
    corners, tolerance = stretches.corners, tolerance_m * CELLS_PER_M
    obstacles = Obstacles.of(stretches)
    held = np.zeros(len(stretches.path), dtype=np.bool_)
    held[stretches.first] = held[stretches.last] = True
    pieces = begun(stretches, held, tolerance)
    while len(pieces):
        chords = Chords.of(bounded(pieces, held, tolerance))
        hindered = obstacles.hinder(chords)
        pieces = cut(chords, hindered, held)
    numbers = corners.number[stretches.path]
    decided = np.zeros(int(corners.number.max(initial=-1)) + 1, dtype=np.bool_)
    kept = decided.copy()
    decided[numbers], kept[numbers[held]] = True, True
    return kept, decided


def cut(chords: Chords, chosen: Bools, held: Bools) -> Pieces:
    """Cut pieces at their farthest vertices, and mark these in ``held``; return what is left to look at."""
    place = chords.farthest[chosen]
    held[place] = True
    return chords.pieces.taken(chosen).cut(place)


def bounded(pieces: Pieces, held: Bools, tolerance: float) -> Pieces:
    """Cut pieces until none leaves its chord by more than the tolerance, or adds land beyond the end of the land."""
    done = []
    while len(pieces):
        chords = Chords.of(pieces)
        far = chords.outward | (chords.distance > tolerance)
        done.append(pieces.taken(~far))
        pieces = cut(chords, far, held)
    return Pieces.together(pieces, *done)


def begun(stretches: Stretches, held: Bools, tolerance: float) -> Pieces:
    """Cut stretches where they must be whatever the tolerance, so that no ring collapses; mark the cuts in ``held``.

    A ring without nodes, or with one, is cut at the vertex farthest from its beginning. Two stretches with the same
    ends could come to lie on one chord only if the ring that they make is so narrow that it may not leave the chord's
    box by more than the tolerance; a stretch beside such a ring keeps a vertex.
    """
    pieces = Pieces.whole(stretches)
    closed = pieces.closed()
    chords = Chords.of(pieces.taken(closed))
    pieces = Pieces.together(pieces.taken(~closed), cut(chords, np.ones(len(chords), dtype=np.bool_), held))
    narrow = beside_narrow(pieces, tolerance)
    chords = Chords.of(pieces.taken(narrow))
    bent = chords.distance > 0
    return Pieces.together(pieces.taken(~narrow), chords.pieces.taken(~bent), cut(chords, bent, held))


def beside_narrow(pieces: Pieces, tolerance: float) -> Bools:
    """Tell which pieces are beside a ring that leaves their chord's box by no more than the tolerance."""
    stretches, corners = pieces.stretches, pieces.stretches.corners
    if not len(pieces):
        return np.empty(0, dtype=np.bool_)
    low, high = (extreme.reduceat(corners.cells, corners.first) for extreme in (np.minimum, np.maximum))
    ends = np.stack([corners.cells[stretches.path[place]] for place in (pieces.low, pieces.high)])
    west_south, east_north = ends.min(axis=0) - tolerance, ends.max(axis=0) + tolerance
    ring = np.cumsum(group_first(corners.ring)) - 1
    found = np.zeros(len(pieces), dtype=np.bool_)
    for side in (stretches.left[pieces.of], stretches.right[pieces.of]):
        of = ring[side]
        found |= (side != NOBODY) & (low[of] >= west_south).all(axis=1) & (high[of] <= east_north).all(axis=1)
    return found
