"""Lots: the pieces of a block between streets, lanes and borders, on which compounds and courtyards stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.demo.blocks import Blocks
from data.demo.lattice import Lattice
from data.demo.layout import Layout
from data.demo.seeds import Seeds

SETBACK_M = {"street": 11.0, "arterial": 24.0, "river": 64.0, "railway": 34.0}
"""From the centre line of what a lot looks on to its wall."""
WEST, SOUTH, EAST, NORTH = range(4)
SMALLEST_M = 32.0
MERGED_SHARE = 0.16
SPLIT_SHARE = (0.60, 0.17, 0.15, 0.08)
"""Of the single blocks: left whole, split across, split along, split in three."""
WALLED, OVER, ACROSS = 0.08, 0.05, 0.018
"""Of the lot sides on a community border without a main road: the wall stands 0.3–1.5 m inside the border, 2–4 m over
it, or 30–55 m beyond it."""


HAMLETS_A_BLOCK = (0.42, 0.46, 0.12)
RECT = ["u0", "v0", "u1", "v1"]
WALLS = ["west", "south", "east", "north"]
Rect = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Lots:
    """The lots, and the block sides on which no street runs because a wall or a merged block is in the way.

    Parameters
    ----------
    table
        ``block``, ``community``, ``rural``, ``u0 v0 u1 v1`` (the walls, in lattice units), ``width_m``, ``depth_m``,
        ``merged`` (of two blocks), ``pair`` (two lots with one number stand ``gap_m`` apart; -1: none) and ``border``
        (`walled`, `over`, `across`, or empty: how its wall stands to the community border).
    closed_across, closed_along
        bool by block side, shaped as in `data.demo.blocks.Sides`.
    """

    table: pd.DataFrame
    closed_across: np.ndarray
    closed_along: np.ndarray


def make_lots(blocks: Blocks, layout: Layout, lattice: Lattice, group: np.ndarray, seeds: Seeds) -> Lots:
    """Divide the blocks into lots: town lots behind streets, hamlets loose in the fields."""
    rng = seeds.stage("lots")
    pairs, above = _merged(blocks, layout, group, rng)
    single = np.ones(len(blocks), dtype=bool)
    single[pairs.ravel()] = False
    lots = pd.concat([_joined(blocks, pairs, above), _split(blocks, single & blocks.urban, rng)], ignore_index=True)
    sides = _border_sides(lots, blocks, layout, group)
    chosen, vacated = _meddled(lots, sides, rng)
    _set_back(lots, layout, rng)
    for border, nearest_m, farthest_m in (("walled", 0.3, 1.5), ("over", -4, -2), ("across", -55, -30)):
        rows = chosen[chosen["border"] == border]
        lots.loc[rows["lot"], "border"] = border
        for side, wall in enumerate(WALLS):
            here = rows.loc[rows["side"] == side, "lot"]
            lots.loc[here, wall] = rng.uniform(nearest_m, farthest_m, len(here))
    closed_across, closed_along = _closed(blocks, layout, pairs, above, lots, chosen)
    town = _behind_walls(lots[~lots["block"].isin(vacated)], lattice)
    table = pd.concat([town, _hamlets(blocks, lattice, rng)], ignore_index=True)
    table["rural"] = ~blocks.urban[table["block"]]
    table["community"] = group[table["block"]]
    return Lots(table.drop(columns=WALLS), closed_across, closed_along)


def _merged(
    blocks: Blocks, layout: Layout, group: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Choose pairs of neighbouring town blocks of one community that are built on as one."""
    first, second = blocks.beside.T
    main = np.where(
        blocks.above,
        (layout.arterial_rows | layout.rivers)[blocks.j[second]],
        (layout.arterial_columns | layout.railways)[blocks.i[second]],
    )
    fit = blocks.urban[first] & blocks.urban[second] & (group[first] == group[second]) & ~main
    draw = np.where(fit & (rng.random(len(fit)) < MERGED_SHARE), rng.random(len(fit)), -1.0)
    best = np.zeros(len(blocks))
    np.maximum.at(best, first, draw)
    np.maximum.at(best, second, draw)
    taken = (draw > 0) & (draw == best[first]) & (draw == best[second])
    return blocks.beside[taken], blocks.above[taken]


def _lot_rows(block: np.ndarray, rect: Rect, **walls: np.ndarray) -> pd.DataFrame:
    """Return lots between lines of the lattice; walls without a setback yet are missing."""
    rows = pd.DataFrame(dict(zip(RECT, (np.asarray(side, dtype=float) for side in rect), strict=True)))
    rows.insert(0, "block", block)
    for wall in WALLS:
        rows[wall] = walls.get(wall, np.nan)
    rows["merged"], rows["pair"], rows["gap_m"], rows["border"] = False, -1, np.nan, ""
    return rows


def _joined(blocks: Blocks, pairs: np.ndarray, above: np.ndarray) -> pd.DataFrame:
    first, second = pairs.T
    i, j = blocks.i, blocks.j
    rows = _lot_rows(first, (i[first], j[first], i[second] + 1, j[second] + 1))
    return rows.assign(merged=True)


def _split(blocks: Blocks, chosen: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Leave single blocks whole, or divide them in two or three by lanes and shared walls."""
    block = np.flatnonzero(chosen)
    way = rng.choice(4, len(block), p=SPLIT_SHARE)
    i, j = blocks.i[block], blocks.j[block]
    u, v = i + rng.uniform(0.38, 0.62, len(block)), j + rng.uniform(0.38, 0.62, len(block))
    gap, lane = _gaps(len(block), rng), np.full(len(block), 5.0)
    whole, across, along, three = (np.flatnonzero(way == kind) for kind in range(4))

    def rows(at: np.ndarray, rect: Rect, pair: np.ndarray | int = -1, **gaps: np.ndarray) -> pd.DataFrame:
        half = {wall: gap_m[at] / 2 for wall, gap_m in gaps.items()}
        made = _lot_rows(block[at], tuple(side[at] for side in rect), **half)
        return made.assign(pair=pair, gap_m=gap[at] if np.ndim(pair) else np.nan)

    parts = [
        rows(whole, (i, j, i + 1, j + 1)),
        rows(across, (i, j, u, j + 1), across, east=gap),
        rows(across, (u, j, i + 1, j + 1), across, west=gap),
        rows(along, (i, j, i + 1, v), along, north=gap),
        rows(along, (i, v, i + 1, j + 1), along, south=gap),
        rows(three, (i, j, u, j + 1), east=2 * lane),
        rows(three, (u, j, i + 1, v), three, west=2 * lane, north=gap),
        rows(three, (u, v, i + 1, j + 1), three, west=2 * lane, south=gap),
    ]
    return pd.concat(parts, ignore_index=True)


def _gaps(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what is left between two lots: a lane, a sliver of 0.3–1.5 m, or an overlap of 0.5–8 m."""
    lane, sliver, overlap = rng.uniform(7, 14, count), rng.uniform(0.3, 1.5, count), -rng.uniform(0.5, 8, count)
    kind = rng.permutation(count) / max(count, 1)
    return np.select([kind < 0.06, kind < 0.24], [overlap, sliver], lane)


def _set_back(lots: pd.DataFrame, layout: Layout, rng: np.random.Generator) -> None:
    """Fill in the setback of every wall that looks on to a street, an arterial road, a railway or a river."""
    columns = np.where(layout.arterial_columns, SETBACK_M["arterial"], SETBACK_M["street"])
    columns = np.where(layout.railways, SETBACK_M["railway"], columns)
    rows = np.where(layout.arterial_rows, SETBACK_M["arterial"], SETBACK_M["street"])
    rows = np.where(layout.rivers, SETBACK_M["river"], rows)
    for wall, line, setback in zip(WALLS, RECT, (columns, rows, columns, rows), strict=True):
        from_line = setback[lots[line].round().astype(int)] + rng.uniform(0, 5, len(lots))
        lots[wall] = lots[wall].fillna(pd.Series(from_line, index=lots.index))


def _border_sides(lots: pd.DataFrame, blocks: Blocks, layout: Layout, group: np.ndarray) -> pd.DataFrame:
    """List the lot sides that lie on a community border without a main road, river or railway."""
    at = np.pad(blocks.at, 1, constant_values=-1)
    plain_column = ~(layout.arterial_columns | layout.railways)
    plain_row = ~(layout.arterial_rows | layout.rivers)
    block = lots["block"].to_numpy()
    i, j = blocks.i[block], blocks.j[block]
    found = []
    for side, (line, plain, di, dj) in enumerate(
        zip(RECT, (plain_column, plain_row) * 2, (-1, 0, 1, 0), (0, -1, 0, 1), strict=True)
    ):
        position = lots[line].to_numpy()
        whole = position == np.round(position)
        across = at[i + 1 + di, j + 1 + dj]
        fit = whole & plain[np.round(position).astype(int)] & (across >= 0) & ~lots["merged"].to_numpy()
        fit &= blocks.urban[across] & (group[across] != group[block])
        here = np.flatnonzero(fit)
        found.append(pd.DataFrame({"lot": here, "side": side, "block": block[here], "across": across[here]}))
    return pd.concat(found, ignore_index=True)


def _meddled(lots: pd.DataFrame, sides: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Choose the lots whose wall stands on, over, or far beyond the community border, and the blocks these take."""
    sides = sides.iloc[rng.permutation(len(sides))].drop_duplicates("lot")
    least = 2 if len(sides) >= 16 else 0
    far = sides.iloc[: max(least, round(ACROSS * len(sides)))].drop_duplicates("across")
    far = far[~far["block"].isin(far["across"])].assign(border="across")
    taken = far["across"].to_numpy()
    rest = sides[~sides["lot"].isin(far["lot"]) & ~sides["block"].isin(taken)]
    over = max(least, round(OVER * len(rest)))
    walled = max(least, round(WALLED * len(rest)))
    near = rest.iloc[: over + walled].assign(border=np.repeat(["over", "walled"], [over, walled])[: len(rest)])
    return pd.concat([far, near], ignore_index=True), taken


def _closed(
    blocks: Blocks, layout: Layout, pairs: np.ndarray, above: np.ndarray, lots: pd.DataFrame, chosen: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Mark the block sides without a street."""
    across = np.zeros((layout.columns, layout.rows + 1), dtype=bool)
    along = np.zeros((layout.columns + 1, layout.rows), dtype=bool)
    right, upper = pairs[~above, 1], pairs[above, 1]
    along[blocks.i[right], blocks.j[right]] = True
    across[blocks.i[upper], blocks.j[upper]] = True
    i, j, side = blocks.i[chosen["block"]], blocks.j[chosen["block"]], chosen["side"].to_numpy()
    level = side % 2 == 1
    along[(i + (side == EAST))[~level], j[~level]] = True
    across[i[level], (j + (side == NORTH))[level]] = True
    return across, along


def _behind_walls(lots: pd.DataFrame, lattice: Lattice) -> pd.DataFrame:
    """Shrink the lots to their walls; drop those that have become too narrow to build on."""
    middle_u, middle_v = (lots["u0"] + lots["u1"]) / 2, (lots["v0"] + lots["v1"]) / 2
    across, along = lattice.scale(middle_u.to_numpy(), middle_v.to_numpy())
    lots = lots.assign(
        u0=lots["u0"] + lots["west"] / across,
        u1=lots["u1"] - lots["east"] / across,
        v0=lots["v0"] + lots["south"] / along,
        v1=lots["v1"] - lots["north"] / along,
    )
    lots["width_m"], lots["depth_m"] = (lots["u1"] - lots["u0"]) * across, (lots["v1"] - lots["v0"]) * along
    return lots[(lots["width_m"] > SMALLEST_M) & (lots["depth_m"] > SMALLEST_M)]


def _hamlets(blocks: Blocks, lattice: Lattice, rng: np.random.Generator) -> pd.DataFrame:
    """Put no, one or two lots of 90–200 m into each block of the country, none in the river."""
    country = np.flatnonzero(~blocks.urban)
    block = np.repeat(country, rng.choice(3, len(country), p=HAMLETS_A_BLOCK))
    second = np.concatenate([[False], block[1:] == block[:-1]]) if len(block) else np.zeros(0, dtype=bool)
    paired = second | np.concatenate([second[1:], [False]]) if len(block) else second
    u, v = rng.uniform(0.34, 0.66, (2, len(block)))
    v = np.where(paired, np.where(second, 0.75, 0.25), v)
    across, along = lattice.scale(blocks.i[block] + u, blocks.j[block] + v)
    width = np.minimum(rng.uniform(90, 200, len(block)), 0.6 * across)
    depth = np.minimum(rng.uniform(90, 170, len(block)), np.where(paired, 0.38, 0.6) * along)
    u, v = blocks.i[block] + u, blocks.j[block] + v
    half_u, half_v = width / across / 2, depth / along / 2
    for line, side in ((0, 1), (1, -1)):
        bank = blocks.j[block] + line + side * SETBACK_M["river"] / along
        wet = lattice.layout.rivers[blocks.j[block] + line] & (side * (v - bank) < half_v)
        v = np.where(wet, bank + side * half_v, v)
    rows = _lot_rows(block, (u - half_u, v - half_v, u + half_u, v + half_v))
    return rows.assign(width_m=width, depth_m=depth)
