"""Which party organisation covers each grid, and which one it should have: the rule of 3, 1–2 and 0 members."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.standards_file import read_standards
from geo.party import NO_FORM, assignments, party_organisations
from geo.tables import LEVELS, as_table, matched
from tests.geo.sketching import one_grid, sketch

STANDARDS = read_standards()


def drawn(community, picture, members):
    """Build grids from a picture; ``members`` has the party members of each letter, a row a letter."""
    shapes = {letter: (shape, {"party_members": members[letter]}) for letter, shape in sketch(picture).items()}
    return one_grid(community, compound=shapes).grids


def on(grids, level, *letters, organisation="", members=None):
    """Put an organisation on grids."""
    name = organisation or f"{level}-{letters[0]}"
    rows = [{"organisation_id": name, "level": level, "source_id": letter, "members": members} for letter in letters]
    return [{"layer": "compound", "name": name, **row} for row in rows]


def organisations(grids, rows):
    table = as_table("party", pd.DataFrame(rows).to_dict("list") if rows else {})
    homes = pd.DataFrame({"layer": grids["source_layer"], "source_id": grids["source_id"]})
    homes["home"] = grids["community_code"]
    homes = homes.drop_duplicates(["layer", "source_id"])
    return party_organisations(table, matched(table, grids, homes), grids)


def assigned(grids, rows=(), standards=STANDARDS):
    table = assignments(grids, np.asarray(grids.geometry), organisations(grids, list(rows)), standards)
    names = grids.set_index("code")["source_id"].where(grids.set_index("code")["kind"] != "unclaimed", "nobody")
    return table.assign(letter=table["code"].map(names)).set_index("letter")


def proposed(community, picture, members, **options):
    """Return form and organisation by letter; organisations by the letters of their grids."""
    table = assigned(drawn(community, picture, members), **options)
    letters = table.groupby("proposed_organisation_id").apply(lambda part: "".join(sorted(part.index)))
    pairs = zip(table["proposed_form"], table["proposed_organisation_id"].map(letters), strict=True)
    return dict(zip(table.index, pairs, strict=True))


@pytest.mark.parametrize(
    ("members", "form"),
    [
        (4, "branch"),
        (3, "branch"),
        (2, "party_group"),
        (1, "party_group"),
        (0, "service_station"),
        (None, "service_station"),
    ],
)
def test_the_form_of_a_grid_without_neighbours_hangs_on_three_and_on_one_member(members, form):
    assert proposed("A", "a", {"a": members}) == {"a": (form, "a")}


def test_two_neighbours_with_three_members_together_form_a_joint_branch():
    """1 + 2 = 3 ≥ 3; c has nobody, so it has a service station of its own."""
    found = proposed("AAA", "abc", {"a": 1, "b": 2, "c": 0})
    assert found == {"a": ("joint_branch", "ab"), "b": ("joint_branch", "ab"), "c": ("service_station", "c")}


def test_neighbours_of_another_community_do_not_join():
    """a and b are side by side, 2 + 2 = 4, but in communities A and B."""
    assert proposed("AB", "ab", {"a": 2, "b": 2}) == {"a": ("party_group", "a"), "b": ("party_group", "b")}


def test_grids_that_meet_at_a_corner_are_no_neighbours():
    """a and d, 2 + 2 = 4, meet at a corner only; b and c have branches, so no public space lies between."""
    found = proposed("AA\nAA", "ab\ncd", {"a": 2, "b": 9, "c": 9, "d": 2})
    assert found["a"] == found["d"] == ("joint_branch", "acd")


def test_a_grid_whose_neighbours_are_too_few_joins_the_branch_with_the_longest_common_border():
    """a + b = 2 < 3 members; c touches a along 1 cell, d touches it along 2."""
    found = proposed("AAAAA\nAAAAA", "caabe\nddd.e", {"a": 1, "b": 1, "c": 5, "d": 4, "e": 0})
    assert found["a"] == found["b"] == ("joint_branch", "abd")
    assert found["d"] == ("branch", "abd")
    assert found["c"] == ("branch", "c")


def test_grids_across_public_space_join_when_nobody_side_by_side_is_left():
    """a and c face each other over land without members; 1 + 2 = 3. The land itself gets a station."""
    found = proposed("AAA", "a.c", {"a": 1, "c": 2})
    assert found == {"a": ("joint_branch", "ac"), "c": ("joint_branch", "ac"), "nobody": ("service_station", "nobody")}


def test_those_side_by_side_join_before_those_across():
    """a + b = 3 members side by side; d across would make one branch of three, but looks for others alone: none."""
    found = proposed("AAAA", "ab.d", {"a": 1, "b": 2, "d": 2})
    assert found["a"] == found["b"] == ("joint_branch", "ab")
    assert found["d"] == ("party_group", "d")


def test_one_does_not_look_across_a_grid_that_has_members():
    assert proposed("AAA", "abc", {"a": 1, "b": 3, "c": 1})["b"] == ("branch", "abc")
    assert proposed("AAAAA", "a.b.c", {"a": 1, "b": 3, "c": 1})["b"] == ("branch", "abc")


def test_two_grids_with_too_few_members_and_no_branch_to_join_are_one_party_group():
    found = proposed("AAA", "a.c", {"a": 1, "c": 1})
    assert found["a"] == found["c"] == ("party_group", "ac")


def test_six_neighbours_are_two_joint_branches_since_one_covers_five_at_most():
    found = proposed("AAAAAA", "abcdef", dict.fromkeys("abcdef", 1))
    assert [found[letter] for letter in "af"] == [("joint_branch", "abc"), ("joint_branch", "def")]


def test_the_rule_is_that_of_the_place():
    """Community A (code …001) has a branch from 2 members on, by its own standard; B keeps 3."""
    own = read_standards(overrides={"at": {"530102001001": {"party": {"branch_members": 2}}}})
    found = proposed("A.B", "a.b", {"a": 2, "b": 2}, standards=own)
    assert (found["a"][0], found["b"][0]) == ("branch", "party_group")


def test_a_joint_branch_is_named_by_its_lowest_grid_and_what_stands_keeps_its_name():
    grids = drawn("AAAAAA", "abc.ef", {"a": 1, "b": 2, "c": 7, "e": 0, "f": 3})
    rows = [*on(grids, "grid_branch", "c", organisation="ZB1"), *on(grids, "service_station", "e", organisation="XF1")]
    table = assigned(grids, rows)
    code = grids.set_index("source_id")["code"]
    assert table["proposed_organisation_id"][["a", "b", "c", "e", "f"]].tolist() == [
        f"joint_branch:{code['a']}",
        f"joint_branch:{code['a']}",
        "ZB1",
        "XF1",
        f"branch:{code['f']}",
    ]


def test_a_grid_that_joins_a_branch_gets_the_name_of_that_branch():
    grids = drawn("AA", "ab", {"a": 1, "b": 7})
    assert (
        assigned(grids, on(grids, "villager_group_branch", "b", organisation="ZB7"))[
            "proposed_organisation_id"
        ].tolist()
        == ["ZB7"] * 2
    )


def test_the_reason_has_the_arithmetic():
    table = assigned(drawn("AAAAA.BB", "abcde.fg", {"a": 1, "b": 2, "c": 5, "d": 1, "e": None, "f": 1, "g": 0}))
    code = table["code"]
    assert table["reason"][list("abcdefg")].tolist() == [
        f"党员 1 人 < 3 人；与同社区相邻的网格 {code['b']}（2 人），合计 1 + 2 = 3 人 ≥ 3 人，建联合党支部",
        f"党员 2 人 < 3 人；与同社区相邻的网格 {code['a']}（1 人），合计 1 + 2 = 3 人 ≥ 3 人，建联合党支部",
        "党员 5 人 ≥ 3 人，单独建党支部",
        f"党员 1 人 < 3 人；可联合的邻格合起来也不到 3 人；并入同社区相邻的网格 {code['c']} 的党支部，5 + 1 = 6 人",
        "没有登记党员数，按 0 人计：党员 0 人 < 1 人，设党员先锋服务站",
        "党员 1 人 < 3 人；同社区没有可联合的邻格，也没有党支部可并入，设党小组",
        "党员 0 人 < 1 人，设党员先锋服务站",
    ]


@pytest.mark.parametrize(
    ("level", "form"),
    [
        *(("grid_branch", "branch"), ("villager_group_branch", "branch"), ("joint_branch", "joint_branch")),
        *(("party_group", "party_group"), ("service_station", "service_station")),
        *(
            (level, NO_FORM)
            for level in LEVELS
            if level.endswith(("committee", "household")) or "organisation" in level
        ),
        ("building_group", NO_FORM),
    ],
)
def test_the_form_today_hangs_on_the_level_of_the_organisation_on_the_grid(level, form):
    grids = drawn("A", "a", {"a": 3})
    assert assigned(grids, on(grids, level, "a"))["form"].tolist() == [form]


def test_of_several_organisations_on_a_grid_the_strongest_form_counts_then_the_most_members():
    grids = drawn("A", "a", {"a": 3})
    rows = [
        *on(grids, "service_station", "a", organisation="1", members=50),
        *on(grids, "joint_branch", "a", organisation="2", members=9),
        *on(grids, "joint_branch", "a", organisation="3", members=11),
    ]
    table = assigned(grids, rows)
    assert (table["form"].tolist(), table["organisation_id"].tolist()) == (["joint_branch"], ["3"])
    assert assigned(grids)["organisation_id"].isna().all()


def test_the_layer_of_organisations_has_a_row_a_grid_and_those_above_have_none():
    grids = drawn("AAA", "abc", {"a": 1, "b": 2, "c": 5})
    rows = [
        {"organisation_id": "DZ", "level": "community_organisation", "layer": "community", "source_id": "530102001001"},
        *on(grids, "joint_branch", "a", "b", organisation="LH", members=3),
        *on(grids, "grid_branch", "gone", organisation="ZB"),
        *on(grids, "joint_branch", "gone", organisation="LH", members=3),
    ]
    table = organisations(grids, rows)
    code = grids.set_index("source_id")["code"]
    assert [tuple(row) for row in table[["organisation_id", "code"]].fillna("").to_numpy()] == [
        ("DZ", ""),
        ("LH", code["a"]),
        ("LH", code["b"]),
        ("ZB", ""),
    ]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_random_towns_keep_the_rule_and_a_community_alone_gives_what_it_gives_among_all(seed):
    """Judged by the table alone: sums, communities, and land that hangs together, over land without members at most."""
    grids = random_town(np.random.default_rng(seed))
    table = assigned(grids)
    assert table["code"].tolist() == sorted(grids["code"])
    count = table["members"].fillna(0).to_numpy(int)
    form = table["proposed_form"].to_numpy()
    assert (form[count >= 3] == "branch").all()
    assert np.isin(form[(count > 0) & (count < 3)], ("joint_branch", "party_group")).all()
    assert (form[count == 0] == "service_station").all()
    land = grids.set_index("code")
    for _, part in table[count > 0].groupby("proposed_organisation_id"):
        home = land.loc[part["code"], "community_code"]
        assert home.nunique() == 1
        assert (part["members"].sum() >= 3) == (part["proposed_form"].iloc[0] != "party_group")
        public = land[(land["community_code"] == home.iloc[0]) & (land["party_members"].fillna(0) == 0)]
        assert hang_together(land.loc[part["code"]].geometry, public.geometry)
    for home, alone in grids.groupby("community_code"):
        among = table[table["code"].str.startswith(home)]
        pd.testing.assert_frame_equal(assigned(alone.sample(frac=1, random_state=seed % 1000)), among)


def hang_together(grids, public):
    """Tell whether one gets from each grid to each other over common borders, through these and public land alone."""
    land = [*grids, *public]
    reached, todo = {0}, [0]
    while todo:
        here = land[todo.pop()]
        new = [n for n, other in enumerate(land) if n not in reached and shapely.intersection(here, other).length > 0]
        reached.update(new)
        todo += new
    return reached >= set(range(len(grids)))


def random_town(rng):
    """Draw two communities of 4 × 4 cells; letters are compounds of a few cells, some cells nobody's."""
    letters = np.array(list("abcdefghijklm."))[rng.integers(0, 14, (4, 8))]
    picture = "\n".join("".join(line) for line in letters)
    members = {letter: int(rng.integers(0, 5)) for letter in "abcdefghijklm"}
    return drawn("\n".join(["AAAABBBB"] * 4), picture, members)


def test_the_reason_tells_neighbours_from_those_across_a_street():
    members = {"a": 1, "b": 2, "s": 0}
    across, beside = (assigned(drawn("AAA", picture, members)).loc["a", "reason"] for picture in ("asb", "abs"))
    assert "隔着公共空间" in across
    assert "相邻的网格" in beside
    assert all("1 + 2 = 3 人 ≥ 3 人，建联合党支部" in reason for reason in (across, beside))
