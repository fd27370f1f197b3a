"""Retag: what a grid says of itself."""

from __future__ import annotations

from dataclasses import replace

from geo.edits.ground import Edit, Ground
from geo.errors import EditRefused
from geo.standards import MANAGEMENT_TYPES


def retag_grid(code: str, *, name: str | None = None, management_type: str | None = None) -> Edit:
    """Change a grid's name, its management type, or both; what is not given stays.

    Raises
    ------
    UnknownGridError, GridLockedError
        There is no such grid, or it may not change.
    EditRefused
        The management type is none of the four.
    """

    def edit(ground: Ground) -> Ground:
        [grid] = ground.open_grids([code])
        kind = management_type or grid.management_type
        if kind not in MANAGEMENT_TYPES:
            raise EditRefused(f"{kind} is no management type; take one of {', '.join(MANAGEMENT_TYPES)}", [code])
        said = replace(grid, name=grid.name if name is None else name, management_type=kind)
        return ground if said == grid else ground.replace([said])

    return edit
