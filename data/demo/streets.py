"""Streets, the river and the railway, as lines that follow the lattice."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import ndimage

from data.demo import names
from data.demo.blocks import STEPS, Sides
from data.demo.lattice import CRS, Lattice
from data.demo.layout import Layout
from data.demo.lots import Lots
from data.demo.seeds import Seeds

BANK_M = 42.0
"""From the middle of a river to the street along its bank."""
COUNTRY_ROADS = 0.35
"""Of the block sides in the country away from main roads, those with a road; of the outline in town, twice as many."""
BRIDGES = 0.3
"""Of the ordinary streets that meet a river, those that cross it."""
WIDTH_M = {"arterial": 36.0, "street": 16.0, "river": 76.0, "railway": 20.0}


@dataclass(frozen=True, eq=False)
class Runs:
    """Points of lines: ``line`` (of the lattice), ``run`` (a stretch without a break), ``at``, ``x``, ``y``."""

    table: pd.DataFrame

    @property
    def lines(self) -> tuple[np.ndarray, np.ndarray]:
        """The line of each run, and its geometry."""
        ordered = self.table.sort_values(["run", "at"], kind="stable")
        run, first = np.unique(ordered["run"].to_numpy(), return_index=True)
        code = np.searchsorted(run, ordered["run"].to_numpy())
        return ordered["line"].to_numpy()[first], shapely.linestrings(ordered[["x", "y"]].to_numpy(), indices=code)


def make_roads(lattice: Lattice, sides: Sides, lots: Lots, seeds: Seeds) -> gpd.GeoDataFrame:
    """Return the streets: ``name``, ``kind`` (`arterial`, `street`), ``width_m``; one vertex where two meet."""
    rng = seeds.stage("roads")
    layout = lattice.layout
    across, along = _with_street(layout, lots, rng)
    rows = _runs(across.T, np.swapaxes(sides.across, 0, 1), np.swapaxes(sides.nodes, 0, 1))
    bridged = layout.arterial_columns | (rng.random(layout.columns + 1) < BRIDGES)
    columns = _runs(along, sides.along, sides.nodes, breaks=layout.rivers[None, :] & ~bridged[:, None])
    columns = _at_the_river(columns, lattice, bridged)
    rows, columns = _named(rows, layout.arterial_rows, "路"), _named(columns, layout.arterial_columns, "街")
    parts = [rows, columns, *_banks(lattice)]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=CRS)


def make_barriers(lattice: Lattice, sides: Sides, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what a grid should not cross: rivers, railways and arterial roads (``name``, ``kind``, ``width_m``)."""
    layout = lattice.layout
    inside = np.pad(layout.state > 0, 1)
    wet = (inside[1:-1, :-1] | inside[1:-1, 1:]) & layout.rivers[None, :]
    wet = ndimage.binary_dilation(wet, np.array([[1], [1], [1]])) & layout.rivers[None, :]
    railed = (inside[:-1, 1:-1] | inside[1:, 1:-1]) & layout.railways[:, None]
    railed = ndimage.binary_dilation(railed, np.array([[1, 1, 1]])) & layout.railways[:, None]
    parts = []
    rivers, lines = _runs(wet.T, np.swapaxes(sides.across, 0, 1), np.swapaxes(sides.nodes, 0, 1)).lines
    number = np.cumsum(layout.rivers)[rivers] - 1
    parts.append(_rows(np.array(names.RIVERS, dtype=object)[number % len(names.RIVERS)], "river", lines))
    railways, lines = _runs(railed, sides.along, sides.nodes).lines
    parts.append(_rows(np.full(len(railways), "滇东铁路", dtype=object), "railway", lines))
    parts.append(roads[roads["kind"] == "arterial"])
    return gpd.GeoDataFrame(pd.concat([part for part in parts if len(part)], ignore_index=True), crs=CRS)


def _with_street(layout: Layout, lots: Lots, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Say which block sides have a street."""
    state = np.pad(layout.state, 1)
    pairs = ((state[1:-1, :-1], state[1:-1, 1:]), (state[:-1, 1:-1], state[1:, 1:-1]))
    found = []
    for (one, other), arterial, closed in zip(
        pairs,
        (layout.arterial_rows[None, :], layout.arterial_columns[:, None]),
        (lots.closed_across, lots.closed_along),
        strict=True,
    ):
        chance = COUNTRY_ROADS * np.select([(one == 2) & (other == 2), (one == 2) | (other == 2)], [3, 2], 1)
        chance = np.where(np.minimum(one, other) == 0, 0.6 * (np.maximum(one, other) == 2), chance)
        street = (rng.random(one.shape) < chance) | arterial
        found.append(street & (np.maximum(one, other) > 0) & ~closed)
    found[0][:, layout.rivers] = False
    found[1][layout.railways] = False
    return found[0], found[1]


def _runs(present: np.ndarray, sides: np.ndarray, nodes: np.ndarray, *, breaks: np.ndarray | None = None) -> Runs:
    """Join the present sides (lines, steps) of each line into runs; a run also ends at ``breaks`` (lines, nodes)."""
    starts = present.copy()
    starts[:, 1:] &= ~present[:, :-1]
    if breaks is not None:
        starts |= present & breaks[:, :-1]
    line, step = np.nonzero(present)
    run = np.cumsum(starts.ravel()).reshape(present.shape)[line, step]
    last = np.ones(len(run), dtype=bool)
    last[:-1] = run[1:] != run[:-1]
    at = step[:, None] + np.arange(STEPS) / STEPS
    points = np.concatenate([sides[line, step].reshape(-1, 2), nodes[line[last], step[last] + 1]])
    table = pd.DataFrame(
        {
            "line": np.concatenate([np.repeat(line, STEPS), line[last]]),
            "run": np.concatenate([np.repeat(run, STEPS), run[last]]),
            "at": np.concatenate([at.ravel(), step[last] + 1.0]),
            "x": points[:, 0],
            "y": points[:, 1],
        }
    )
    return Runs(table)


def _bank(lattice: Lattice, u: np.ndarray, river: np.ndarray, side: int) -> np.ndarray:
    """Return the v of the bank (side -1 south, +1 north) of rivers at u."""
    _, along = lattice.scale(u, river.astype(float))
    return river + side * BANK_M / along


def _at_the_river(runs: Runs, lattice: Lattice, bridged: np.ndarray) -> Runs:
    """End streets at the bank unless there is a bridge; where there is, let them meet the bank's street."""
    table = runs.table
    wet = lattice.layout.rivers[np.round(table["at"]).astype(int)] & (table["at"] == np.round(table["at"]))
    ends = table[wet]
    extent = table.groupby("run")["at"].agg(["min", "max"])
    added = [table[~(wet & ~bridged[table["line"]])]]
    for side, bound in ((-1, "min"), (1, "max")):
        goes_on = (ends["at"].to_numpy() - extent.loc[ends["run"], bound].to_numpy()) * side < 0
        here = ends[goes_on].copy()
        u, river = here["line"].to_numpy(float), here["at"].to_numpy()
        here["at"] = _bank(lattice, u, river, side)
        here[["x", "y"]] = lattice.place(u, here["at"].to_numpy())
        added.append(here)
    return Runs(pd.concat(added, ignore_index=True))


def _banks(lattice: Lattice) -> list[gpd.GeoDataFrame]:
    """Return the streets along both banks of each river in town."""
    layout = lattice.layout
    town = np.pad(layout.state == 2, 1)
    parts = []
    for number, river in enumerate(np.flatnonzero(layout.rivers)):
        for side, name in ((-1, "南"), (1, "北")):
            beside = town[1:-1, river + (side > 0)]
            steps = np.flatnonzero(beside)
            if not len(steps):
                continue
            run = np.cumsum(np.diff(steps, prepend=-2) > 1)
            u = (steps[:, None] + np.arange(STEPS + 1) / STEPS).ravel()
            keep = np.ones((len(steps), STEPS + 1), dtype=bool)
            keep[:-1, -1] = run[1:] != run[:-1]
            u, code = u[keep.ravel()], np.repeat(run - 1, STEPS + 1)[keep.ravel()]
            ground = lattice.place(u, _bank(lattice, u, np.full(len(u), river), side))
            lines = shapely.linestrings(ground, indices=code)
            label = names.RIVERS[number % len(names.RIVERS)][:-1] + name + "路"
            parts.append(_rows(np.full(len(lines), label, dtype=object), "street", lines))
    return parts


def _named(runs: Runs, arterial: np.ndarray, ending: str) -> gpd.GeoDataFrame:
    """Name the streets of one direction by their lattice line."""
    line, lines = runs.lines
    pool = np.array(names.STREET_NAMES, dtype=object)
    kind = np.where(arterial[line], "arterial", "street")
    end = np.where(arterial[line] & (ending == "街"), "大道", ending).astype(object)
    return _rows(pool[(line * 5 + len(ending) + (ending == "街") * 7) % len(pool)] + end, kind, lines)


def _rows(name: np.ndarray, kind: str | np.ndarray, lines: np.ndarray) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame({"name": name, "kind": kind}, geometry=lines, crs=CRS)
    return table.assign(width_m=table["kind"].map(WIDTH_M).astype(float))
