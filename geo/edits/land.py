"""Cells: the faces of some grids, cut along a drawn line; whoever edits land says whose each cell is to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints, dense, distinct_rows, sums
from geo.counts import largest_remainder
from geo.edges import Adjacency, Edges, components
from geo.edits.applying import BENT_M, woven_of
from geo.edits.ground import Face, Grid, Ground, borders
from geo.edits.weaving import Chains, Woven, as_lines, bent_segments, lower_first, weave, woven_ground
from geo.errors import TooFineError, WouldEmptyGridError
from geo.noding import CELLS_PER_M
from geo.partition import Tiling
from geo.sources import COUNTS
from geo.tracing import OUTSIDE, Net, dissolved, side_by_side, trace


@dataclass(frozen=True, eq=False)
class Cells:
    """The faces of some ``grids``, cut along a line.

    ``grid`` and ``face`` say of which grid each cell is (a row of ``grids``) and of which of its faces. ``left`` is the
    cell to the left of each half-edge of ``net``; ``drawn`` tells which lines of the net are the drawn line's.
    ``ground`` is the ground with the new vertices on its borders, ``before`` without, ``chains`` these vertices.
    """

    before: Ground
    ground: Ground
    chains: Chains
    grids: Sequence[Grid]
    net: Net
    left: Ints
    drawn: Bools
    polygon: Geometries
    grid: Ints
    face: Ints

    def __len__(self) -> int:
        return len(self.polygon)

    @property
    def area_m2(self) -> Floats:
        """The area of each cell."""
        return np.asarray(shapely.area(self.polygon), dtype=np.float64)

    def pairs(self) -> Adjacency:
        """Return the cells on both sides of each line."""
        return side_by_side(self.net, self.left)

    def undivided(self) -> Adjacency:
        """Return the cells on both sides of each line that was there before."""
        return side_by_side(self.net, np.where(np.repeat(self.drawn, 2), OUTSIDE, self.left))

    def pieces(self) -> tuple[int, Ints]:
        """Number the connected pieces of each grid, where the drawn line divides and faces of one grid do not."""
        return components(len(self), self.undivided().inside(self.grid))

    def dissolved(self, group: Ints, size: int) -> Geometries:
        """Return the land of groups of cells."""
        return dissolved(self.net, self.left, group, size)


LOST_M2 = 2.5e-7
"""Half of the smallest triangle on the grid: where less is missing, it is the error of adding areas up."""

NO_LINE = np.empty((0, 4), dtype=np.int64)
NOTHING = Woven(NO_LINE, {})


def cut(ground: Ground, grids: Sequence[Grid], drawn: Ints = NO_LINE) -> Cells:
    """Cut some grids of a ground along a line.

    Parameters
    ----------
    drawn
        The line's segments in cells, shape (n, 4); what lies outside the grids does not count.

    Raises
    ------
    TooFineError
        The line runs so near to a border that what lies between has no land of its own.
    """
    woven = weave(ground.borders, drawn, shapely.union_all([grid.polygon for grid in grids])) if len(drawn) else NOTHING
    before, ground = ground, woven_ground(ground, woven.chains)
    grids = [ground.grids[grid.code] for grid in grids]
    old = borders(grids)
    segments, _ = distinct_rows(np.concatenate([old, woven.line]))
    net = Net.of(np.array([shapely.multilinestrings(as_lines(segments))]))
    if len(net.tangled):
        raise too_fine(grids)
    traced = trace(net)
    faces = np.array([face.polygon for grid in grids for face in grid.faces], dtype=object)
    of_grid = np.repeat(np.arange(len(grids)), [len(grid.faces) for grid in grids])
    of_face = np.concatenate([np.arange(len(grid.faces)) for grid in grids])
    cell, face = shapely.STRtree(faces).query(shapely.point_on_surface(traced.polygon), predicate="within")
    area = sums(shapely.area(traced.polygon[cell]), face.astype(np.int64), len(faces))
    if len(np.unique(cell)) < len(cell) or (np.abs(area - shapely.area(faces)) > LOST_M2).any():
        raise too_fine(grids)
    place = np.full(len(traced.polygon) + 1, OUTSIDE, dtype=np.int64)
    place[cell] = np.arange(len(cell))
    ends = np.concatenate([net.cells[net.first], net.cells[net.last]], axis=1)
    return Cells(
        before=before,
        ground=ground,
        chains=woven.chains,
        grids=grids,
        net=net,
        left=place[traced.left],
        drawn=among(lower_first(ends), woven.line),
        polygon=traced.polygon[cell],
        grid=of_grid[face],
        face=of_face[face],
    )


def too_fine(grids: Sequence[Grid]) -> TooFineError:
    """Word the refusal of a line that leaves no land between itself and a border."""
    words = "the line runs so near to a border that nothing fits between; draw it on the border, or farther off"
    return TooFineError(words, [grid.code for grid in grids])


def among(rows: Ints, others: Ints) -> Bools:
    """Tell which rows stand among others; both shape (n, 4)."""
    _, number = distinct_rows(np.concatenate([rows, others]))
    return np.asarray(np.isin(number[: len(rows)], number[len(rows) :]), dtype=np.bool_)


def regrid(cells: Cells, owner: Ints, grids: Sequence[Grid], rule: Mapping[int, str] | None = None) -> Ground:
    """Give each cell to a grid, and return the ground with these grids.

    Parameters
    ----------
    owner
        For each cell a row of ``grids``.
    grids
        What the grids are called and say; their polygons, faces and counts come from the cells. Those of ``cells`` that
        are not among them, by code, are gone.
    rule
        By owner, the rule by which it holds the cells that were another's; their faces' own rule where not given.

    Raises
    ------
    WouldEmptyGridError
        A grid gets no cell.
    TooFineError
        One is so thin that borders, bending, would bring it onto the land of grids that are not of ``cells``.
    """
    empty = np.setdiff1d(np.arange(len(grids)), owner)
    if len(empty):
        raise WouldEmptyGridError(f"grid {grids[empty[0]].code} would be left without land", [grids[empty[0]].code])
    land = cells.dissolved(owner, len(grids))
    faces, of_owner = faces_of(cells, owner, grids, rule or {})
    counts = shared_counts(cells, owner, len(grids))
    made = [
        replace(
            grid,
            polygon=land[row],
            faces=tuple(faces[place] for place in np.flatnonzero(of_owner == row)),
            households=each["households"],
            population=each["population"],
            party_members=each["party_members"],
        )
        for row, (grid, each) in enumerate(zip(grids, counts, strict=True))
    ]
    gone = {grid.code for grid in cells.grids} - {grid.code for grid in grids}
    after = cells.ground.replace(made, drop=gone)
    require_tiled(cells.before, after, cells.chains)
    require_own_land(cells, made, after)
    return after


def require_own_land(cells: Cells, made: Sequence[Grid], after: Ground) -> None:
    """Refuse grids that are so thin that their land is, or was, not of ``cells`` but what borders bend over.

    Raises
    ------
    TooFineError
        There is one: it would be land from outside, or land would change hands with a grid that the edit is not about.
    """
    before = cells.before
    old = [before.grids[grid.code] for grid in cells.grids]
    own = {grid.code for grid in (*old, *made)}
    strips = (len(own) + 1) * BENT_M  # what borders bend off at most, and what goes to each of its own in turn
    created = [grid for grid in made if grid.code not in before.grids]
    retired = [grid for grid in old if grid.code not in after.grids]
    new, gone = ([one for one in some if one.polygon.area < strips * one.polygon.length] for some in (created, retired))
    if not new and not gone:
        return
    changed = [grid for code, grid in after.grids.items() if before.grids.get(code, grid) is not grid]
    bent = {grid.code for grid in woven_of(before, changed, created, retired)}
    if mostly_outside(new, old) or mostly_outside(gone, made) or not {grid.code for grid in changed} <= bent | own:
        codes = [grid.code for grid in old]
        raise TooFineError(f"a part of grid {', '.join(codes)} a millimetre wide would be bent off its land", codes)


def mostly_outside(some: Sequence[Grid], others: Sequence[Grid]) -> bool:
    """Tell whether one of some grids has less than half of its land in common with others together."""
    if not some:
        return False
    land, rest = (np.array([grid.polygon for grid in grids], dtype=object) for grids in (some, others))
    common = shapely.area(shapely.intersection(land, shapely.union_all(rest)))
    return bool((common < shapely.area(land) / 2).any())


def faces_of(cells: Cells, owner: Ints, grids: Sequence[Grid], rule: Mapping[int, str]) -> tuple[list[Face], Ints]:
    """Join cells of one face that go to one grid, and say whose each face is."""
    most = max(len(grid.faces) for grid in cells.grids)
    keys, group = dense((owner * len(cells.grids) + cells.grid) * most + cells.face)
    land = cells.dissolved(group, len(keys))
    made, holder = [], []
    for key, polygon in zip(keys.tolist(), land, strict=True):
        row, old = divmod(key // most, len(cells.grids))
        was = cells.grids[old]
        face = was.faces[key % most]
        moved = was.code != grids[row].code
        words = rule.get(row, face.rule) if moved else face.rule
        parts = shapely.get_parts(polygon)
        made += [replace(face, polygon=part, rule=words) for part in parts]
        holder += [row] * len(parts)
    return made, np.array(holder, dtype=np.int64)


def shared_counts(cells: Cells, owner: Ints, size: int) -> list[dict[str, int | None]]:
    """Let households and people go with the land: by the buildings on it where there are any, else by area.

    What a grid has is shared out among its cells by largest remainder, so that nobody is lost.
    """
    building, cell = shapely.STRtree(cells.polygon).query(cells.ground.buildings.point, predicate="intersects")
    building, once = np.unique(building, return_index=True)
    cell = cell[once]
    result: list[dict[str, int | None]] = [{} for _ in range(size)]
    for number, name in enumerate(COUNTS):
        had = [getattr(grid, name) for grid in cells.grids]
        inside = sums(cells.ground.buildings.counts[building, number].astype(np.float64), cell, len(cells))
        counted = sums(inside, cells.grid, len(cells.grids))[cells.grid] > 0
        weight = np.where(counted, inside, cells.area_m2)
        pairs, pair = dense(cells.grid * size + owner)
        of_grid = pairs // size
        total = np.array([value or 0 for value in had], dtype=np.int64)
        share = largest_remainder(total, of_grid, sums(weight, pair, len(pairs)))
        for row in range(size):
            mine = np.flatnonzero(pairs % size == row)
            known = [place for place in mine if had[of_grid[place]] is not None]
            result[row][name] = int(share[known].sum()) if known else None
    return result


def outline_of(grids: Iterable[Grid]) -> Ints:
    """Return the edges that bound the land of grids: directed, in grid cells, shape (n, 4)."""
    edges = Edges.of(np.array([grid.polygon for grid in grids], dtype=object))
    return edges.ends(edges.left_over())


def require_tiled(before: Ground, after: Ground, chains: Chains) -> None:
    """Require that grids tile what a ground was, its borders bent by vertices that they got.

    Those that stay the same objects have the same borders before and after, so the others alone are looked at.

    Raises
    ------
    PartitionError
        They do not.
    """
    gone = [grid for code, grid in before.grids.items() if after.grids.get(code) is not grid]
    came = [grid.polygon for code, grid in after.grids.items() if before.grids.get(code) is not grid]
    Tiling(np.array(came, dtype=object), bent_segments(outline_of(gone), chains))


def on_ground(coordinates: np.ndarray) -> Ints:
    """Return the segments of a line given by its vertices in metres, shape (n, 2), as segments in cells."""
    cells = np.rint(np.asarray(coordinates, dtype=np.float64) * CELLS_PER_M).astype(np.int64)
    return np.concatenate([cells[:-1], cells[1:]], axis=1)
