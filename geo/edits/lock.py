"""Lock: a grid that may not change, until it is unlocked."""

from __future__ import annotations

from dataclasses import replace

from geo.edits.ground import Edit, Ground


def lock_grid(code: str, *, locked: bool = True) -> Edit:
    """Lock a grid, so that no edit may change its land or what it says, or unlock it.

    Raises
    ------
    UnknownGridError
        There is no such grid.
    """

    def edit(ground: Ground) -> Ground:
        grid = ground.grid(code)
        return ground if grid.locked == locked else ground.replace([replace(grid, locked=locked)])

    return edit
