"""A new build over a plan: what the sources change now, what planners decided, where the two contradict each other.

The new build is imported as a draft beside the plan, and planners' decisions are brought to it; so people can look at
it, compare it, and go on in it. Accepting it is one revision of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine

from data.plans.carrying import Asked, carry_out, note
from data.plans.comparing import compare
from data.plans.differing import State, differing
from data.plans.door import looked_at, tried
from data.plans.ground import communities_there, meant_by_grids
from data.plans.importing import import_build
from data.plans.look import Look
from data.plans.numbers import fresh_numbers
from data.plans.plan import Plan, find_plan, plan_of, require_draft
from data.plans.rows import row
from data.plans.versions import as_json, read_versions, written_lineage
from geo.errors import Interrupted, NotADraftError, PlanOutdatedError
from geo.plans.comparing import Comparison
from geo.plans.deciding import Decision, decisions
from geo.plans.overriding import Outcome, replay

RENEW = "renew"
IMPORTED = "SELECT plan_id, revision FROM onegrid.revision WHERE source_id = %(source)s AND verb = 'import'"
OFFERED = """
SELECT arguments FROM onegrid.revision WHERE plan_id = %(plan)s AND verb = 'renew' ORDER BY revision DESC LIMIT 1
"""
TAKE_OVER = """
SELECT onegrid.take_over(%(plan)s, %(head)s, %(other)s, %(offered)s, %(by)s, %(lineage)s) AS revision
"""


@dataclass(frozen=True, eq=False)
class Offer:
    """A new build over a plan, to be reviewed: the draft that it stands in, what became of each decision of planners,
    and what would change in the plan."""

    plan: Plan
    outcomes: Sequence[Outcome]
    comparison: Comparison


def offer_build(
    engine: Engine,
    out: Path,
    *,
    into: str,
    name: str,
    by: str,
    progress: Callable[[str], None] = lambda stage: None,
) -> Offer:
    """Import a new build beside a draft, and bring to it what planners decided there.

    Parameters
    ----------
    out
        The build; made with ``--previous plan:NAME``, its grids carry on their codes.
    into
        The plan that it is meant for.
    name
        Of the draft that it stands in until it is accepted.

    Raises
    ------
    UnknownPlanError, NotADraftError, PlanNameTakenError, PlanError, InputError
        As for importing; the build is in another CRS than the plan, or of another division.
    """
    require_draft(tried(engine, into, lambda connection: find_plan(connection, into)))
    import_build(engine, out, name, by=by, like=into, progress=progress)
    said = f"plan {name} is imported, without what planners decided in {into}"
    try:
        progress("renew")
        outcomes = tried(engine, name, lambda connection: bring(connection, into, name, by))
        said = f"plan {name} is offered to {into}"
        return tried(engine, name, lambda connection: offered_to(connection, into, name, outcomes))
    except KeyboardInterrupt:
        raise Interrupted(said) from None


def offered_to(connection: Connection, into: str, name: str, outcomes: Sequence[Outcome]) -> Offer:
    """Return what is offered to a plan, as it is by now."""
    plan, other = (find_plan(connection, one) for one in (into, name))
    return Offer(other, outcomes, compare(connection, State(plan, plan.head), State(other, other.head)))


def bring(connection: Connection, into: str, name: str, by: str) -> Sequence[Outcome]:
    """Bring the decisions of planners in one plan to another, and note which revision they are of."""
    plan, offered = find_plan(connection, into), find_plan(connection, name)
    decided = decided_in(connection, plan)
    communities = communities_there(connection, offered, {each.grid.community for each in decided})
    asked = Asked(RENEW, {"plan": into, "revision": plan.head}, by, offered.head)
    grids = [
        version.grid
        for version in read_versions(
            connection, offered.plan_id, offered.head, "community = ANY(%(some)s)", {"some": communities}
        )
    ]
    if not grids:
        note(connection, offered, asked)
        return ()

    def replayed_on(seen: Look) -> Sequence[Outcome]:
        parameters = seen.source.parameters
        fresh = fresh_numbers(connection, seen.plan, parameters)
        replayed = replay(seen.ground, decided, sliver_width=parameters.sliver_width, fresh=fresh)
        carry_out(connection, seen, replayed.edit, asked, always=True)
        return replayed.outcomes

    return looked_at(connection, offered, lambda _: meant_by_grids(grids), replayed_on)


def decided_in(connection: Connection, plan: Plan) -> tuple[Decision, ...]:
    """Return what planners decided in a plan against the build that it stands on.

    Also what they had decided before that build was accepted, and what they decided in the plans that it comes from.
    """
    first = row(connection, IMPORTED, {"source": plan.source_id})
    built = State(plan_of(connection, first.plan_id), first.revision)
    return decisions(*differing(connection, built, State(plan, plan.head)))


def accept(engine: Engine, name: str, *, offer: str, by: str) -> Plan:
    """Let a draft become what was offered to it, as one revision; the offer is withdrawn.

    What was edited in the offer until then comes too: should that happen while the two are compared, they are compared
    again. Whoever edits the offer later is told that it is withdrawn.

    Raises
    ------
    NotADraftError
        One of the plans is not edited any more, or nothing was offered.
    PlanOutdatedError
        The plan has changed since the offer was made.
    """

    def attempt(connection: Connection) -> Plan:
        plan, other = find_plan(connection, name), find_plan(connection, offer)
        require_draft(plan)
        require_draft(other)
        made_for = row(connection, OFFERED, {"plan": other.plan_id})
        if made_for is None or made_for.arguments["plan"] != name:
            raise NotADraftError(f"plan {offer} is no new build offered to {name}; import one: onegrid import --into")
        if made_for.arguments["revision"] != plan.head:
            raise PlanOutdatedError(f"plan {name} has changed since {offer} was offered to it; offer the build again")
        found = compare(connection, State(plan, plan.head), State(other, other.head))
        lineage = Jsonb(written_lineage(found.changed_hands), as_json)
        as_seen = {"plan": plan.plan_id, "head": plan.head, "other": other.plan_id, "offered": other.head}
        row(connection, TAKE_OVER, {**as_seen, "by": by, "lineage": lineage})
        return find_plan(connection, name)

    return tried(engine, name, attempt)
