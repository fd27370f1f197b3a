"""The cells of the lattice as blocks of land: their rings, their neighbours, and groups of them as areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from data.demo.lattice import Lattice
from data.demo.layout import Layout
from data.demo.seeds import Seeds

STEPS = 3
"""Segments a block's side is drawn in."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """The cells inside the jurisdiction.

    Parameters
    ----------
    i, j
        (n,) column and row of each block; ``at`` (columns, rows) the block there, or -1.
    urban
        (n,) bool.
    beside
        (m, 2) pairs of blocks that share a side, the left or lower one first; ``above`` (m,) whether the second lies
        above (else to the right).
    """

    i: np.ndarray
    j: np.ndarray
    at: np.ndarray
    urban: np.ndarray
    beside: np.ndarray
    above: np.ndarray

    def __len__(self) -> int:
        return len(self.i)


def make_blocks(layout: Layout) -> Blocks:
    """List the cells inside the jurisdiction and their neighbours."""
    i, j = np.nonzero(layout.state)
    at = np.full(layout.state.shape, -1)
    at[i, j] = np.arange(len(i))
    right = np.stack([at[:-1].ravel(), at[1:].ravel()], axis=1)
    upper = np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], axis=1)
    beside = np.concatenate([right, upper])
    above = np.repeat([False, True], [len(right), len(upper)])
    known = (beside >= 0).all(axis=1)
    return Blocks(i, j, at, layout.state[i, j] == 2, beside[known], above[known])


def gather(points: np.ndarray, count: int, rng: np.random.Generator, *, rounds: int = 2) -> np.ndarray:
    """Group points (n, d) into ``count`` compact groups of similar size; every group has at least one point."""
    count = min(count, len(points))
    centre = np.sort(rng.choice(len(points), count, replace=False))
    for _ in range(rounds):
        _, group = KDTree(points[centre]).query(points)
        size = np.bincount(group, minlength=count)
        means = np.stack([np.bincount(group, weights=axis, minlength=count) / size for axis in points.T], axis=1)
        off = ((points - means[group]) ** 2).sum(axis=1)
        centre = np.lexsort([off, group])[np.concatenate([[0], np.cumsum(size)[:-1]])]
    return KDTree(points[centre]).query(points)[1]


def parted_positions(
    blocks: Blocks, layout: Layout, *, arterial: float, river: float, railway: float = 0.0
) -> np.ndarray:
    """Return block positions (n, 2) in which arterial roads, rivers and railways are wide, so that groups end there."""
    across = np.cumsum(arterial * layout.arterial_columns + railway * layout.railways)
    along = np.cumsum(arterial * layout.arterial_rows + river * layout.rivers)
    return np.stack([blocks.i + across[blocks.i], 1.1 * (blocks.j + along[blocks.j])], axis=1)


def connect(blocks: Blocks, group: np.ndarray) -> np.ndarray:
    """Give every piece of a group that is cut off from its largest piece to a neighbouring group."""
    group = group.copy()
    first, second = blocks.beside.T
    for _ in range(8):
        piece = _pieces(blocks, group)
        size = np.bincount(piece)
        order = np.lexsort([-size[piece], group])
        leads = np.ones(len(order), dtype=bool)
        leads[1:] = group[order][1:] != group[order][:-1]
        main = np.empty(int(group.max()) + 1, dtype=int)
        main[group[order][leads]] = piece[order][leads]
        cut_off = piece != main[group]
        if not cut_off.any():
            break
        ways = np.concatenate([np.stack([first, second], axis=1), np.stack([second, first], axis=1)])
        ways = ways[cut_off[ways[:, 0]] & ~cut_off[ways[:, 1]]]
        _, once = np.unique(piece[ways[:, 0]], return_index=True)
        target = np.full(int(piece.max()) + 1, -1)
        target[piece[ways[once, 0]]] = group[ways[once, 1]]
        moves = cut_off & (target[piece] >= 0)
        group[moves] = target[piece[moves]]
    return group


def _pieces(blocks: Blocks, group: np.ndarray) -> np.ndarray:
    first, second = blocks.beside[group[blocks.beside[:, 0]] == group[blocks.beside[:, 1]]].T
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(len(group), len(group)))
    return connected_components(graph, directed=False)[1]


@dataclass(frozen=True, eq=False)
class Sides:
    """The drawn sides of all cells, each without its last point, which is the first of the next.

    ``across`` (columns, rows + 1, STEPS, 2) lie on rows, ``along`` (columns + 1, rows, STEPS, 2) on columns; ``nodes``
    (columns + 1, rows + 1, 2) are the corners.
    """

    across: np.ndarray
    along: np.ndarray
    nodes: np.ndarray


def draw_sides(lattice: Lattice, seeds: Seeds, *, wobble: float) -> Sides:
    """Draw every side once, so that neighbours share it.

    Away from towns the inner points wander, by up to ``wobble`` of the side's length.
    """
    layout = lattice.layout
    rng = seeds.stage("sides")
    steps = np.arange(STEPS) / STEPS
    u, v = (x.astype(float) for x in np.meshgrid(*map(np.arange, (layout.columns + 1, layout.rows + 1)), indexing="ij"))
    nodes = lattice.place(u, v)
    across = lattice.place(u[:-1, :, None] + steps, np.repeat(v[:-1, :, None], STEPS, axis=2))
    along = lattice.place(np.repeat(u[:, :-1, None], STEPS, axis=2), v[:, :-1, None] + steps)
    state = np.pad(layout.state, 1)
    wild = np.maximum(state[1:-1, :-1], state[1:-1, 1:]) < 2
    wild[:, layout.rivers] = False
    _wander(across, nodes[1:] - nodes[:-1], wild, wobble, rng)
    _wander(along, nodes[:, 1:] - nodes[:, :-1], np.maximum(state[:-1, 1:-1], state[1:, 1:-1]) < 2, wobble, rng)
    return Sides(across, along, nodes)


def _wander(sides: np.ndarray, chord: np.ndarray, wild: np.ndarray, wobble: float, rng: np.random.Generator) -> None:
    """Move the inner points of wild sides square to them, in place."""
    square = np.stack([-chord[..., 1], chord[..., 0]], axis=-1) * wild[..., None] * wobble
    sides[:, :, 1:] += rng.uniform(-1, 1, (*wild.shape, STEPS - 1, 1)) * square[:, :, None]


def redrawn(sides: Sides, rng: np.random.Generator, *, by_m: float) -> Sides:
    """Return the sides as another office digitised them: every point off by about ``by_m``."""
    nodes = sides.nodes + rng.normal(0, by_m, sides.nodes.shape)
    across, along = (side + rng.normal(0, by_m, side.shape) for side in (sides.across, sides.along))
    across[:, :, 0], along[:, :, 0] = nodes[:-1], nodes[:, :-1]
    return Sides(across, along, nodes)


def rings(blocks: Blocks, sides: Sides) -> np.ndarray:
    """Return the ground polygon of each block."""
    i, j = blocks.i, blocks.j
    bottom, right = sides.across[i, j], sides.along[i + 1, j]
    top = np.concatenate([sides.nodes[i + 1, j + 1][:, None], sides.across[i, j + 1][:, :0:-1]], axis=1)
    left = np.concatenate([sides.nodes[i, j + 1][:, None], sides.along[i, j][:, :0:-1]], axis=1)
    return shapely.polygons(np.concatenate([bottom, right, top, left], axis=1))


def areas(polygons: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    """Return the union of each group's blocks, in the order of the groups; a group of -1 is left out."""
    known = np.flatnonzero(group >= 0)
    order = known[np.argsort(group[known], kind="stable")]
    parts = shapely.geometrycollections(polygons[order], indices=group[order])
    found = np.full(count, None, dtype=object)
    found[np.unique(group[order])] = shapely.coverage_union_all(parts[:, None], axis=1)
    return found
