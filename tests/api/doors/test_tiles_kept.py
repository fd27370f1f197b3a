"""How long tiles are good for: for ever, until asked again, never a moment too long."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Iterator
from datetime import date

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.tiles_cache import OVERHEAD, KeptTile, TileCache
from data.database.access import Access
from data.database.engine import application_engine, connected
from data.database.together import Together
from data.plans.decisions import ALL
from data.plans.plan import find_plan
from data.plans.tiles import Drawable, asked
from data.plans.tiles_sql import FOUND_GRIDS
from data.users.identity import Identity, as_identity
from data.users.roles import Role
from tests.api.doors.never_stale import beside, edit_and_look
from tests.api.doors.test_plans import PLANNER, SUPERVISOR, across, every_grid, largest
from tests.api.doors.tiles_read import Tiles, read
from tests.api.doors.world import ADMIN, INSIDE, NAME, World, peopled
from tests.databases import database_like, execute
from tests.loops import run_apart


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


def test_a_plan_in_force_is_kept_for_ever_by_its_revision_and_what_was_decided(world: World):
    plan = world.branched(submitted=True)
    approval = {"effective_date": date.today().isoformat(), "replace": True}
    assert world.ask(ADMIN, "POST", f"/api/plans/{plan}/approve", json=approval).status_code == 200
    tiles = Tiles(world, PLANNER, plan)
    before, place = tiles.json()["tiles"][0], tiles.places(15)[0]
    assert "?revision=" in before
    for _ in range(2):
        assert tiles.answer(place).headers["cache-control"] == "private, max-age=31536000, immutable"
    plain = re.sub(r"\?.*", "", before).format(**dict(zip("zxy", place, strict=True)))
    for query in ("", "?revision=1", "?revision=999&decided=1", "?decided=3"):
        answer = world.ask(PLANNER, "GET", plain + query)
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.content == tiles.answer(place).content
    accepted = {"state": "accepted", "reason": "物业代管", "expires": "2999-12-31"}
    gap = world.ask(PLANNER, "GET", f"/api/plans/{plan}/gaps?state=open").json()["items"][0]["gap_id"]
    assert world.ask(SUPERVISOR, "PATCH", f"/api/plans/{plan}/gaps/{gap}", json=accepted).status_code == 200
    after = tiles.json()["tiles"][0]
    assert after != before
    shown = {address: states(world, tiles, address, gap) for address in (before, after)}
    assert shown == {before: {"open"}, after: {"accepted"}}
    found = tiles.layer("gaps", 15).drop_duplicates("gap_id").set_index("gap_id")
    assert found.at[gap, "state"] == "accepted"


def states(world: World, tiles: Tiles, address: str, gap: str) -> set[str]:
    """Return what tiles of an address that nobody asked for before say of a gap; each may be kept for ever."""
    found = set()
    for place in tiles.places(16):
        answer = world.ask(PLANNER, "GET", address.format(**dict(zip("zxy", place, strict=True))))
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        if (gaps := read(answer.content, place).get("gaps")) is not None:
            found |= set(gaps.loc[gaps["gap_id"] == gap, "state"])
    return found


def test_an_edit_changes_the_etags_of_the_tiles_it_touched_and_no_others(world: World):
    plan = world.branched()
    tiles = Tiles(world, PLANNER, plan)
    grid = largest(every_grid(world))
    before = {place: tiles.answer(place) for place in tiles.places(16)}
    assert all(answer.headers["cache-control"] == "private, no-cache" for answer in before.values())
    edit = {"verb": "split", "code": grid["id"], "line": across(grid), "base_revision": 0}
    done = world.ask(PLANNER, "POST", f"/api/plans/{plan}/edits", json=edit)
    codes = {grid["id"], *done.json()["created"]}
    changed, shown = set(), set()
    for place, was in before.items():
        answer = tiles.answer(place, headers={"If-None-Match": was.headers["etag"]})
        assert answer.status_code in {200, 304}
        assert (answer.status_code == 304) == (answer.content == b"" != was.content or answer.content == was.content)
        changed |= {place} if answer.status_code == 200 else set()
        grids = tiles.layers(place).get("grids")
        shown |= {place} if grids is not None and codes & set(grids["code"]) else set()
    assert shown <= changed < set(before)


def test_a_tile_is_the_same_in_every_encoding_each_with_an_etag_of_its_own(world: World):
    tiles = Tiles(world, PLANNER, NAME)
    place = max(tiles.places(14), key=lambda one: len(tiles.answer(one).content))
    etags = set()
    for encoding, decoded in (("identity", bytes), ("gzip", gzip.decompress), ("br", brotli.decompress)):
        with world.client.stream(
            "GET", f"/tiles/{NAME}/{place[0]}/{place[1]}/{place[2]}.mvt",
            headers={"Accept-Encoding": encoding, "Authorization": f"Bearer {world.tokens[PLANNER]}"},
        ) as answer:  # fmt: skip
            body = b"".join(answer.iter_raw())
        assert decoded(body) == tiles.answer(place).content
        assert answer.headers.get("content-encoding", "identity") == encoding
        etags.add(answer.headers["etag"])
    assert len(etags) == 3


def test_what_was_edited_is_shown_at_once_by_every_server_under_load(world: World):
    with beside(world) as other:
        assert edit_and_look(world, other, edits=12) == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3000))), st.integers(1000, 9000))
def test_the_cache_never_holds_more_than_it_may_and_gives_back_what_was_put(puts, most_bytes):
    cache, last = TileCache(most_bytes), {}
    for key, size in puts:
        tile = KeptTile.of(bytes(size), None, stays=False)
        cache.put(key, tile)
        last[key] = tile
        held = sum(len(one.body) + OVERHEAD for one in cache.tiles.values())
        assert cache.bytes == held <= most_bytes
        if size + OVERHEAD <= most_bytes:
            assert cache.get(key) is tile
    for key, tile in cache.tiles.items():
        assert tile.body == last[key].body or len(last[key].body) + OVERHEAD > most_bytes


def test_who_asks_is_answered_by_a_question_that_was_asked_later():
    async def run() -> None:
        together: Together[int] = Together()
        now, questions = 0, 0

        async def question() -> int:
            nonlocal questions
            questions += 1
            seen = now
            await asyncio.sleep(0.001)
            return seen

        async def reader(wait_s: float) -> None:
            await asyncio.sleep(wait_s)
            came = now
            assert await together.ask("plan", question) >= came

        async def clock() -> None:
            nonlocal now
            for _ in range(50):
                now += 1
                await asyncio.sleep(0.0007)

        await asyncio.gather(clock(), *(reader(number * 0.0002) for number in range(200)))
        assert questions < 120

    run_apart(run())


def test_the_spatial_index_finds_the_grids_of_a_tile_under_row_level_security(town_plan: Access):
    with database_like(town_plan) as access:
        assert "shape &&" in index_conditions(access)
        execute(access, "ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF")
        assert "shape &&" not in index_conditions(access)


def index_conditions(access: Access) -> str:
    """Return by which conditions a scoped viewer's tile finds its rows in indexes."""
    engine = application_engine(access.application)
    try:
        with connected(engine, place="test") as connection:
            who = Identity("li", Role.viewer, INSIDE)
            as_identity(connection, who)
            plan = find_plan(connection, NAME)
            shown = Drawable(
                plan.plan_id, NAME, plan.head, plan.state, plan.srid, plan.source_id, plan.jurisdiction, "", ALL,
                date.today(), 1,
            )  # fmt: skip
            _, values = asked(shown, (14, 12856, 7014), INSIDE)
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("SET enable_seqscan = off")
            sql = f"EXPLAIN WITH {FOUND_GRIDS} SELECT * FROM g"
            lines = [str(line) for (line,) in driver.execute(sql, values)]
            return "\n".join(line for line in lines if "Index Cond" in line)
    finally:
        engine.dispose()
