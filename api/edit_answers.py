"""Edits as programs ask for them and are answered: JSON in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyproj

from api.plan_words import carried, print_json
from data.plans.carrying import Applied
from data.plans.ledger import Gap
from data.plans.verbs import AnyVerb, read_verb
from geo.crs import parse_crs
from geo.edits.ground import Grid
from geo.errors import InputError
from geo.sources import COUNTS


def verb_written(text: str) -> AnyVerb:
    """Read an edit from JSON.

    Raises
    ------
    InputError
        It is no JSON, or none of the verbs.
    """
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"the edit is no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    return read_verb(said)


def print_answer(done: Applied, working: pyproj.CRS, crs: str) -> None:
    """Print what an edit did as JSON."""
    print_json(answer(done, working, parse_crs(crs)))


def answer(done: Applied, working: pyproj.CRS, given: pyproj.CRS) -> dict[str, Any]:
    """Return what an edit did, or would do.

    Parameters
    ----------
    working, given
        The CRS of the plan, and the one that the edit was asked for in: ``bounds`` come in that.

    Returns
    -------
    dict
        ``revision`` (None where nothing was written); ``created``, ``modified``, ``retired`` (codes); ``metrics``, a
        row a grid with its figures before and after, None where it is not there; ``gaps`` opened and closed;
        ``bounds`` of what looks different, None where nothing does.
    """
    return {
        "revision": done.revision,
        **{what: [grid.code for grid in getattr(done, what)] for what in ("created", "modified", "retired")},
        "metrics": metrics(done),
        "gaps": {
            "opened": said_of(done.gaps.written, done.gaps.opened),
            "closed": said_of(done.gaps.ended, done.gaps.closed),
        },
        "bounds": None if done.bounds is None else carried(done.bounds, working, given),
    }


def metrics(done: Applied) -> list[dict[str, Any]]:
    """Return the figures of each grid before and after."""
    old = {code: version.grid for code, version in done.before.items()}
    new = {grid.code: grid for grid in (*done.created, *done.modified)}
    return [
        {
            "code": code,
            "name": (new.get(code) or old[code]).name,
            "before": figures_of(old.get(code)),
            "after": figures_of(new.get(code)),
        }
        for code in sorted({*old, *new})
    ]


def figures_of(grid: Grid | None) -> Mapping[str, Any] | None:
    """Return the figures of a grid."""
    if grid is None:
        return None
    return {**{name: getattr(grid, name) for name in COUNTS}, "area_m2": round(grid.polygon.area, 3)}


def said_of(gaps: Sequence[Gap], ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the gaps of some ids, the worst first."""
    wanted = set(ids)
    chosen = sorted((gap for gap in gaps if gap.gap_id in wanted), key=lambda gap: (-gap.said["severity"], gap.gap_id))
    return [{"gap_id": gap.gap_id, **gap.said, "area_m2": gap.area_m2} for gap in chosen]
