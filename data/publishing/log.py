"""What was published of plans, when and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from data.plans.plan import Plan
from data.plans.rows import rows

OF_PLAN = """
SELECT revision, made_at, made_by, scope, zooms, tiles, bytes, sha256 FROM onegrid.publication
WHERE plan_id = %(plan)s ORDER BY publication_id
"""


@dataclass(frozen=True)
class Publication:
    """A file that was made of a plan: ``zooms`` is its last one, ``scope`` what of the plan it holds."""

    revision: int
    made_at: datetime
    made_by: str
    scope: str
    zooms: int
    tiles: int
    bytes: int
    sha256: str


def publications(connection: Connection, plan: Plan) -> list[Publication]:
    """Return what was published of a plan, in order."""
    return [Publication(*one) for one in rows(connection, OF_PLAN, {"plan": plan.plan_id})]
