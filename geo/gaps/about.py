"""Gaps about whole grids and whole communities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo.arrays import Floats, Ints
from geo.gaps.held import Held
from geo.gaps.ledger import Entries, Facts, entries


def about_grids(
    held: Held,
    kind: str,
    rows: Ints,
    *,
    facts: Facts,
    source: Sequence[str] | None = None,
    suffix: Sequence[str] | None = None,
    factor: Floats | None = None,
    remedy: Sequence[str] | None = None,
) -> Entries:
    """Write gaps about grids; ``suffix`` says what each is about beside the grid, such as a post."""
    code = held.text("code", rows)
    return entries(
        kind,
        about=list(code) if suffix is None else [f"{one}:{part}" for one, part in zip(code, suffix, strict=True)],
        code=code,
        community=held.text("community_code", rows),
        land=held.grid_polygon[rows],
        households=held.counts("households", rows),
        facts=facts,
        factor=factor,
        source=source,
        remedy=remedy,
    )


def about_communities(
    held: Held,
    kind: str,
    rows: Ints,
    *,
    facts: Facts,
    source: Sequence[str],
    suffix: Sequence[str],
    factor: Floats,
) -> Entries:
    """Write gaps about communities themselves; they have no grid."""
    code = held.community["code"][rows]
    return entries(
        kind,
        about=[f"{one}:{part}" for one, part in zip(code, suffix, strict=True)],
        code=np.full(len(rows), None, dtype=object),
        community=np.asarray(code, dtype=object),
        land=held.community_polygon[rows],
        households=held.community_counts("households", rows),
        facts=facts,
        factor=factor,
        source=source,
    )
