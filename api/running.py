"""What a running application works with, made when it starts and closed when it stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.callers import Callers
from api.metrics import Metrics
from api.openid import Provider
from data.database.access import Access
from data.settings import Settings
from data.uploads.jobs import Jobs
from data.users.transactions import Transactions


@dataclass(frozen=True)
class Running:
    """An application that is running."""

    settings: Settings
    access: Access
    transactions: Transactions
    callers: Callers
    metrics: Metrics
    provider: Provider | None
    """With which people may sign in; None: with passwords alone."""
    signing_in: CapacityLimiter
    """How many passwords are compared at once: each takes 64 MiB and a processor."""
    jobs: Jobs
    """What works on uploads."""

    @property
    def session_lifetime(self) -> timedelta:
        """How long somebody stays signed in."""
        return timedelta(hours=self.settings.session_hours)


def running(request: Request) -> Running:
    """Return what the application of a request works with."""
    found: Running = request.app.state.running
    return found


Works = Annotated[Running, Depends(running)]
