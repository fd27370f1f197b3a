"""A new build over a plan, as people read it: what changes, what planners' decisions come to, what to do next."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from api.gap_words import area
from api.plan_differences import Compared, fates_line
from api.plan_words import status_said
from api.tables import print_rows
from data.plans.differing import State
from data.plans.plan import Plan, find_plan
from data.plans.renewing import Offer
from geo.plans.deciding import Decision, Given, Said
from geo.plans.overriding import CONFLICT, GRID_GONE, KEPT, LEFT_COMMUNITY, MOOT, SOURCES_CHANGED, TOO_FINE, Outcome

WHY = {
    SOURCES_CHANGED: "the sources give it to another unit than when it was decided",
    GRID_GONE: "the grid that it was decided for is gone",
    LEFT_COMMUNITY: "it is in another community now",
    TOO_FINE: "a new border runs too close to it for anything to fit between",
}
"""Why a decision on land, or for a grid, was not carried out."""
SAID_OTHERWISE = "the sources say something else of the grid than when it was decided"


def offer_name(plan: str, stem: str) -> str:
    """Return what the draft of a new build is called, unless somebody says otherwise.

    >>> offer_name("2026", "grid-2027")
    '2026 + grid-2027'
    """
    return f"{plan} + {stem}"


def print_offer(connection: Connection, into: str, offer: Offer, today: date) -> None:
    """Print what a new build over a plan changes, what became of planners' decisions, and what can be done with it."""
    plan, offered = find_plan(connection, into), offer.plan
    print(f"plan {offered.name}: a new build over {plan.name}; {status_said(offered, today)}")
    states = State(plan, plan.head), State(offered, offered.head)
    print(fates_line(Compared.counted(connection, *states, offer.comparison)))
    print(decisions_line(offer.outcomes))
    conflicts = [one for one in offer.outcomes if one.outcome == CONFLICT]
    if conflicts:
        print("\nto decide; as the new sources have it until you do:\n")
        print_rows(
            ("grid", "decided", "land", "held by", "why not"),
            [row_of_outcome(one) for one in conflicts],
            right=("land",),
            folded=("decided", "why not"),
        )
    print()
    for what, command in next_steps(plan, offered).items():
        print(f"{what:<10}{command}")


def decisions_line(outcomes: Sequence[Outcome]) -> str:
    """Say how many decisions were kept, came true anyway, or are to be decided again; one on two grids counts twice."""
    if not outcomes:
        return "planners decided nothing in the plan that a new build could change"
    counted = Counter(one.outcome for one in outcomes)
    kept = area(sum(one.area_m2 for one in outcomes if one.outcome == KEPT))
    moot = f"{counted[MOOT]:,} as the new sources say too"
    return f"planners' decisions: {counted[KEPT]:,} kept ({kept}), {moot}, {counted[CONFLICT]:,} to decide"


def row_of_outcome(one: Outcome) -> list[object]:
    """Return a decision that could not be carried out as a row of the table."""
    land = None if one.polygon is None else f"{one.area_m2:,.0f} m²"
    changed = one.why == SOURCES_CHANGED and isinstance(one.decision, Said)
    why = SAID_OTHERWISE if changed else WHY[one.why or SOURCES_CHANGED]
    return [one.decision.grid.code, decision_said(one.decision), land, one.holder, why]


def decision_said(decision: Decision) -> str:
    """Word what planners decided about a grid."""
    match decision:
        case Given(made=True, was=was):
            return f"is a grid of its own, on land of {was}"
        case Given(was=was):
            return f"has land of {was}"
        case Said(field="locked", grid=grid):
            return "is locked" if grid.locked else "is unlocked"
        case Said(field=field, grid=grid):
            return f"has the {field.replace('_', ' ')} {getattr(grid, field)}"


def next_steps(plan: Plan, offered: Plan) -> dict[str, str]:
    """Return what can be done with a new build over a plan, and the command for it."""
    old, new = shlex.quote(plan.name), shlex.quote(offered.name)
    return {
        "look at": f"onegrid plan compare {old} {new}",
        "change": f"onegrid plan edit {new} …",
        "accept": f"onegrid plan accept {new} --into {old}",
        "decline": f"onegrid plan withdraw {new}",
    }
