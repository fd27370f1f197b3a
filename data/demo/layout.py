"""Where the town lies on its lattice: towns, rivers, arterial lines, and which cells are urban, rural or outside.

Everything here is in lattice units: the cell (i, j) is the square between the lines u = i, i + 1 and v = j, j + 1.
`data.demo.lattice` turns lattice units into metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from data.demo.seeds import Seeds, ripple

URBAN_CELLS = 6.0
"""Cells an urban community, on average."""
RURAL_CELLS = 6.8
"""Cells a village, on average (they are larger: the lattice stretches outside the towns)."""
RURAL_SHARE = 0.26
COMMUNITIES_A_TOWN = 150
ROOM = 2.1
"""The lattice's size to the jurisdiction's, so that its outline is free."""
RIVER_EVERY = 38
RAILWAY_EVERY = 61


@dataclass(frozen=True, eq=False)
class Layout:
    """The town in lattice units.

    Parameters
    ----------
    columns, rows
        The size of the lattice, in cells.
    towns
        (t, 2) town centres; ``radius`` (t,) the radius of each one's urban part, ``reach`` (t,) how far it makes the
        lattice narrower.
    state
        (columns, rows): 0 outside the jurisdiction, 1 rural, 2 urban.
    villages
        How many of the communities are villages.
    arterial_columns, arterial_rows, rivers, railways
        bool by line: (columns + 1,) or (rows + 1,). Rivers follow rows, railways columns.
    """

    columns: int
    rows: int
    towns: np.ndarray
    radius: np.ndarray
    reach: np.ndarray
    state: np.ndarray
    villages: int
    arterial_columns: np.ndarray
    arterial_rows: np.ndarray
    rivers: np.ndarray
    railways: np.ndarray


def lay_out(seeds: Seeds) -> Layout:
    """Draw the layout of a jurisdiction with so many communities."""
    villages = round(RURAL_SHARE * seeds.communities) if seeds.communities >= 5 else 0
    urban_cells = round(URBAN_CELLS * (seeds.communities - villages))
    rural_cells = round(RURAL_CELLS * villages)
    columns, rows = _size(urban_cells + rural_cells)
    towns, radius, reach = _towns(seeds, columns, rows, urban_cells)
    state = _states(seeds, columns, rows, towns, radius, urban_cells, rural_cells)
    rivers = _every(rows, RIVER_EVERY, 0.41, seeds.stage("rivers"))
    railways = _every(columns, RAILWAY_EVERY, 0.73, seeds.stage("railways")) & (columns >= 9)
    rng = seeds.stage("arterials")
    arterial_columns = _arterials(columns, rng) & ~_near(railways, 1)
    arterial_rows = _arterials(rows, rng) & ~_near(rivers, 1)
    return Layout(
        columns,
        rows,
        towns,
        radius,
        reach,
        state,
        villages,
        arterial_columns,
        arterial_rows,
        rivers,
        railways,
    )


def _size(cells: int) -> tuple[int, int]:
    """Return a box of about 5:4 that holds a noisy disk of so many cells."""
    columns = int(np.ceil(np.sqrt(1.25 * ROOM * cells)))
    return columns, int(np.ceil(ROOM * cells / columns))


def _towns(seeds: Seeds, columns: int, rows: int, urban: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scatter town centres over the middle of the box, and say how large each is."""
    rng = seeds.stage("towns")
    count = max(1, round(seeds.communities / COMMUNITIES_A_TOWN))
    radius = np.sqrt(urban / count / np.pi)
    middle = np.array([columns, rows]) / 2
    if count == 1:
        return middle[None], np.array([radius]), np.array([2.3 * radius])
    wide = int(np.ceil(np.sqrt(1.25 * count)))
    high = int(np.ceil(count / wide))
    i, j = np.meshgrid(np.arange(wide), np.arange(high), indexing="ij")
    tile = np.array([columns / wide, rows / high]) / np.sqrt(ROOM)
    offset = np.stack([i.ravel() - (wide - 1) / 2, j.ravel() - (high - 1) / 2], axis=1)
    offset += rng.uniform(-0.2, 0.2, offset.shape)
    order = np.argsort(np.hypot(*(offset / [wide, high]).T), kind="stable")[:count]
    centres = middle + (offset[order] - offset[order].mean(axis=0)) * tile
    apart, _ = KDTree(centres).query(centres, k=2)
    radii = radius * np.clip(rng.lognormal(0, 0.22, count), 0.65, 1.5)
    return centres, radii, 0.5 * apart[:, 1]


def _states(
    seeds: Seeds, columns: int, rows: int, towns: np.ndarray, radius: np.ndarray, urban: int, rural: int
) -> np.ndarray:
    """Rank the cells by a noisy distance to their town: first the urban ones, then the rural, most on one side."""
    i, j = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5, indexing="ij")
    cells = np.stack([i.ravel(), j.ravel()], axis=1)
    _, near = KDTree(towns).query(cells, k=min(4, len(towns)))
    near = near.reshape(len(cells), -1)
    away = np.linalg.norm(cells[:, None] - towns[near], axis=2) / radius[near]
    rng = seeds.stage("outline")
    bumps = 0.12 * ripple(cells, rng, wavelength=1.3 * float(radius.mean()))
    in_town = _rank(away.min(axis=1) + bumps) < urban
    heading = rng.uniform(0, 2 * np.pi)
    lean = (cells - [columns / 2, rows / 2]) @ [np.cos(heading), np.sin(heading)] / np.hypot(columns, rows)
    score = bumps - np.log(np.exp(-3 * away).sum(axis=1)) / 3 - 1.4 * lean
    score[in_town] = -np.inf
    for more in (1.0, 1.15, 1.3, 1.6, 2.0):
        inside = _one_piece((_rank(score) < urban + more * rural).reshape(columns, rows))
        if inside.ravel()[in_town].mean() > 0.97:
            break
    return np.where(inside, np.where(in_town.reshape(columns, rows), 2, 1), 0)


def _rank(score: np.ndarray) -> np.ndarray:
    rank = np.empty(len(score), dtype=int)
    rank[np.argsort(score, kind="stable")] = np.arange(len(score))
    return rank


def _one_piece(mask: np.ndarray) -> np.ndarray:
    """Keep the largest connected part, without holes."""
    parts, count = ndimage.label(mask)
    largest = 1 + int(np.argmax(np.bincount(parts.ravel(), minlength=count + 1)[1:]))
    return ndimage.binary_fill_holes(parts == largest)


def _every(cells: int, step: int, first: float, rng: np.random.Generator) -> np.ndarray:
    """Mark a line about every ``step`` lines, the first at this share of the first stretch."""
    lines = np.zeros(cells + 1, dtype=bool)
    at = np.arange(round(first * min(step, cells)), cells, step)
    at[1:] += rng.integers(-step // 5, step // 5, max(0, len(at) - 1), endpoint=True)
    lines[np.clip(at, 1, cells - 1)] = cells >= 3
    return lines


def _near(lines: np.ndarray, distance: int) -> np.ndarray:
    return ndimage.binary_dilation(lines, iterations=distance)


def _arterials(cells: int, rng: np.random.Generator) -> np.ndarray:
    """Mark an arterial line every three to five lines."""
    at = rng.integers(1, 3, endpoint=True) + np.cumsum(rng.choice([3, 4, 4, 5], cells))
    lines = np.zeros(cells + 1, dtype=bool)
    lines[at[at < cells]] = True
    return lines
