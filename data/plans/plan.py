"""A plan as it is listed: its name, its state, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import pyproj
from sqlalchemy import Connection

from data.plans.rows import row, rows
from geo.crs import parse_crs
from geo.errors import NotADraftError, UnknownPlanError

COLUMNS = """
p.plan_id, p.name, p.jurisdiction, p.srid, p.source_id, p.state, p.head, parent.name AS parent, p.parent_revision,
lower(p.effective) AS effective_from, upper(p.effective) AS effective_until, p.made_at, p.made_by,
p.parent_id
"""
READABLE = """
(SELECT starts_with(p.jurisdiction, scope) OR starts_with(scope, p.jurisdiction)
 FROM (SELECT coalesce(current_setting('onegrid.writes_from', true), '') AS scope) AS asks)
""".strip()
"""That the scope of whoever asks (`data.users.identity`) covers something of the jurisdiction of a plan ``p``; an
operator has none, and reads all. Policies are about rows that lie somewhere; who hears of a plan is settled here."""
PLAN = f"""
SELECT {COLUMNS} FROM onegrid.plan AS p LEFT JOIN onegrid.plan AS parent ON parent.plan_id = p.parent_id
WHERE p.state <> 'importing' AND {READABLE}
"""


@dataclass(frozen=True)
class Plan:
    """A plan: a partition with a life. ``head`` is its latest revision; a branch goes on counting from its parent's.

    ``jurisdiction`` is the division code that all its communities begin with. ``effective_from`` and
    ``effective_until`` are the days between which it is in force: from the first, before the second. An approved plan
    has neither where another one took its place on the day that it came into force.
    """

    plan_id: int
    name: str
    jurisdiction: str
    srid: int
    source_id: int
    state: str
    head: int
    parent: str | None
    parent_revision: int | None
    effective_from: date | None
    effective_until: date | None
    made_at: datetime
    made_by: str
    parent_id: int | None

    @property
    def crs(self) -> pyproj.CRS:
        """The working CRS."""
        return crs_of(self.srid)

    def status(self, day: date) -> str:
        """Return what the plan is on a day: ``draft``, ``in_review``, ``approved`` (for a later day), ``in_force``,
        ``retired``."""
        replaced = self.state == "approved" and self.effective_from is None
        if self.state == "withdrawn" or replaced or (self.effective_until is not None and self.effective_until <= day):
            return "retired"
        if self.state == "approved" and self.effective_from is not None and self.effective_from <= day:
            return "in_force"
        return self.state

    @property
    def said_state(self) -> str:
        """What the plan is, in words that follow "is"."""
        return {"draft": "a draft", "in_review": "in review"}.get(self.state, self.state)


@lru_cache
def crs_of(srid: int) -> pyproj.CRS:
    """Return the CRS of an EPSG code."""
    return parse_crs(f"EPSG:{srid}")


def find_plan(connection: Connection, name: str) -> Plan:
    """Return the plan of a name.

    Raises
    ------
    UnknownPlanError
        There is none, or none that whoever asks may see anything of; the names of those he may.
    """
    found = row(connection, f"{PLAN} AND p.name = %(name)s", {"name": name})
    if found is None:
        names = ", ".join(plan.name for plan in list_plans(connection))
        raise UnknownPlanError(f"there is no plan {name}; " + (f"there are {names}" if names else "import one first"))
    return Plan(*found)


def plan_of(connection: Connection, plan_id: int) -> Plan:
    """Return the plan of a number."""
    return Plan(*row(connection, f"{PLAN} AND p.plan_id = %(plan)s", {"plan": plan_id}))


def list_plans(connection: Connection) -> list[Plan]:
    """Return all plans that whoever asks may see something of, the newest first."""
    return [Plan(*found) for found in rows(connection, f"{PLAN} ORDER BY p.made_at DESC, p.plan_id DESC")]


def plan_in_force(connection: Connection, jurisdiction: str, day: date) -> Plan | None:
    """Return the plan that is in force in a jurisdiction on a day."""
    found = row(
        connection,
        f"{PLAN} AND p.jurisdiction = %(jurisdiction)s AND p.effective @> %(day)s::date",
        {"jurisdiction": jurisdiction, "day": day},
    )
    return None if found is None else Plan(*found)


def latest_in_force(connection: Connection, jurisdiction: str) -> Plan | None:
    """Return the plan that comes or came into force last in a jurisdiction."""
    last = "AND p.jurisdiction = %(jurisdiction)s AND NOT isempty(p.effective) ORDER BY lower(p.effective) DESC LIMIT 1"
    found = row(connection, f"{PLAN} {last}", {"jurisdiction": jurisdiction})
    return None if found is None else Plan(*found)


def require_draft(plan: Plan) -> None:
    """Refuse to edit what is no draft."""
    if plan.state != "draft":
        what = {"in_review": "is in review; return it first", "approved": "is approved and never changes"}
        reason = what.get(plan.state, "is withdrawn")
        raise NotADraftError(f"plan {plan.name} {reason}; to go on from it, make a branch")
