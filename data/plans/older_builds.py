"""Builds of older versions: what they did not keep, so that a plan of one can't draw it up anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from data.output import Frame
from geo.facts import tables_of
from geo.gaps.evaluated import NEED_STANDARDS

WHY = "an older version made the build, which did not keep what this hangs on"

OF_TABLES = ("no_grid_head", "understaffed", "overloaded", "no_branch", "underfunded", "ratings")
OF_FACILITIES = ("far_from_facility",)
OF_UNITS = ("straddle", "no_self_government", "no_property_party", "oversize.patrol_zone", "undersize.patrol_zone")
"""What hangs on the home of units, on what compounds say of themselves, on which layers count households."""


def not_kept(facts: Mapping[str, str], layers: Mapping[str, Frame]) -> dict[str, str]:
    """Say which kinds of gap, or parts of a kind ("kind.part"), can't be drawn up anew of a build, and why.

    Parameters
    ----------
    facts
        What the build says of itself.
    layers
        Of the build; ``premises`` and ``standards`` are looked at.
    """
    kinds: tuple[str, ...] = ()
    if tables_of(facts) is None:
        kinds = (*OF_TABLES, *OF_FACILITIES, *OF_UNITS)
        if not len(layers["premises"]):
            kinds += ("no_premises",)
    if not len(layers["standards"]):
        kinds += NEED_STANDARDS
    return dict.fromkeys(kinds, WHY)


def still_evaluated(gaps: Frame, grids: Frame, not_evaluated: Collection[str]) -> Frame:
    """Return the gaps of a build but for those of kinds that are not evaluated any more."""
    kind = gaps["kind"]
    patrol = gaps["code"].isin(grids["code"][grids["kind"] == "patrol"])
    gone = kind.isin(not_evaluated) | (patrol & (kind + ".patrol_zone").isin(not_evaluated))
    return gaps[~np.asarray(gone, dtype=np.bool_)]
