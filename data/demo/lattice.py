"""The lattice in metres: one smooth map from lattice units (u, v) to the ground.

Streets, blocks, compounds and borders are all drawn in lattice units and placed by the same map, so that what should
match does match, and everything bends together with the town.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from data.demo.layout import Layout
from data.demo.seeds import Seeds

CRS = "EPSG:4522"
"""CGCS2000 / 3-degree Gauss-Krüger zone 34 (102° E): what the town is drawn and measured in."""
ORIGIN = (34_540_000.0, 2_770_000.0)
COUNTRY_M = (540.0, 340.0)
"""Side of a cell in the open country, around a single town and among several."""
TOWN_M = 232.0
"""Side of a cell in the middle of a town."""
CORNER = 0.2
"""How far the outline's corners are cut, in cells."""
WAVES_M = ((2_300.0, 40.0), (3_700.0, 80.0), (6_100.0, 120.0), (23_000.0, 700.0))
"""Wavelength and amplitude of the bends; their slopes sum to less than one, so that the map never folds."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """A layout with the shape of its lines; see `place`."""

    layout: Layout
    lines_u: np.ndarray
    lines_v: np.ndarray
    offsets: np.ndarray
    meander: np.ndarray
    waves: np.ndarray
    turn: float

    def place(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Return the ground coordinates, (…, 2) metres in `CRS`, of lattice positions of any one shape."""
        plane = np.stack([_between(self.lines_u, u), _between(self.lines_v, v)], axis=-1) + self._jitter(u, v)
        plane[..., 1] += self._river_bends(plane[..., 0], v)
        ground = self._bend(self._narrow(plane))
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return ground @ np.array([[cos, sin], [-sin, cos]]) + ORIGIN

    def scale(self, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the metres on the ground of one lattice unit across (u) and along (v) at each position."""
        across = self.place(u + 0.25, v) - self.place(u - 0.25, v)
        along = self.place(u, v + 0.25) - self.place(u, v - 0.25)
        return 2 * np.hypot(*np.moveaxis(across, -1, 0)), 2 * np.hypot(*np.moveaxis(along, -1, 0))

    def _jitter(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Interpolate the offsets of the four nodes around each position."""
        i = np.clip(np.floor(u).astype(int), 0, self.layout.columns - 1)
        j = np.clip(np.floor(v).astype(int), 0, self.layout.rows - 1)
        s, t = np.clip(u - i, 0, 1)[..., None], np.clip(v - j, 0, 1)[..., None]
        low = (1 - s) * self.offsets[i, j] + s * self.offsets[i + 1, j]
        high = (1 - s) * self.offsets[i, j + 1] + s * self.offsets[i + 1, j + 1]
        return (1 - t) * low + t * high

    def _river_bends(self, x: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Push the rows near a river into its meanders."""
        rivers = np.flatnonzero(self.layout.rivers)
        if not len(rivers):
            return np.zeros_like(x)
        nearest = np.abs(np.asarray(v)[..., None] - rivers).argmin(axis=-1)
        away = np.asarray(v) - rivers[nearest]
        amplitude, number, phase = self.meander[:, nearest]
        bend = np.sin(number * x + phase) + 0.35 * np.sin(2.3 * number * x + 2 * phase)
        return amplitude * bend * np.exp(-((away / 2.6) ** 2))

    def _narrow(self, plane: np.ndarray) -> np.ndarray:
        """Turn cells into metres, with the lattice drawn together around the town each position is nearest to."""
        centres = plane_of(self.lines_u, self.lines_v, self.layout.towns)
        away, town = KDTree(centres).query(plane)
        reach = self.layout.reach[town]
        start = 0.42 * reach
        share = np.clip((away - start) / (reach - start), 0, 1)
        country_m = COUNTRY_M[len(centres) > 1]
        pull = (1 - TOWN_M / country_m) * (1 - share * share * (3 - 2 * share))
        return country_m * (plane - pull[..., None] * (plane - centres[town]))

    def _bend(self, ground: np.ndarray) -> np.ndarray:
        """Add the sines that curve the streets, each square to its heading."""
        moved = ground.copy()
        for amplitude, number, heading, phase in self.waves:
            cos, sin = np.cos(heading), np.sin(heading)
            shift = amplitude * np.sin(number * (ground[..., 0] * cos + ground[..., 1] * sin) + phase)
            moved[..., 0] -= shift * sin
            moved[..., 1] += shift * cos
        return moved


def plane_of(lines_u: np.ndarray, lines_v: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return where lattice points (n, 2) lie between unevenly spaced lines."""
    return np.stack([_between(lines_u, points[:, 0]), _between(lines_v, points[:, 1])], axis=-1)


def make_lattice(layout: Layout, seeds: Seeds) -> Lattice:
    """Draw the lines' spacing, their irregularities, the river's meanders and the town's bends."""
    rng = seeds.stage("lattice")
    rivers = int(layout.rivers.sum())
    meander = np.stack(
        [rng.uniform(0.42, 0.62, rivers), 2 * np.pi / rng.uniform(8, 11, rivers), rng.uniform(0, 2 * np.pi, rivers)]
    )
    length, amplitude = np.array(WAVES_M).T
    heading = rng.uniform(0, np.pi, len(length))
    number = 2 * np.pi / (length * rng.uniform(0.9, 1.2, len(length)))
    waves = np.stack([amplitude, number, heading, rng.uniform(0, 2 * np.pi, len(length))], axis=1)
    lines_u, lines_v = _lines(layout.columns, rng), _lines(layout.rows, rng)
    return Lattice(
        layout=layout,
        lines_u=lines_u,
        lines_v=lines_v,
        offsets=_settled(_offsets(layout, rng), lines_u, lines_v),
        meander=meander,
        waves=waves,
        turn=float(rng.uniform(0.08, 0.3) * rng.choice([-1, 1])),
    )


def _lines(cells: int, rng: np.random.Generator) -> np.ndarray:
    """Return the positions of unevenly spaced lines around zero, one unit apart on average."""
    gaps = np.clip(rng.lognormal(0, 0.24, cells), 0.66, 1.7)
    lines = np.concatenate([[0], np.cumsum(gaps / gaps.mean())])
    return lines - cells / 2


def _between(lines: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Interpolate between lines; beyond the last ones, go on by whole cells."""
    position = np.asarray(position, dtype=float)
    last = len(lines) - 1
    beyond = np.minimum(position, 0) + np.maximum(position - last, 0)
    return np.interp(position, np.arange(last + 1), lines) + beyond


def _offsets(layout: Layout, rng: np.random.Generator) -> np.ndarray:
    """Return how far each node is off its lines: little in town, more in the country, and the outline's corners cut."""
    state = np.pad(layout.state, 1)
    around = np.stack([state[:-1, :-1], state[1:, :-1], state[:-1, 1:], state[1:, 1:]])
    loose = np.where((around == 2).any(axis=0), 0.05, 0.15)[..., None]
    offsets = np.clip(rng.normal(0, 1, (*loose.shape[:2], 2)), -1.5, 1.5) * loose
    offsets[layout.arterial_columns, :, 0] *= 0.3
    offsets[:, layout.arterial_rows, 1] *= 0.3
    towards = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)])
    inside = around > 0
    count = inside.sum(axis=0)[..., None]
    inward = np.moveaxis(np.tensordot(towards.T, inside.astype(float), axes=(1, 0)), 0, -1)
    return offsets + CORNER * (np.where(count == 1, inward, 0) - np.where(count == 3, inward, 0))


def _settled(offsets: np.ndarray, lines_u: np.ndarray, lines_v: np.ndarray) -> np.ndarray:
    """Pull nodes back to their lines wherever a cell would come out too sharp, or folded."""
    lines = np.stack(np.meshgrid(lines_u, lines_v, indexing="ij"), axis=-1)
    for _ in range(6):
        node = lines + offsets
        corners = np.stack([node[:-1, :-1], node[1:, :-1], node[1:, 1:], node[:-1, 1:]])
        ahead, behind = np.roll(corners, -1, axis=0) - corners, np.roll(corners, 1, axis=0) - corners
        turn = (ahead[..., 0] * behind[..., 1] - ahead[..., 1] * behind[..., 0]).min(axis=0)
        sharp = np.pad(turn < 0.25, 1)
        touched = sharp[:-1, :-1] | sharp[1:, :-1] | sharp[:-1, 1:] | sharp[1:, 1:]
        offsets = np.where(touched[..., None], 0.5 * offsets, offsets)
    return offsets
