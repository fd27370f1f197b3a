"""The ledgers of a piece of a plan are those of the build, and after edits those of the whole plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.demo.writing import write_demo
from data.reading import read_sources
from geo.build import build
from geo.edits.applying import apply
from geo.edits.ground import Ground
from geo.edits.merge import merge_grids
from geo.edits.split import split_grid
from geo.errors import EditRefused
from geo.plans.ledgers import GridLedger, Ledgers, ledgers
from geo.result import OneGrid
from geo.sources import Parameters, Sources
from geo.tables import LEVELS, Tables
from geo.walking import NotInReachError
from tests.geo.edits.grounds import fresh, line
from tests.geo.edits.test_random_edits import random_edit
from tests.geo.messy import messy_sources
from tests.geo.plans.store import Store, rows_of
from tests.geo.sketching import sources, square
from tests.geo.tabling import post, table, tables, with_invented_tables

AS_OF = date(2026, 6, 1)
SETTLEMENT = {"settlement": "class", **{name: name for name in ("self_management", "period", "score", "stars")}}
ASSIGNMENT = ("form", "organisation_id", "members", "proposed_form", "proposed_organisation_id", "reason")


def drawn_up(store: Store, codes: Collection[str], ground: Ground | None = None) -> Ledgers:
    """Draw up the ledgers of some communities from what they hang on and no more, and farther roads if need be."""
    margin_m = 1.0
    while True:
        try:
            return ledgers(*store.piece(codes, ground, margin_m), as_of=AS_OF)
        except NotInReachError as error:
            margin_m += max(error.road_m, margin_m)


def gaps_by_id(frame: pd.DataFrame) -> dict[str, dict]:
    """Return what each gap says, by its id."""
    rows = {row["gap_id"]: row for row in rows_of(frame)}
    assert len(rows) == len(frame)
    return {
        key: {**row, "land": land.normalize().wkt}
        for (key, row), land in zip(rows.items(), frame.geometry, strict=True)
    }


def beside(grid: OneGrid) -> dict[str, GridLedger]:
    """Return what a build says beside each grid, from its layers."""
    said: dict[str, dict] = {code: {} for code in grid.grids["code"]}
    for row in rows_of(grid.assignments) if grid.assignments is not None else ():
        said[row["code"]] |= {name: row[name] for name in ASSIGNMENT}
    for row in rows_of(grid.settlements):
        said[row["code"]] |= {name: row[column] for name, column in SETTLEMENT.items()}
    posts: dict[str, list] = {code: [] for code in said}
    for row in rows_of(grid.staffing):
        posts[row.pop("code")].append(row)
    return {code: {**one, "staffing": posts[code]} for code, one in said.items()}


def said_of(ledger: GridLedger) -> dict:
    """Return what is there of a grid's ledger."""
    posts = [vars(row) for row in ledger.staffing]
    return {**{name: value for name, value in vars(ledger).items() if value is not None}, "staffing": posts}


def assert_same_as_the_build(grid: OneGrid) -> None:
    """Each community alone, from what it hangs on, gives the build's own rows about it."""
    store, expected = Store.of(grid), beside(grid)
    for code in grid.communities["code"]:
        found = drawn_up(store, [code])
        about = found.gaps["community_code"] == code
        assert set(found.gaps["gap_id"][~about]) <= found.judged
        mine = found.frame()[about]
        assert gaps_by_id(mine) == gaps_by_id(grid.gaps[(grid.gaps["community_code"] == code).to_numpy()])
        assert mine["gap_id"].tolist() == [one for one in grid.gaps["gap_id"] if one in set(mine["gap_id"])]
        for name, ledger in found.grids.items():
            there = {key: value for key, value in expected.pop(name).items() if value is not None}
            assert said_of(ledger) == there
    assert not expected


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> OneGrid:
    """The demo town with every gap kind and all tables."""
    folder = tmp_path_factory.mktemp("ledgers")
    read = read_sources(write_demo(folder / "town", communities=30, seed=1), warn=lambda sentence: None)
    return build(read.sources, read.settings.parameters, as_of=AS_OF)


def messy_build(seed: int) -> OneGrid:
    """Build a messy town with invented tables and exceptions."""
    sources = with_organisations(with_invented_tables(messy_sources(seed), seed), seed)
    return build(with_exceptions(sources, build(sources, Parameters()), seed), Parameters(), as_of=AS_OF)


def with_organisations(sources: Sources, seed: int) -> Sources:
    """Give party organisations ids, on several grids each, and members; and units members."""
    rng = np.random.default_rng(seed)
    number = np.arange(len(sources.tables.party)) % 50
    party = sources.tables.party.assign(
        organisation_id=pd.Series([f"z{one}" for one in number], dtype="str"),
        level=pd.Series(np.array(LEVELS)[number % len(LEVELS)], dtype="str"),
        members=pd.array(number % 7, dtype="Int64"),
    )
    members = pd.array(rng.integers(0, 5, len(sources.units)), dtype="Int64")
    return replace(
        sources, tables=replace(sources.tables, party=party), units=sources.units.assign(party_members=members)
    )


def with_exceptions(sources: Sources, grid: OneGrid, seed: int) -> Sources:
    """Sign exceptions of all forms: by the id of a gap, by unit, community, grid, post and facility, some run out."""
    rng = np.random.default_rng(seed)
    units = [f"{unit.layer}:{unit.source_id}" for unit in sources.units.itertuples()]
    places = [*units, *(f"community:{code}" for code in sources.communities["code"])]
    said = {"reason": "缓办", "signer": "甲"}
    rows = []
    for number in range(60):
        gap = grid.gaps.iloc[int(rng.integers(len(grid.gaps)))]
        day = {
            "expires": rng.choice(["2026-05-31", "2026-06-01", "2027-01-01"]),
            "signed": rng.choice(["2026-01-01", None]),
        }
        if number % 3:
            more = {"post": rng.choice(["cleaner", None])} if gap["kind"] == "understaffed" else {}
            rows.append({**said, **day, **more, "on": rng.choice(places), "kind": gap["kind"]})
        else:
            rows.append({**said, **day, "gap_id": gap["gap_id"]})
    tables = sources.tables or Tables()
    return replace(sources, tables=replace(tables, exceptions=table("exceptions", *rows)))


def test_each_community_of_the_demo_town_alone_has_the_ledgers_of_the_build(town: OneGrid):
    assert set(town.gaps["state"]) == {"open", "accepted", "expired"}
    assert_same_as_the_build(town)


@pytest.mark.parametrize("seed", range(3))
def test_each_community_of_a_messy_town_alone_has_the_ledgers_of_the_build(seed: int):
    assert_same_as_the_build(messy_build(seed))


def test_several_communities_together_have_the_ledgers_of_each(town: OneGrid):
    store, codes = Store.of(town), town.communities["code"].tolist()[:3]
    together = drawn_up(store, codes)
    alone = [drawn_up(store, [code]) for code in codes]
    every = {key: row for one in alone for key, row in gaps_by_id(one.frame()).items()}
    assert gaps_by_id(together.frame()) == every
    assert together.grids == {key: row for one in alone for key, row in one.grids.items()}


def test_some_grids_have_what_they_have_among_all(town: OneGrid):
    store, code = Store.of(town), town.communities["code"].iloc[0]
    whole = drawn_up(store, [code])
    for some in (list(whole.grids)[:1], list(whole.grids)[2:5]):
        found = ledgers(*store.piece([code], margin_m=np.inf), codes=some, as_of=AS_OF)
        assert found.grids == {name: whole.grids[name] for name in some}
        mine, every = gaps_by_id(found.frame()), gaps_by_id(whole.frame())
        assert mine.items() <= every.items()
        assert {key for key, row in every.items() if row["code"] in some} <= mine.keys()


def updated(kept: dict[str, dict], found: Ledgers, codes: Collection[str]) -> dict[str, dict]:
    """Bring a plan's ledger up to date as `Ledgers` says."""
    stay = {key: row for key, row in kept.items() if row["community_code"] not in codes and key not in found.judged}
    return stay | gaps_by_id(found.frame())


def edited_at_random(store: Store, seed: int, edits: int) -> int:
    """Edit a plan many times; what each edit leaves of the ledger is what the whole plan says. Count the edits done."""
    rng = np.random.default_rng(seed)
    ground, done = store.ground, 0
    kept = gaps_by_id(ledgers(ground, store.dossier, as_of=AS_OF).frame())
    for number in range(edits):
        try:
            change = apply(ground, random_edit(ground, rng, number))
        except EditRefused:
            continue
        touched = {grid.community for grid in (*change.created, *change.modified, *change.retired, *change.woven)}
        ground = change.ground
        found, whole = drawn_up(store, touched, ground), ledgers(ground, store.dossier, as_of=AS_OF)
        kept = updated(kept, found, touched)
        assert kept == gaps_by_id(whole.frame())
        assert found.grids == {
            code: row for code, row in whole.grids.items() if ground.grids[code].community in touched
        }
        done += 1
    return done


@pytest.mark.parametrize("seed", range(3))
def test_after_random_edits_the_communities_touched_alone_have_the_ledgers_of_the_whole_plan(seed: int):
    assert edited_at_random(Store.of(messy_build(seed)), seed, 12) >= 3


def test_after_random_edits_of_the_demo_town_its_ledgers_are_those_of_the_whole(town: OneGrid):
    assert edited_at_random(Store.of(town), 5, 8) >= 3


A, B = "530102001001", "530102001002"


def code_of(store: Store, community: str, unit: str) -> str:
    """Return the code of the grid that a unit has in a community."""
    (code,) = (
        grid.code
        for grid in store.ground.grids.values()
        if (grid.community, f"{grid.source_layer}:{grid.source_id}") == (community, unit)
    )
    return code


def about(found: Ledgers, kind: str) -> list[tuple[str, str | None]]:
    """Return community and grid of the gaps of a kind."""
    chosen = found.gaps["kind"] == kind
    return sorted(zip(found.gaps["community_code"][chosen], found.gaps["code"][chosen], strict=True))


def test_a_compound_that_loses_its_grid_at_home_is_judged_by_its_grid_elsewhere():
    none = {"owners_committee": "无", "households": 300}
    drawn = {"u": (square(1, 0, 3), none), "v": (square(0, 0), {"owners_committee": "业委会"})}
    store = Store.of(build(sources("AAAB", compound=drawn), Parameters()))
    home, away, other = (code_of(store, *of) for of in ((A, "compound:u"), (B, "compound:u"), (A, "compound:v")))
    before = drawn_up(store, [A])
    assert about(before, "no_self_government") == [(A, home)]
    assert f"no_self_government:{away}" in before.judged
    after = apply(store.ground, merge_grids([other, home], keep=other)).ground
    assert about(drawn_up(store, [A], after), "no_self_government") == [(B, away)]


def test_an_overlap_in_two_communities_goes_to_the_other_when_its_grid_here_is_split():
    """Zones p and q overlap by 1.5 cells in A and by 1 in B; half of the 1.5 are less than 1."""
    drawn = {"p": square(0, 0, 4), "q": square(1.5, 0, 3.5)}
    store = Store.of(build(sources("AAABBB", patrol_zone=drawn), Parameters()))
    assert about(drawn_up(store, [A]), "overlap") == about(drawn_up(store, [B]), "overlap")
    ((community, code),) = about(drawn_up(store, [A]), "overlap")
    assert community == A
    after = apply(store.ground, split_grid(code, line((2.25, -1), (2.25, 2)), fresh=fresh())).ground
    found = drawn_up(store, [A], after)
    assert [community for community, _ in about(found, "overlap")] == [B]
    assert found.judged == {"overlap:patrol_zone:p+patrol_zone:q"}


def test_who_works_for_the_community_itself_has_no_grid_when_its_unclaimed_land_is_gone():
    named = tables(roster=post("grid_head", f"community:{A}"), party=[])
    store = Store.of(build(replace(sources("AA", compound={"v": square(0, 0)}), tables=named), Parameters()))
    kept, nobodys = code_of(store, A, "compound:v"), code_of(store, A, f"community:{A}")
    before = drawn_up(store, [A])
    assert {code: one.staffing[0].held for code, one in before.grids.items()} == {kept: 0, nobodys: 1}
    after = apply(store.ground, merge_grids([kept, nobodys], keep=kept)).ground
    found = drawn_up(store, [A], after)
    assert {code: one.staffing[0].held for code, one in found.grids.items()} == {kept: 0}
    assert about(found, "no_grid_head") == [(A, kept)]


def test_without_tables_and_standards_what_hangs_on_them_is_left_out():
    grid = build(replace(sources("AB", compound={"v": square(0, 0, 1.5)}), standards=None), Parameters())
    found = drawn_up(Store.of(grid), [A])
    assert set(found.gaps["kind"]) == set(grid.gaps[grid.gaps["community_code"] == A]["kind"])
    assert list(found.grids.values()) == [GridLedger()]
    assert drawn_up(Store.of(grid), [B]).frame()["kind"].tolist() == ["unclaimed", "straddle"]
