"""What is kept of what plans add up to is what their grids and gaps add up to, whatever was done to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection, Engine

from data.database.access import Access
from data.database.engine import connected
from data.database.schema import upgrade
from data.database.url import DatabaseURL
from data.demo.writing import write_demo
from data.output import write_build
from data.plans.decisions import ALL, find_gaps, sign_gap
from data.plans.differing import State
from data.plans.exporting import read_plan
from data.plans.figures import figures, grids_in
from data.plans.importing import import_build
from data.plans.life import branch, log
from data.plans.merging import merge_plans
from data.plans.plan import list_plans
from data.plans.rows import row, rows
from data.plans.summing import BOX, Summed, summed, touched
from data.plans.tiles import EXTENT_OF, Drawable, asked, sides_of
from data.users.identity import Identity
from data.users.roles import Role
from data.users.transactions import Transactions
from geo.build import build
from geo.errors import EditRefused
from geo.gaps import LEDGERS
from geo.gaps.exceptions import ACCEPTED
from geo.sources import COUNTS, Parameters, Sources
from geo.summary import OF_STAFF, by_division
from geo.themes import themes
from tests.api.doors.tiles_read import read
from tests.data.plans.asking import random_verb
from tests.data.plans.conftest import built, opened
from tests.data.plans.plans import ask, grids_of, plan_of
from tests.databases import database_like, execute
from tests.geo.messy import messy_sources

TODAY = date(2026, 3, 1)
LATER = date(2027, 6, 1)
SUMMED = ("grids", "gaps", "staffing", "community_staffing", "assignments", "communities")
FILLING = import_module("data.migrations.versions.0010_sums").FILLING
OF_0020 = ("county", "communities", "area_m2", "west", "south", "east", "north")
SUMS_KEPT = (
    "plan_id, division, from_revision, to_revision, grids, households, population, party_members, required, held,"
    f" short, covered, unheld, contested, unserved, excepted, {', '.join(OF_0020)}"
)


@pytest.fixture(scope="module")
def lived(database_module: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Access, Engine]]:
    """Have people edit, branch, merge and decide."""
    dice = np.random.default_rng(7)
    folder = tmp_path_factory.mktemp("towns")
    built(write_demo(folder / "demo", communities=2), folder / "demo built")
    write_build(build(of_two_counties(), Parameters()), folder / "messy.gpkg", facts={})
    with opened(database_module) as engine:
        for name, out in {"demo": folder / "demo built", "messy": folder / "messy.gpkg"}.items():
            import_build(engine, out, name, by="importer")
            names = [name]
            for step in range(4):
                edited(engine, names[dice.integers(len(names))], dice)
                decided(engine, names[dice.integers(len(names))], dice)
                if step < 3:
                    of = plan_of(engine, names[-1])
                    made = branch(engine, f"{name} {step}", of=of.name, by="b", at=revision(engine, of, dice))
                    names.append(made.name)
                    edited(engine, names[-1], dice)
            with suppress(EditRefused):
                merge_plans(engine, name, source=names[1], by="m", base=plan_of(engine, name).head)
        yield database_module, engine


def of_two_counties() -> Sources:
    """Draw a mess of nine communities, in four streets of two counties."""
    sources = messy_sources(1, side=3, per_layer=10)
    streets = [*3 * ["530102001"], *2 * ["530102002"], *2 * ["530103001"], *2 * ["530103002"]]
    codes = [f"{street}{number:03}" for number, street in enumerate(streets, start=1)]
    return replace(sources, communities=sources.communities.assign(code=codes))


@pytest.fixture(scope="module")
def database_module(pattern_database: Access) -> Iterator[Access]:
    """Use a database for all tests here."""
    with database_like(pattern_database) as access:
        yield access


def revision(engine: Engine, plan, dice: np.random.Generator) -> int:
    """Choose one of the revisions of a plan."""
    with connected(engine, place="") as connection:
        return int(dice.integers(log(connection, plan, limit=1)[0].revision, plan.head + 1))


def edited(engine: Engine, name: str, dice: np.random.Generator, tries: int = 6) -> None:
    """Edit a plan at random, twice where the rules allow."""
    done = 0
    for _ in range(tries):
        grids = grids_of(engine, name)
        polygons = np.array([one.grid.polygon for one in grids.values()], dtype=object)
        said = random_verb(list(grids), polygons, dice)
        with suppress(EditRefused):
            ask(engine, said.pop("verb"), plan=name, **said)
            done += 1
        if done == 2:
            return


def decided(engine: Engine, name: str, dice: np.random.Generator) -> None:
    """Accept some gaps of a plan, open others."""
    plan = plan_of(engine, name)
    with connected(engine, place="") as connection:
        gaps = find_gaps(connection, State(plan, plan.head), TODAY, {})
        for gap in dice.choice(len(gaps), size=8, replace=False):
            expires = [date(2026, 9, 1), date(2999, 1, 1), date(2999, 1, 1), None][dice.integers(4)]
            state, reason = ("open", None) if expires is None else ("accepted", "已知")
            said = {"state": state, "reason": reason, "expires": expires, "by": "supervisor"}
            sign_gap(connection, plan, gaps[gap].gap_id, **said)


def states(connection: Connection) -> Iterator[State]:
    """Yield every revision of every plan."""
    for plan in list_plans(connection):
        for entry in log(connection, plan):
            yield State(plan, entry.revision)


def in_full(connection: Connection, state: State, today: date):
    """Add a plan up from its grids and gaps, as a report on a build does."""
    layers = read_plan(connection, state.plan, SUMMED, at=state.at, today=today)
    table = by_division(layers)
    table = table[table["level"] != "county"].set_index(["level", "code"])
    boxes = layers["communities"].set_index("code").bounds.set_axis(list(BOX), axis=1)
    classes = themes(layers)[["shortage", "form", "severity"]].assign(
        **{name: layers["grids"][name].array for name in ("kind", "management_type")}
    )
    there = layers["gaps"][layers["gaps"]["state"] != ACCEPTED]
    counts = {name: classes[name].value_counts().to_dict() for name in classes}
    return table, boxes, counts, there["kind"].value_counts().to_dict(), layers


def require_same(found: Summed, connection: Connection, state: State, today: date) -> None:
    """Require that the sums kept are the sums in full."""
    table, boxes, classes, kinds, layers = in_full(connection, state, today)
    kept = found.divisions.set_index(["level", "code"])
    assert sorted(kept.index) == sorted(table.index)
    kept = kept.loc[table.index]
    for name in ("communities", "grids", *LEDGERS, "accepted", *COUNTS, *OF_STAFF):
        pd.testing.assert_series_equal(
            kept[name].astype("Int64"), table[name].astype("Int64"), check_names=False, obj=f"{name} of {state}"
        )
    for name in ("area_m2", "unclaimed_m2"):
        assert np.allclose(kept[name], table[name], rtol=1e-12)
    known = (kept["covered"] + kept["uncovered"]) > 0
    assert kept["uncovered"].where(known).astype("Int64").equals(table["without_organisation"].astype("Int64"))
    communities = kept.loc["community"]
    names = layers["communities"].set_index("code")["name"]
    assert communities["name"].tolist() == names.loc[communities.index].tolist()
    assert communities[list(BOX)].astype(float).equals(boxes.loc[communities.index].astype(float))
    assert found.classes == classes
    assert found.kinds == kinds


def require_same_figures(connection: Connection, state: State, today: date) -> None:
    """Require that the figures of a plan are those of its grids and gaps."""
    layers = read_plan(connection, state.plan, ("grids", "gaps"), at=state.at, today=today)
    grids, gaps = layers["grids"], layers["gaps"]
    open_ = gaps[gaps["state"] != ACCEPTED]
    found = figures(connection, state, today)
    assert found.grids == len(grids) == grids_in(connection, state)
    assert found.communities == grids["community_code"].nunique()
    for name in COUNTS:
        sums = grids[name].astype("Int64").sum(min_count=1)
        assert getattr(found, name) == (None if pd.isna(sums) else sums)
    assert found.area_m2 == pytest.approx(grids.area.sum(), rel=1e-12)
    assert found.gaps == {ledger: (open_["ledger"] == ledger).sum() for ledger in LEDGERS}
    assert found.accepted == len(gaps) - len(open_)
    assert found.bounds == (tuple(shapely.total_bounds(grids.geometry.to_numpy())) if len(grids) else None)


def test_sums_of_every_revision_are_those_of_its_grids_and_gaps(lived: tuple[Access, Engine]):
    accepted, places = 0, set()
    with connected(lived[1], place="") as connection:
        for number, state in enumerate(states(connection)):
            today = (TODAY, LATER)[number % 2]
            require_same_figures(connection, state, today)
            require_same(summed(connection, state, today), connection, state, today)
            accepted += figures(connection, state, today).accepted
            places.add((state.plan.plan_id, state.at))
    assert accepted > 0
    assert len(places) > 20


def drawn(connection: Connection, state: State, today: date) -> pd.DataFrame:
    """Return what tiles of every band say of divisions, by code."""
    said = {name: getattr(state.plan, name) for name in ("plan_id", "name", "state", "srid", "source_id")}
    plan = Drawable(
        **said, head=state.at, jurisdiction=state.plan.jurisdiction, decided="", decision=ALL, day=today, history=1
    )
    sides = sides_of(row(connection, EXTENT_OF, {"source": plan.source_id}))
    found = []
    for zoom in (3, 8, 10, 11):  # from farther away there is nothing left of so small a county
        west, north, east, south = (int(side * 2**zoom) for side in sides)
        for place in ((zoom, x, y) for x in range(west, east + 1) for y in range(north, south + 1)):
            layers = read(bytes(rows(connection, *asked(plan, place, ""))[0].tile), place)
            found.append(pd.DataFrame(layers["divisions"]) if "divisions" in layers else pd.DataFrame())
    return pd.concat(found).drop(columns="geometry").drop_duplicates().set_index("code").sort_index()


def counted(connection: Connection, state: State, today: date) -> pd.DataFrame:
    """Return the same from all grids and gaps."""
    layers = read_plan(connection, state.plan, ("grids", "gaps", "staffing", "assignments"), at=state.at, today=today)
    grids = layers["grids"].set_index("code")[["community_code", *COUNTS]].assign(grids=1)
    grids["covered"] = layers["assignments"].set_index("code")["form"].ne("none").astype(int)
    grids["covered"] = grids["covered"].fillna(0)
    grids = grids.join(layers["staffing"].groupby("code")[list(OF_STAFF)].sum(min_count=1))
    gaps = layers["gaps"][layers["gaps"]["state"] != ACCEPTED]
    levels = []
    for digits in (6, 9, 12):
        table = grids.groupby(grids["community_code"].str[:digits]).sum(min_count=1, numeric_only=True)
        for ledger in LEDGERS:
            here = gaps.loc[gaps["ledger"] == ledger, "community_code"].str[:digits].value_counts()
            table[ledger] = here.reindex(table.index, fill_value=0)
        levels.append(table.assign(gaps=table[list(LEDGERS)].sum(axis=1)))
    return pd.concat(levels).sort_index()


def test_tiles_say_of_each_division_what_its_grids_and_gaps_add_up_to(lived: tuple[Access, Engine]):
    with connected(lived[1], place="") as connection:
        for number, state in enumerate(list(states(connection))[::3]):
            today = (TODAY, LATER)[number % 2]
            found, wanted = drawn(connection, state, today), counted(connection, state, today)
            found = found[found["grids"] > 0].reindex(columns=wanted.columns)  # what nobody knows is in no tile
            assert found.index.tolist() == wanted.index.tolist()
            for name in wanted:
                pd.testing.assert_series_equal(
                    found[name].astype("Int64"), wanted[name].astype("Int64"), check_names=False, obj=f"{name} {state}"
                )


def test_who_sees_less_has_the_sums_of_that(lived: tuple[Access, Engine]):
    engine = lived[1]
    doors = Transactions(DatabaseURL(engine.url.render_as_string(hide_password=False).replace("+psycopg", "")))
    plan = plan_of(engine, "messy 2")
    homes = sorted({one.grid.community for one in grids_of(engine, plan.name).values()})
    assert len({home[:9] for home in homes}) > len({home[:6] for home in homes}) > 1
    for scope in {*homes, *(home[:digits] for home in homes for digits in (2, 6, 7, 9, 11)), "110101"}:
        with doors.looking(Identity("li", Role.viewer, scope)) as connection:
            state = State(plan, plan.head)
            require_same_figures(connection, state, TODAY)
            if grids_in(connection, state):
                require_same(summed(connection, state, TODAY), connection, state, TODAY)
            else:
                assert scope == "110101"
    doors.in_threads.dispose()


def test_an_upgrade_fills_the_sums_of_every_revision_there_ever_was(lived: tuple[Access, Engine]):
    access, engine = lived
    engine.dispose()  # a database that somebody is connected to is not copied
    columns = "plan_id, community, from_revision, to_revision, grids, households, area_m2, unheld, classes::text"
    kept = f"SELECT {columns} FROM onegrid.drawn_community ORDER BY 1, 2, 3"
    of_source = "SELECT * FROM onegrid.source_community ORDER BY 1, 2"
    of_divisions = f"SELECT {SUMS_KEPT} FROM onegrid.drawn_sum ORDER BY 1, 2, 3"
    with database_like(access) as copy:
        before = [execute(copy, query) for query in (kept, of_source, of_divisions)]
        execute(
            copy, "SET ROLE onegrid_owner", "SET search_path = onegrid, public",
            "TRUNCATE onegrid.drawn_community, onegrid.source_community", FILLING,
            *(f"ALTER TABLE onegrid.drawn_sum DROP COLUMN {name}" for name in OF_0020),
            "UPDATE onegrid.alembic_version SET version_num = '0019'",
        )  # fmt: skip
        assert upgrade(copy)[0] == "0019"
        assert [execute(copy, query) for query in (kept, of_source, of_divisions)] == before


LONG_AGO = "UPDATE onegrid.gap_decision SET signed_at = '2000-01-01'"


def test_communities_that_are_not_touched_since_a_revision_count_what_they_counted(lived: tuple[Access, Engine]):
    execute(lived[0], LONG_AGO)
    spared = 0
    with connected(lived[1], place="") as connection:
        for plan in list_plans(connection):
            sums: dict[int, pd.DataFrame] = {}
            for entry in log(connection, plan):
                state = State(plan, entry.revision)
                found = summed(connection, state, TODAY).divisions
                sums[state.at] = found[found["level"] == "community"].set_index("code")
                for since, then in sums.items():
                    told = touched(connection, state, since)
                    assert told is not None
                    left = sums[state.at].index.difference(sorted(told))
                    pd.testing.assert_frame_equal(sums[state.at].loc[left], then.loc[left])
                    spared += len(left)
    assert spared


def test_a_decision_touches_its_community_and_another_build_all(lived: tuple[Access, Engine]):
    execute(lived[0], LONG_AGO)
    with connected(lived[1], place="") as connection:
        plan = list_plans(connection)[0]
        now = State(plan, plan.head)
        assert touched(connection, now, plan.head) == frozenset()
        gap = next(one for one in find_gaps(connection, now, TODAY, {}) if one.community)
        sign_gap(connection, plan, gap.gap_id, state="open", reason=None, expires=None, by="supervisor")
        assert touched(connection, now, plan.head) == {gap.community}
        assert touched(connection, now, -1) is None
