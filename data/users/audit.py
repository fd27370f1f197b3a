"""The record of who did what: added to, never changed. Only who administers everything may read it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

from data.users.identity import Identity

INSERT = text("""
INSERT INTO onegrid.audit (event, actor, address, detail) VALUES (:event, :actor, :address, cast(:detail AS jsonb))
""")


class Event(StrEnum):
    """What is recorded."""

    sign_in = "sign_in"
    sign_in_refused = "sign_in_refused"
    sign_out = "sign_out"
    export = "export"
    publish = "publish"
    account_added = "account_added"
    account_changed = "account_changed"
    token_issued = "token_issued"


def record(connection: Connection, event: Event, actor: Identity | str, address: str = "", **detail: Any) -> None:
    """Record that somebody did something; it stands with the transaction.

    Parameters
    ----------
    actor
        Who did it, or a name that is nobody's.
    address
        Where from; empty: from the command line.
    detail
        What matters of it, as JSON; no secrets.
    """
    name = actor if isinstance(actor, str) else actor.name
    facts = {} if isinstance(actor, str) else {"role": actor.role.value, "scope": actor.scope}
    connection.execute(
        INSERT, {"event": event.value, "actor": name, "address": address, "detail": json.dumps(facts | detail)}
    )
