"""Plans for many: what is outside of a scope is not seen and not changed, edits reach their neighbours all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, text

from data.database.engine import connected
from data.database.url import DatabaseURL
from data.plans.decisions import find_gaps
from data.plans.differing import State
from data.plans.door import edit_on, tried
from data.plans.exporting import read_plan
from data.plans.feed import feed
from data.plans.figures import figures
from data.plans.ground import box_of, load, meant_by_codes
from data.plans.ledger import read_gaps
from data.plans.life import branch, move
from data.plans.pages import page_of_grids
from data.plans.plan import find_plan, list_plans
from data.plans.verbs import read_verb
from data.users.errors import NotAllowed
from data.users.identity import Identity
from data.users.roles import Role
from data.users.transactions import Transactions
from geo.errors import UnknownGridError
from tests.data.plans.plans import across, grids_of, plan_of

TODAY = date(2026, 3, 1)


@pytest.fixture
def doors(planned: Engine) -> Iterator[Transactions]:
    """Connect as the server does."""

    made = Transactions(DatabaseURL(planned.url.render_as_string(hide_password=False).replace("+psycopg", "")))
    yield made
    made.in_threads.dispose()


def communities(planned: Engine) -> list[str]:
    """Return the communities of the town."""
    return sorted({version.grid.community for version in grids_of(planned).values()})


def said(number: int | None) -> str | None:
    """Return a count as text, None where nobody knows it."""
    return None if number is None else str(number)


def split(name: str, engine: Engine, grid, *, scope: str, dry_run: bool = False):
    """Split a grid as somebody of a scope."""
    plan = plan_of(engine, name)
    verb = read_verb({"verb": "split", "code": grid.code, "line": across(grid.polygon)})
    asked = {"by": "li", "base": plan.head, "crs": f"EPSG:{plan.srid}", "dry_run": dry_run, "scope": scope}
    return tried(engine, name, lambda connection: edit_on(connection, name, verb, **asked))


def test_a_viewer_sees_the_grids_gaps_and_sums_of_the_scope_and_no_others(planned: Engine, doors: Transactions):
    every = grids_of(planned)
    state = State(plan_of(planned, "town"), 0)
    one, other = communities(planned)[:2]
    for scope in ("", one[:2], one[:6], one[:7], one[:9], one[:11], one, other, "110101"):
        with doors.looking(Identity("li", Role.viewer, scope)) as connection:
            found = page_of_grids(connection, state, {}, limit=10_000)
            gaps = find_gaps(connection, state, TODAY, {})
            sums = figures(connection, state, TODAY)
            told = dict(read_plan(connection, state.plan, ["build"], today=TODAY)["build"].to_numpy())
        assert (told["grids"], told.get("households")) == (str(len(found)), said(sums.households))
        assert told["gaps"] == str(len(gaps))
        assert [one.code for one in found] == sorted(code for code in every if code.startswith(scope))
        assert sums.grids == len(found)
        assert sums.communities == len({code[:12] for code in every if code.startswith(scope)})
        assert all((gap.community or "").startswith(scope) for gap in gaps)
        assert bool(gaps) == (scope != "110101")


def test_a_plan_is_there_for_whose_scope_covers_something_of_its_jurisdiction(planned: Engine, doors: Transactions):
    jurisdiction = plan_of(planned, "town").jurisdiction
    for scope, there in (("", True), (jurisdiction[:2], True), (communities(planned)[0], True), ("110101", False)):
        with doors.looking(Identity("li", Role.viewer, scope)) as connection:
            assert [plan.name for plan in list_plans(connection)] == ["town"] * there
        with doors.editing(Identity("li", Role.planner, scope)).begin() as connection:
            assert [plan.name for plan in list_plans(connection)] == ["town"] * there


def test_nobody_sees_no_plan(doors: Transactions):
    with doors.working(None) as connection:
        assert connection.scalar(text("SELECT count(*) FROM onegrid.plan")) == 0
        assert connection.scalar(text("SELECT count(*) FROM onegrid.grid_version")) == 0


def test_a_planner_edits_within_the_scope_up_to_its_border_and_nothing_beyond(planned: Engine, doors: Transactions):
    home, other = communities(planned)[:2]
    grids = [version.grid for version in grids_of(planned).values()]
    mine = max((grid for grid in grids if grid.community == home), key=lambda grid: grid.polygon.area)
    theirs = max((grid for grid in grids if grid.community == other), key=lambda grid: grid.polygon.area)
    engine = doors.editing(Identity("li", Role.planner, home))
    for dry_run in (True, False):
        with pytest.raises(UnknownGridError):
            split("town", engine, theirs, scope=home, dry_run=dry_run)
    with pytest.raises(NotAllowed):
        split("town", engine, theirs, scope="")  # the database checks by itself
    assert plan_of(planned).head == 0
    done = split("town", engine, mine, scope=home)
    assert done.revision == 1
    assert done.created


@pytest.mark.parametrize("role", [Role.viewer, Role.supervisor, Role.approver])
def test_who_is_no_planner_changes_nothing_by_whatever_door(planned: Engine, doors: Transactions, role: Role):
    engine = doors.editing(Identity("li", role))
    grid = next(iter(grids_of(planned).values())).grid
    for attempt in (
        lambda: split("town", engine, grid, scope=""),
        lambda: branch(engine, "other", of="town", by="li"),
        lambda: move(engine, "town", "submit", by="li"),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert plan_of(planned).head == 0


def test_the_spatial_index_serves_a_scoped_viewer(planned: Engine, doors: Transactions):
    home = communities(planned)[0]
    statement = """EXPLAIN SELECT code FROM onegrid.grids_at(1, 0)
        WHERE polygon && ST_MakeEnvelope(0, 0, 1, 1, (SELECT srid FROM onegrid.plan LIMIT 1))"""
    with doors.looking(Identity("li", Role.viewer, home)) as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        said = "\n".join(connection.scalars(text(statement)))
    index = next(line for line in said.splitlines() if "Index Cond" in line and "&&" in line)
    assert "polygon" in index
    assert "grid_version_place" in said


def test_an_edit_looks_at_what_its_transaction_may_see_and_no_more(planned: Engine, doors: Transactions):
    every = grids_of(planned)
    places, codes = communities(planned), list(every)
    boxes = [box_of(version.grid.polygon) for version in every.values()]
    plan = plan_of(planned, "town")
    for scope in ("", places[0], "110101"):
        within = {code for code in every if code.startswith(scope)}
        with doors.looking(Identity("li", Role.viewer, scope)) as connection:
            assert load(connection, plan, 0, boxes, places).keys() == within
            gaps = read_gaps(connection, plan, 0, places, [])
            if scope != "110101":
                assert meant_by_codes(connection, plan, 0, within).codes == within
        assert {gap.said["community"] for gap in gaps} == {place for place in places if place.startswith(scope)}
    with doors.working(None) as connection:
        assert load(connection, plan, 0, boxes, places) == {}
        with pytest.raises(UnknownGridError):
            meant_by_codes(connection, plan, 0, codes)


def test_the_feed_tells_a_number_only_when_all_lower_ones_are_settled(planned: Engine):
    names = ["one", "two"]
    for name in names:
        branch(planned, name, of="town", by="li")
    with connected(planned, place="") as reader:
        _, start = feed(reader, 2**62, 10)
    slow = planned.connect()
    begun = slow.begin()
    plan = find_plan(slow, "one")
    move_sql = text("SELECT onegrid.move_plan(:plan, 'draft', 'in_review', 'li', 'submit', NULL)")
    slow.execute(move_sql, {"plan": plan.plan_id})  # has its number, and is not committed
    move(planned, "two", "submit", by="li")  # has a higher one, and is
    with connected(planned, place="") as reader:
        found, cursor = feed(reader, start, 10)
    assert (found, cursor) == ([], start)
    begun.commit()
    slow.close()
    with connected(planned, place="") as reader:
        found, cursor = feed(reader, start, 10)
    assert [one.plan for one in found] == names
    assert cursor == found[-1].sequence
