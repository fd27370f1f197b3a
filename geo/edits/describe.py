"""Retag and lock: what a grid says, and whether its land may change."""

from __future__ import annotations

from dataclasses import replace

from geo.edits.ground import Edit, Ground
from geo.errors import EditRefused
from geo.standards import MANAGEMENT_TYPES


def retag_grid(code: str, *, name: str | None = None, management_type: str | None = None) -> Edit:
    """Change a grid's name, its management type, or both; what is not given stays.

    Raises
    ------
    EditRefused
        The management type is none of the four.
    """

    def edit(ground: Ground) -> Ground:
        [grid] = ground.open_grids([code])
        kind = management_type or grid.management_type
        if kind not in MANAGEMENT_TYPES:
            raise EditRefused(f"{kind} is no management type; take one of {', '.join(MANAGEMENT_TYPES)}", [code])
        return ground.replace([replace(grid, name=grid.name if name is None else name, management_type=kind)])

    return edit


def lock_grid(code: str, *, locked: bool = True) -> Edit:
    """Lock a grid, so that its land may not change, or unlock it. Its own inverse."""
    return lambda ground: ground.replace([replace(ground.grid(code), locked=locked)])
