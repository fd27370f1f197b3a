"""Random numbers by stage: what one stage draws never depends on what another one drew."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

LARGE = 2_000
"""Communities above which a town is sparse."""


@dataclass(frozen=True)
class Seeds:
    """The one source of chance of a demo town; the same values give the same town."""

    communities: int
    seed: int
    sparse: bool | None = None
    """Whether there are few buildings a compound and few rows in the tables; None: above `LARGE` communities."""

    @property
    def is_sparse(self) -> bool:
        """Whether the town has few buildings and rows."""
        return self.communities > LARGE if self.sparse is None else self.sparse

    def stage(self, name: str) -> np.random.Generator:
        """Return the generator of one stage, always from its beginning."""
        return np.random.default_rng([self.seed, self.communities, zlib.crc32(name.encode())])


def ripple(points: np.ndarray, rng: np.random.Generator, *, wavelength: float, waves: int = 5) -> np.ndarray:
    """Return smooth noise of about ±1 at (n, 2) points: a few seed-drawn sines of about this wavelength."""
    turn = rng.uniform(0, 2 * np.pi, (2, waves))
    length = wavelength * rng.uniform(0.6, 1.6, waves)
    along = points @ np.stack([np.cos(turn[0]), np.sin(turn[0])])
    return np.sin(2 * np.pi * along / length + turn[1]).sum(axis=-1) / np.sqrt(waves)
