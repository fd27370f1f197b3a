"""Outlines of compounds and courtyards: a few plans in the unit square, fitted into lots and placed on the ground."""

from __future__ import annotations

import numpy as np
import shapely

from data.demo.lattice import Lattice

SLAB, CUT, ELL, NOTCHED, PARK = range(5)
"""Plans: a rectangle, one with a corner cut, an L, one with two corners cut, and a park's rounded outline."""
POINTS_A_SIDE = {SLAB: 5, CUT: 4, ELL: 4, NOTCHED: 4}
PARK_POINTS = 26


def outlines(
    lattice: Lattice, lots: np.ndarray, plan: np.ndarray, rng: np.random.Generator, *, digitised_m: float
) -> np.ndarray:
    """Return a polygon for each lot.

    Parameters
    ----------
    lots
        (n, 4) as u0, v0, u1, v1 in lattice units.
    plan
        (n,) one of the plans.
    digitised_m
        How far each vertex is off, as drawn by hand (standard deviation).
    """
    polygons = np.full(len(lots), None, dtype=object)
    for one in (SLAB, CUT, ELL, NOTCHED, PARK):
        chosen = np.flatnonzero(plan == one)
        if not len(chosen):
            continue
        square = _park(len(chosen), rng) if one == PARK else _along(_corners(one, len(chosen), rng), POINTS_A_SIDE[one])
        if one != PARK:
            square = _flipped(square, rng)
        low, high = lots[chosen, None, :2], lots[chosen, None, 2:]
        at = low + square * (high - low)
        ground = lattice.place(at[..., 0], at[..., 1])
        polygons[chosen] = shapely.polygons(ground + rng.normal(0, digitised_m, ground.shape))
    return polygons


def _corners(plan: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the corners (count, k, 2) of a plan in the unit square, anticlockwise."""
    zero, one = np.zeros(count), np.ones(count)
    if plan == SLAB:
        corners = [(zero, zero), (one, zero), (one, one), (zero, one)]
    elif plan == CUT:
        a, b = 1 - rng.uniform(0.14, 0.34, (2, count))
        corners = [(zero, zero), (one, zero), (one, b), (a, one), (zero, one)]
    elif plan == ELL:
        a, b = rng.uniform(0.45, 0.68, (2, count))
        corners = [(zero, zero), (one, zero), (one, b), (a, b), (a, one), (zero, one)]
    else:
        a, b, c, d = rng.uniform(0.1, 0.26, (4, count))
        corners = [(zero, b), (a, zero), (one, zero), (one, 1 - d), (1 - c, one), (zero, one)]
    return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)


def _along(corners: np.ndarray, points: int) -> np.ndarray:
    """Put ``points`` points on each side, its first corner included."""
    step = (np.arange(points) / points)[:, None]
    sides = corners[:, :, None] + step * (np.roll(corners, -1, axis=1) - corners)[:, :, None]
    return sides.reshape(len(corners), -1, 2)


def _park(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return rounded outlines (count, PARK_POINTS, 2) that almost fill the unit square."""
    angle = 2 * np.pi * np.arange(PARK_POINTS) / PARK_POINTS
    phase = rng.uniform(0, 2 * np.pi, (3, count, 1))
    bulge = 0.92 + sum(0.05 * np.sin((k + 2) * angle + phase[k]) for k in range(3)) / 1.5
    round_square = (np.abs(np.cos(angle)) ** 4 + np.abs(np.sin(angle)) ** 4) ** -0.25
    radius = 0.5 * bulge * round_square
    return 0.5 + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def _flipped(square: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn and mirror the plans at random."""
    mirror = rng.random((2, len(square))) < 0.5
    turned = np.where(mirror[0, :, None, None], square[..., ::-1], square)
    return np.where(mirror[1, :, None, None], 1 - turned, turned)
