"""An edit, then at once the tile, the feature and the feed, from another server, under load: none may be behind.

``python -m tests.api.doors.never_stale --edits 1000`` runs it for long, on a town of its own.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.api.doors.test_plans import PLANNER, every_grid
from tests.api.doors.tiles_read import Tiles, place_at, read
from tests.api.doors.world import NAME, World, opened, peopled

ZOOM = 15


@contextmanager
def beside(world: World, **settings: Any) -> Iterator[World]:
    """Run a second server on the same database, with a cache of its own."""
    with opened(world.access, **settings) as client:
        yield World(client, world.access, world.tokens)


def edit_and_look(world: World, other: World, *, edits: int) -> list[str]:
    """Rename and lock grids by one server while others read tiles; return what the other server showed too late."""
    plan = world.branched()
    grids = every_grid(world, f"/api/plans/{plan}")
    places = {one["id"]: place_of(one) for one in grids}
    done = threading.Event()
    readers = [
        threading.Thread(target=keep_reading, args=(one, plan, [*places.values()], done)) for one in (world, other)
    ]
    for reader in readers:
        reader.start()
    try:
        since = world.ask(PLANNER, "GET", "/api/changes").json()["latest"]
        stale: list[str] = []
        for number in range(edits):
            code, name = grids[number % len(grids)]["id"], f"第 {number} 次"
            answer = world.ask(PLANNER, "PATCH", f"/api/plans/{plan}/grids/{code}", json={"name": name})
            assert answer.status_code == 200, answer.text
            revision = answer.json()["revision"]
            for server in (other, world):
                stale += [f"{number}: {what}" for what in behind(server, plan, code, name, places[code])]
            page = other.ask(PLANNER, "GET", f"/api/changes?since={since}").json()
            if [one["revision"] for one in page["items"] if one["plan"] == plan] != [revision]:
                stale.append(f"{number}: feed {page['items']}, not {revision}")
            since = page["latest"]
        return stale
    finally:
        done.set()
        for reader in readers:
            reader.join()


def behind(server: World, plan: str, code: str, name: str, place: tuple[int, int, int]) -> list[str]:
    """Return what does not show a grid's new name."""
    body = Tiles(server, PLANNER, plan).answer(place).content
    grids = read(body, place)["grids"].set_index("code")
    found = {
        "tile": grids.at[code, "name"],
        "feature": server.ask(PLANNER, "GET", f"/api/plans/{plan}/grids/{code}").json()["properties"]["name"],
    }
    return [f"{what} {shown!r}, not {name!r}" for what, shown in found.items() if shown != name]


def place_of(feature: dict) -> tuple[int, int, int]:
    """Return the tile that a grid's first vertex is in."""
    part = feature["geometry"]["coordinates"]
    ring = part[0] if feature["geometry"]["type"] == "Polygon" else part[0][0]
    column, row = place_at(tuple(ring[0]), ZOOM)
    return ZOOM, int(column), int(row)


def keep_reading(world: World, plan: str, places: list[tuple[int, int, int]], done: threading.Event) -> None:
    """Read tiles as fast as they come, so that they are in the cache."""
    tiles = Tiles(world, PLANNER, plan)
    while not done.is_set():
        for place in places:
            assert tiles.answer(place).status_code == 200
            if done.is_set():
                return


def main() -> None:
    """Run it for long; the exit code is 1 where anything was behind."""
    from data.cluster import running_cluster
    from data.cluster.configuration import ADMINISTRATOR
    from data.database.access import Access
    from data.database.engine import application_engine
    from data.database.schema import upgrade
    from data.plans.importing import import_build

    parser = argparse.ArgumentParser(prog="python -m tests.api.doors.never_stale")
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--build", type=Path, required=True, help="a build of One Grid")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_cluster(Path(folder)) as url:
        access = Access(url, url.as_user(ADMINISTRATOR), Path(folder))
        upgrade(access)
        engine = application_engine(url)
        import_build(engine, given.build, NAME, by="importer")
        engine.dispose()
        with peopled(access) as world, beside(world) as other:
            stale = edit_and_look(world, other, edits=given.edits)
    print("\n".join(stale) or f"{given.edits} edits, nothing was behind")
    raise SystemExit(bool(stale))


if __name__ == "__main__":
    main()
