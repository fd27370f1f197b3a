"""An upload of a planner, as tests send files to it and ask about it."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

from data.users.roles import Role
from tests.api.doors.world import ALL, World

PLANNER = (Role.planner, ALL)
Asking = Callable[..., Any]


def asking(world: World) -> Asking:
    """Begin an upload of a planner; returns what asks about it, its address before every path."""
    begun = world.ask(PLANNER, "POST", "/api/uploads")
    assert begun.status_code == 201, begun.text
    place = begun.headers["location"]
    assert place == f"/api/uploads/{begun.json()['id']}"

    def asked(method: str, path: str = "", *, who: Any = PLANNER, status: int = 200, **more: Any) -> Any:
        answer = world.ask(who, method, f"{place}{path}", **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    return asked


def zipped(files: dict[str, bytes]) -> bytes:
    """Make a ZIP of files by their names."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def finished(ask: Asking) -> dict[str, Any]:
    """Wait for the job of an upload."""
    for _ in range(600):
        job: dict[str, Any] = ask("GET")["job"]
        if job["state"] != "running":
            return job
        time.sleep(0.1)
    raise AssertionError(job)


def looked_into(ask: Asking) -> dict[str, Any]:
    """Have the files looked into, however long it takes; the door itself waits a while only."""
    ask("POST", "/look")
    finished(ask)
    looked: dict[str, Any] = ask("GET")
    return looked
