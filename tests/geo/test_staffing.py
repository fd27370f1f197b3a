"""Required, held, short: boundary values, arithmetic in words, and sums that agree at every level."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.standards_file import read_standards
from geo.community_workers import full_time_workers
from geo.crew import GridFacts, crew_of
from geo.roster import POST, Roster
from geo.staffing import staffing
from geo.staffing_totals import community_staffing, roll_up
from geo.tables import POSTS, as_table

STANDARDS = read_standards()
URBAN, VILLAGE = "530102001001", "530102101201"


def grids(*rows):
    """Make a layer of grids from (kind, management type, households, community)."""
    table = pd.DataFrame(rows, columns=["kind", "management_type", "households", "community_code"])
    number = table.groupby("community_code").cumcount() + 1
    table["code"] = table["community_code"] + number.astype(str).str.zfill(3)
    table["households"] = table["households"].astype("Int64")
    table["rural"] = table["community_code"].str[6] == "1"
    return table


def roster(table, *people, communities=(URBAN, VILLAGE)):
    """Make a roster of (row of the grid, post, other columns), or (community without an unclaimed grid, post)."""
    people = [(*one, {})[:3] for one in people]
    columns = {name: [more.get(name) for *_, more in people] for name in ("name", "full_time", "force")}
    rows = as_table("roster", {"post": [post for _, post, _ in people], **columns})
    grid = np.array([-1 if isinstance(place, str) else place for place, *_ in people], dtype=np.int64)
    home = [place if isinstance(place, str) else table["community_code"].iloc[place] for place, *_ in people]
    return Roster.of(rows.assign(grid=grid, community=home), len(table), np.array(communities, dtype=object))


def posts(table, people=None, own_branch=None, standards=STANDARDS):
    branch = np.zeros(len(table), dtype=bool) if own_branch is None else np.array(own_branch)
    made = staffing(table, people, standards, branch)
    return made.set_index(["code", "post"])


def workers(table, people=None):
    return posts(table, people).xs("grid_worker", level="post")


@pytest.mark.parametrize(
    ("households", "required"),
    # one for each 300 households [C], rounded up; at least one in a routine grid: 300 ÷ 300 = 1, 301 ÷ 300 = 1.003…
    [(0, 1), (1, 1), (299, 1), (300, 1), (301, 2), (600, 2), (601, 3)],
)
def test_a_town_has_a_grid_worker_for_each_300_households_rounded_up(households, required):
    assert workers(grids(("residential", "routine", households, URBAN)))["required"].tolist() == [required]


@pytest.mark.parametrize(
    ("households", "required"),
    # a worker for 5 to 15 households [S4]; least when each has 15: 5 ÷ 15 → 1, 15 ÷ 15 = 1, 16 ÷ 15 → 2, 31 ÷ 15 → 3
    [(5, 1), (15, 1), (16, 2), (30, 2), (31, 3)],
)
def test_a_village_has_a_grid_worker_for_15_households_at_most(households, required):
    assert workers(grids(("residential", "routine", households, VILLAGE)))["required"].tolist() == [required]


@pytest.mark.parametrize(
    # 10 households: 2 workers have 5 each, the low end; 3 workers have 3.3 each, fewer than 5
    ("held", "few"),
    [(2, False), (3, True)],
)
def test_fewer_than_5_households_a_village_worker_is_said(held, few):
    table = grids(("residential", "routine", 10, VILLAGE))
    row = workers(table, roster(table, *[(0, "grid_worker")] * held)).iloc[0]
    assert ("每人不到 5 户" in row["arithmetic"]) is few
    assert row["short"] == 0


def test_the_figures_of_a_post_come_with_their_arithmetic():
    """430 ÷ 300 = 1.43…, rounded up 2; one is there, part-time, half a full-time worker: 2 − 1 = 1 is missing."""
    table = grids(("residential", "routine", 430, URBAN))
    row = workers(table, roster(table, (0, "grid_worker", {"full_time": False}))).iloc[0]
    assert row[["required", "held", "short", "full_time_equivalent"]].tolist() == [2, 1, 1, 0.5]
    assert row["arithmetic"] == "2 人 = 430 户 ÷ 300，进一；现有 1 人（兼职 1 人，折合全职 0.5 人），缺 1 人"


def test_the_posts_of_a_grid_are_those_of_its_management_type():
    """Key attention: 1 head, 1 pioneer, 2 officers, 1 cleaner, 2 workers, 2 volunteers, 1 cadre; 100 ÷ 300 asks 1."""
    made = posts(grids(("residential", "key_attention", 100, URBAN))).loc[f"{URBAN}001"]
    expected = {"grid_head": 1, "pioneer": 1, "security_officer": 2, "cleaner": 1, "grid_worker": 2}
    assert made["required"].to_dict() == expected | {"volunteer": 2, "area_cadre": 1}
    assert made.loc["grid_worker", "arithmetic"] == "2 人：重点关注型网格标准（多于按户数 1 人 = 100 户 ÷ 300，进一）"
    assert made.loc["security_officer", "arithmetic"] == "2 人：重点关注型网格标准"


def test_public_space_has_the_posts_of_its_type_and_unclaimed_land_a_grid_head_alone():
    made = posts(grids(("patrol", "routine", None, URBAN), ("unclaimed", "key_attention", 12, URBAN)))
    street, nobody = made.loc[f"{URBAN}001"], made.loc[f"{URBAN}002"]
    assert list(street.index) == ["grid_head", "pioneer", "security_officer", "cleaner", "grid_worker"]
    assert nobody["required"].to_dict() == {"grid_head": 1}
    assert nobody["arithmetic"].tolist() == ["1 人：无人认领，由社区兜底，只设网格长"]


def test_the_leader_of_a_villagers_group_is_its_grid_head():
    made = posts(grids(("residential", "routine", 14, VILLAGE)))
    assert made.loc[(f"{VILLAGE}001", "grid_head"), "arithmetic"] == "1 人：村民小组长任网格长"


def test_a_branch_secretary_is_required_where_the_grid_has_a_branch_of_its_own():
    table = grids(("residential", "routine", 14, URBAN), ("residential", "routine", 14, URBAN))
    made = posts(table, own_branch=[True, False])
    assert [code for code, post in made.index if post == "branch_secretary"] == [f"{URBAN}001"]


def test_without_a_roster_what_is_required_is_known_and_the_rest_is_missing():
    made = posts(grids(("residential", "routine", 430, URBAN)))
    assert made["held"].isna().all()
    assert made["short"].isna().all()
    assert made.loc[(f"{URBAN}001", "grid_worker"), "arithmetic"] == "2 人 = 430 户 ÷ 300，进一"


def test_a_street_may_ask_for_more():
    stricter = read_standards(overrides={"at": {"530102001": {"workers": {"urban_households_per_worker": 200}}}})
    table = grids(("residential", "routine", 430, URBAN), ("residential", "routine", 430, "530102002001"))
    made = posts(table, standards=stricter).xs("grid_worker", level="post")
    assert made["required"].tolist() == [3, 2]  # 430 ÷ 200 = 2.15 → 3; 430 ÷ 300 = 1.43 → 2


@pytest.mark.parametrize(
    ("population", "required"),
    # 18 for 10,000 residents [S1], rounded up: 10,000 → 18; 10,001 × 0.0018 = 18.0018 → 19; 5,000 → 9; 1 → 1
    [(10_000, 18), (10_001, 19), (5_000, 9), (1, 1), (0, 0)],
)
def test_a_community_has_18_workers_for_10000_residents_rounded_up(population, required):
    code = np.array([URBAN], dtype=object)
    made = community_staffing(code, np.array([False]), np.array([float(population)]), None, STANDARDS)
    assert made["required"].tolist() == [required]
    assert made["post"].tolist() == ["community_worker"]


def test_villages_and_unknown_populations_are_not_asked_for_community_workers():
    code = np.array([VILLAGE, URBAN], dtype=object)
    made = community_staffing(code, np.array([True, False]), np.array([900.0, np.nan]), None, STANDARDS)
    assert made.empty


def test_community_workers_are_people_who_work_full_time_each_counted_once():
    table = grids(("residential", "routine", 430, URBAN), ("residential", "routine", 430, URBAN))
    people = roster(
        table,
        (0, "grid_head", {"name": "甲", "force": "cadre_sinks", "full_time": True}),  # counts
        (1, "grid_head", {"name": "甲", "force": "cadre_sinks", "full_time": True}),  # the same person
        (0, "grid_worker", {"name": "乙", "full_time": True}),  # counts
        (0, "grid_worker", {"name": "丙", "full_time": False}),  # part-time
        (1, "cleaner", {"name": "丁", "full_time": True}),  # no community worker
        (1, "area_cadre"),  # counts: nobody says part-time
        (1, "area_cadre"),  # counts: without a name, each row is one
    )
    assert full_time_workers(people, np.array([0, 1])).tolist() == [4, 0]


def crowded(seed, count=400):
    """Invent grids of three communities in two streets and people in them; some for a community itself."""
    rng = np.random.default_rng(seed)
    communities = ["530102001001", "530102001002", "530102101201", "530103001001"]
    kinds = rng.choice(["residential", "institutional", "patrol", "unclaimed"], count, p=[0.6, 0.2, 0.1, 0.1])
    types = rng.choice(["routine", "general_prevention", "key_attention", "concentrated_rectification"], count)
    homes = [None if h < 0 else int(h) for h in rng.integers(-60, 900, count)]
    table = grids(*zip(kinds, types, homes, rng.choice(communities, count), strict=True))
    people = [
        (int(rng.integers(count)), rng.choice(POSTS), {"full_time": bool(rng.random() < 0.7)}) for _ in range(2500)
    ]
    people += [(str(rng.choice(communities)), "area_cadre") for _ in range(5)]
    return table, people, roster(table, *people, communities=communities), np.array(communities, dtype=object)


@pytest.mark.parametrize("seed", range(4))
def test_short_is_what_is_missing_and_children_add_up_to_their_parent(seed):
    table, people, listed, communities = crowded(seed)
    made = staffing(table, listed, STANDARDS, np.zeros(len(table), dtype=bool))
    assert (made["short"] == (made["required"] - made["held"]).clip(lower=0)).all()
    assert made["held"].sum() == sum(not isinstance(place, str) for place, *_ in people)
    population = np.array([9_000.0, np.nan, 500.0, 20.0])
    own = community_staffing(communities, np.array([False, False, True, False]), population, listed, STANDARDS)
    totals = roll_up(made, own, table)
    figures = ["required", "held", "short", "over", "full_time_equivalent"]
    assert (totals["short"] == totals["required"] - totals["held"] + totals["over"]).all()
    home = table.set_index("code")["community_code"]
    below = {}  # figures by division and post, added up in another way: one row after the other
    for row in [*made.itertuples(), *own.itertuples()]:
        over = max(row.held - row.required, 0)
        for digits in (12, 9, 6):
            key = home.get(row.code, row.code)[:digits], row.post
            sums = below.setdefault(key, np.zeros(5))
            sums += [row.required, row.held, row.short, over, row.full_time_equivalent]
    assert len(totals) == len(below)
    for row in totals.itertuples():
        assert np.allclose([getattr(row, name) for name in figures], below[row.code, row.post]), row.code
    grid_posts = totals[totals["post"] != "community_worker"]
    assert grid_posts[grid_posts["level"] == "county"]["held"].sum() == len(people)


def test_posts_are_counted_for_some_grids_as_for_all():
    table, _, listed, _ = crowded(9)
    facts = GridFacts.of(table, np.zeros(len(table), dtype=bool))
    every = crew_of(facts, *listed.counts(np.arange(len(table))), STANDARDS)
    rows = np.array([3, 50, 51, 399])
    some = crew_of(GridFacts.of(table.iloc[rows], np.zeros(4, dtype=bool)), *listed.counts(rows), STANDARDS)
    chosen = np.isin(every.place, rows)
    assert rows[some.place].tolist() == every.place[chosen].tolist()
    for name in ("post", "required", "held", "part_time", "ground"):
        assert getattr(some, name).tolist() == getattr(every, name)[chosen].tolist()
    assert POST["grid_head"] == 0
