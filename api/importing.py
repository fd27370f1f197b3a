"""A build becomes a plan: a draft, the plan in force, or what is offered to another plan."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from data.database.engine import connected
from data.plans.approving import approve
from data.plans.importing import import_build
from data.plans.life import move
from data.plans.plan import Plan, find_plan
from geo.errors import InputError, Interrupted, OneGridError, PlanError

STAGES = {"read": "read_build", "sources": "import_sources", "grids": "import_grids"}
"""The stages of `import_build`, by the keys of `api.console.STAGES`."""


def told(stage: Callable[[str], None]) -> Callable[[str], None]:
    """Return what hears the stages of `import_build`, and tells them by the keys of `api.console.STAGES`."""
    return lambda begun: stage(STAGES.get(begun, begun))


def import_as(
    engine: Engine, out: Path, name: str, *, by: str, in_force: date | None, stage: Callable[[str], None]
) -> Plan:
    """Import a build as a plan.

    Parameters
    ----------
    in_force
        The day from which it is to be in force, in the place of whichever plan is; None: it stays a draft.

    Raises
    ------
    PlanError
        It can't come into force; then it is there as a draft.
    """
    plan = import_build(engine, out, name, by=by, progress=told(stage))
    if in_force is None:
        return plan
    stage("approve")
    try:
        move(engine, name, "submit", by=by)
        return approve(engine, name, effective=in_force, by=by, replace=True)
    except KeyboardInterrupt:
        with suppress(OneGridError):  # it may still be a draft
            move(engine, name, "return", by=by)
        raise Interrupted(f"plan {name} is imported, and is {standing(engine, name)}") from None
    except InputError as error:
        move(engine, name, "return", by=by)
        raise PlanError(f"plan {name} is imported, as a draft, and can't come into force: {error}") from error


def standing(engine: Engine, name: str) -> str:
    """Say what a plan is by now, in words that follow "is"."""
    with connected(engine, place=engine.url.render_as_string()) as connection:
        return find_plan(connection, name).said_state
