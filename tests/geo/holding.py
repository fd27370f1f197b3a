"""What the gap rules are given in a build."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from geo import telling
from geo.build import build
from geo.drawing_up import draw_up, draw_up_between
from geo.gaps import Held
from geo.gaps.exceptions import Signed
from geo.result import OneGrid
from geo.sources import Parameters, Sources


def held_of(sources: Sources, parameters: Parameters | None = None, **how: Any) -> tuple[Held, Signed | None, OneGrid]:
    """Build in one section, and take what its ledgers are drawn up from, holes between communities included."""
    seen, between = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telling, "draw_up", lambda *given: seen.append(given) or draw_up(*given))
        patch.setattr(telling, "draw_up_between", lambda *given: between.append(given) or draw_up_between(*given))
        grid = build(sources, parameters or Parameters(), **how)
    ((held, *_),), ((holes, signed, _),) = seen, between
    lying_between = {name: getattr(holes, name) for name in ("hole", "hole_key", "hole_community")}
    return replace(held, **lying_between), signed, grid
