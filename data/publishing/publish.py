"""A plan in force as one PMTiles file, for any web server that answers range requests: an explicit act of an approver.

A file on a web server knows no rights. So it holds what a viewer sees of the publisher's scope: places, posts and
counts, the names of places; no duty-holder and no telephone number, which stand in no tile.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine

from data.database.engine import application_engine
from data.database.url import DatabaseURL
from data.plans.plan import Plan, find_plan
from data.plans.rows import row
from data.plans.tiles import EXTENT_OF, LOOK, MAX_ZOOM, Drawable, bounds, sides_of
from data.plans.tiles_layers import vector_layers
from data.publishing.archive import TileArchive
from data.publishing.drawing import Sight, blocks_of, drawn_in_order, same_state
from data.publishing.fourths import Fourths, fourths_of
from data.suffixes import require_suffix
from data.users.audit import Event, record
from data.users.errors import NotAllowed
from data.users.identity import Identity, as_identity
from data.users.roles import Right, Role
from data.whole import require_writable, whole
from geo.errors import InputError, NotADraftError

Progress: TypeAlias = Callable[[int, int], None]
ATTRIBUTION = "One Grid"
MOST_CONNECTIONS = 16
"""Unless told otherwise; a server that runs meanwhile needs the others."""
INSERT = """
INSERT INTO onegrid.publication (plan_id, revision, made_by, scope, zooms, tiles, bytes, sha256)
VALUES (%(plan)s, %(revision)s, %(by)s, %(scope)s, %(zooms)s, %(tiles)s, %(bytes)s, %(sha256)s)
RETURNING publication_id
"""


@dataclass(frozen=True)
class Published:
    """A file that was published: of which plan, how many tiles it addresses, and its fingerprint."""

    plan: str
    revision: int
    zooms: int
    tiles: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Order:
    """What is to be published: the plan of a name, on a day, for whom, down to which zoom, named after what.

    Parameters
    ----------
    who
        An approver; the file holds what lies within the scope.
    last
        The last zoom; maps show it enlarged beyond.
    attribution
        What maps show at their edge.
    """

    name: str
    who: Identity
    today: date
    last: int = MAX_ZOOM
    attribution: str = ATTRIBUTION
    address: str = ""


def publish(
    url: DatabaseURL,
    order: Order,
    out: Path,
    *,
    connections: int | None = None,
    progress: Progress | None = None,
) -> Published:
    """Write the tiles of a plan in force to a file, and enter that in its log and in the record.

    Parameters
    ----------
    url
        Of the database, for the application.
    out
        The file; it is there whole or not at all.
    connections
        How many draw at once; None: one a processor, `MOST_CONNECTIONS` at most.
    progress
        Is told how many blocks of how many are drawn.

    Raises
    ------
    NotAllowed
        Who asks may not approve plans.
    UnknownPlanError, NotADraftError
        There is no such plan; it is not in force.
    InputError
        Nothing of it lies within the scope, or the file can't be written.
    """
    if not order.who.may(Right.approve):
        raise NotAllowed(f"a {order.who.role.value} may not publish plans")
    require_suffix(out, "what is published is PMTiles", (".pmtiles",), f"name it {out.stem}.pmtiles")
    require_writable(out)
    several = connections or min(os.cpu_count() or 1, MOST_CONNECTIONS)
    engine = application_engine(url, most=several, for_others=True)
    try:
        with whole(out) as part:
            made = write(engine, order, part, several, progress or (lambda done, of: None))
            with engine.begin() as connection:
                note(connection, order, made)
        return made
    finally:
        engine.dispose()


def write(engine: Engine, order: Order, path: Path, connections: int, progress: Progress) -> Published:
    """Write the archive, as a viewer of the scope sees the plan."""
    viewer = replace(order.who, role=Role.viewer)
    with closing(TileArchive(path.parent)) as archive:
        with same_state(engine, viewer, connections) as same:
            plan = find_plan(same[0], order.name)
            require_in_force(plan, order.today)
            drawable = Drawable(*row(same[0], LOOK, {"name": plan.name, "today": order.today}))
            place = bounds(sides_of(row(same[0], EXTENT_OF, {"source": plan.source_id})))
            if place is None:
                raise InputError(f"nothing of plan {plan.name} lies within {order.who.scope}, so that there is no tile")
            shades = fourths_of(same[0], drawable, viewer.scope)
            collect(archive, same, Sight(drawable, viewer), order.last, progress)
        archive.finish(path, bounds=place, metadata=about(plan, drawable, order, shades))
        tiles = archive.tiles
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return Published(plan.name, plan.head, order.last, tiles, path.stat().st_size, digest)


def collect(
    archive: TileArchive, connections: Sequence[Connection], sight: Sight, last: int, progress: Progress
) -> None:
    """Draw all tiles down to a last zoom into an archive."""
    blocks = blocks_of(connections[0], sight, last)
    with closing(drawn_in_order(connections, sight, blocks)) as drawn:
        for number, tiles in enumerate(drawn, 1):
            for where, tile in tiles:
                archive.add(where, tile)
            progress(number, len(blocks))


def require_in_force(plan: Plan, today: date) -> None:
    """Refuse what nobody put in force: a file that was given away can't be called back."""
    if (status := plan.status(today)) != "in_force":
        said = {"draft": "a draft", "in_review": "in review", "approved": f"in force from {plan.effective_from} on"}
        raise NotADraftError(f"plan {plan.name} is {said.get(status, status)}; only a plan in force is published")


def about(plan: Plan, drawable: Drawable, order: Order, shades: Fourths) -> dict[str, Any]:
    """Return what the archive says of itself."""
    return {
        "name": plan.name,
        "description": "One Grid: a plan of governance grids in force",
        "type": "overlay",
        "version": f"{plan.head}.{drawable.decided}" if drawable.decided else str(plan.head),
        "attribution": order.attribution,
        "vector_layers": vector_layers(order.last),
        "onegrid": {
            "plan": plan.name,
            "jurisdiction": plan.jurisdiction,
            "scope": order.who.scope,
            "revision": plan.head,
            "decided": drawable.decided,
            "in_force_from": None if plan.effective_from is None else plan.effective_from.isoformat(),
            "published": order.today.isoformat(),
            "fourths": shades,
        },
    }


def note(connection: Connection, order: Order, made: Published) -> None:
    """Enter it in the plan's log, and in the record."""
    as_identity(connection, order.who)
    plan = find_plan(connection, order.name)
    said = {"revision": made.revision, "zooms": made.zooms, "tiles": made.tiles, "bytes": made.bytes}
    values = {**said, "sha256": made.sha256, "plan": plan.plan_id, "by": order.who.name, "scope": order.who.scope}
    row(connection, INSERT, values)
    record(connection, Event.publish, order.who, order.address, plan=plan.name, sha256=made.sha256, **said)
