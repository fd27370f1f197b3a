"""Which grid a row of a table is about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyproj
import pytest

from geo.build import build
from geo.sources import REPAIR_COLUMNS, Parameters
from geo.tables import COLUMNS, KEY, KEY_LAYERS, LEVELS, Tables, as_table, match_tables, matched, table_repairs
from tests.geo.sketching import sources, square

A, B, C = "110108001001", "110108001002", "110108001003"

# A: compound 007, the larger part of patrol zone p, unclaimed land
# B: the smaller part of p, two parts of compound 12 and 13; C: the rest of compound 12, which is at home in C
GRIDS = pd.DataFrame(
    [
        (f"{A}001", A, "compound", "007", 500.0),
        (f"{A}002", A, "patrol_zone", "p", 900.0),
        (f"{A}003", A, "community", A, 80.0),
        (f"{B}001", B, "patrol_zone", "p", 300.0),
        (f"{B}002", B, "compound", "12", 700.0),
        (f"{B}003", B, "compound", "13", 10.0),
        (f"{C}001", C, "compound", "12", 600.0),
        (f"{C}002", C, "compound", "13", 20.0),
    ],
    columns=["code", "community_code", "source_layer", "source_id", "area_m2"],
)
# compound 13 is at home in A, where another unit took its land; compound 99 has no grid at all
HOMES = pd.DataFrame(
    [
        ("compound", "007", A),
        ("compound", "12", C),
        ("compound", "13", A),
        ("compound", "99", A),
        ("patrol_zone", "p", B),
    ],
    columns=["layer", "source_id", "home"],
)


def rows(*keys: tuple) -> pd.DataFrame:
    """A roster; a key is (grid_code, layer, source_id, community)."""
    columns = dict(zip(KEY, map(list, zip(*keys, strict=True)), strict=True)) if keys else {}
    return as_table("roster", {**columns, "post": ["grid_head"] * len(keys)}, file="a.csv")


def about(*key: str | None) -> tuple[str | None, str | None, bool] | str:
    """The grid's code, the community and whether it is the community itself, of one row."""
    table = rows(key)
    found = matched(table, GRIDS, HOMES)
    if not len(found.row):
        return "unmatched" if len(found.unmatched) else "keyless"
    grid = int(found.grid[0])
    return None if grid < 0 else GRIDS["code"][grid], found.community[0], bool(found.whole[0])


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ((f"{B}002", None, None, None), (f"{B}002", B, False)),
        (("110108001009001", None, None, None), "unmatched"),
        # a code of an older build does no harm where the unit is named too
        ((f"{A}009", "compound", "007", None), (f"{A}001", A, False)),
        ((f"{A}009", None, None, A), "unmatched"),
        ((None, "compound", "007", None), (f"{A}001", A, False)),
        ((None, "compound", "007", A), (f"{A}001", A, False)),
        ((None, "compound", "007", B), "unmatched"),
        ((None, "courtyard", "007", None), "unmatched"),
        # several grids: the community named, else the home, however small, else the largest
        ((None, "patrol_zone", "p", A), (f"{A}002", A, False)),
        ((None, "patrol_zone", "p", B), (f"{B}001", B, False)),
        ((None, "patrol_zone", "p", None), (f"{B}001", B, False)),
        ((None, "compound", "12", None), (f"{C}001", C, False)),
        ((None, "compound", "13", None), (f"{C}002", C, False)),
        ((None, "compound", "99", None), "unmatched"),
        ((None, "compound", None, A), "unmatched"),
        # the community itself, with and without unclaimed land
        ((None, "community", A, None), (f"{A}003", A, True)),
        ((None, "community", B, B), (None, B, True)),
        ((None, "community", None, A), (f"{A}003", A, True)),
        ((None, "community", A, B), "unmatched"),
        ((None, None, None, B), (None, B, True)),
        ((None, "community", "110108001009", None), "unmatched"),
        # the code of the unclaimed grid is about that grid, not about the community
        ((f"{A}003", None, None, None), (f"{A}003", A, False)),
        ((None, None, None, None), "keyless"),
    ],
)
def test_a_row_is_about_the_grid_that_its_key_names(key, expected):
    assert about(*key) == expected


def test_leading_zeros_that_a_table_lost_are_found_again_where_only_one_unit_fits():
    homes = pd.concat([HOMES, pd.DataFrame([("compound", "0013", A)], columns=list(HOMES))], ignore_index=True)
    table = rows((None, "compound", "7", None), (None, "compound", "00012", None), (None, "compound", "013", None))
    found = matched(table, GRIDS, homes)
    assert GRIDS["code"][found.grid].tolist() == [f"{A}001", f"{C}001"]  # 013 may be 13 or 0013
    assert found.unmatched.tolist() == [2]
    assert found.restored.tolist() == [0, 1]


def test_a_grid_code_that_lost_its_leading_zeros_is_found():
    grids = GRIDS.assign(code="000000" + GRIDS["code"].str.slice(1))
    found = matched(rows((grids["code"][4].lstrip("0"), None, None, None)), grids, HOMES)
    assert found.grid.tolist() == [4]


def test_every_row_is_accounted_for_once():
    rng = np.random.default_rng(1)
    pick = [
        [None, *GRIDS["code"], "x"],
        [None, *HOMES["layer"].unique(), "community"],
        [None, *HOMES["source_id"], A, "7"],
        [None, A, B, C],
    ]
    keys = [tuple(rng.choice(np.array(values, dtype=object)) for values in pick) for _ in range(500)]
    found = matched(rows(*keys), GRIDS, HOMES)
    assert sorted([*found.row, *found.unmatched, *found.keyless]) == list(range(500))
    assert (found.grid[~found.whole] >= 0).all()
    of = GRIDS["community_code"].to_numpy()
    assert (of[found.grid[found.grid >= 0]] == found.community[found.grid >= 0]).all()


def told(code: str | None, layer: str | None, unit: str | None, community: str | None) -> tuple[int, str] | None:
    """Say which grid and community a key names, one rule after the other."""
    for row, grid in GRIDS.iterrows():
        if code == grid["code"]:
            return row, grid["community_code"]
    if layer == "community" or (code is None and layer is None and unit is None and community is not None):
        named = unit or community
        if named not in (A, B, C) or (community is not None and community != named):
            return None
        return (2 if named == A else -1), named
    if layer is None or unit is None:
        return None
    own = GRIDS[(GRIDS["source_layer"] == layer) & (GRIDS["source_id"] == unit)]
    (home,) = HOMES[(HOMES["layer"] == layer) & (HOMES["source_id"] == unit)]["home"].tolist() or [None]
    for wanted in [community] if community else [home, *own.sort_values("area_m2")["community_code"][::-1]]:
        for row, grid in own.iterrows():
            if grid["community_code"] == wanted:
                return row, wanted
    return None


def test_random_keys_find_what_the_rules_tell_one_after_the_other():
    rng = np.random.default_rng(2)
    pick = [[None, *GRIDS["code"][:2], "x"], [None, *KEY_LAYERS], [None, *HOMES["source_id"], A, B], [None, A, B, C]]
    keys = [tuple(rng.choice(np.array(values, dtype=object)) for values in pick) for _ in range(800)]
    found = matched(rows(*keys), GRIDS, HOMES)
    expected = {row: about for row, key in enumerate(keys) if (about := told(*key)) is not None}
    assert dict(zip(found.row, zip(found.grid, found.community, strict=True), strict=True)) == expected
    assert len(expected) > 200


def test_tables_that_are_matched_together_find_what_each_finds_alone_and_joined_frames_what_whole_ones_find():
    rng = np.random.default_rng(3)
    pick = [[None, None, GRIDS["code"][0]], [None, *KEY_LAYERS], [*HOMES["source_id"], "7", A], [None, A, B]]
    keys = [tuple(rng.choice(np.array(values, dtype=object)) for values in pick) for _ in range(300)]
    roster, funding = rows(*keys), rows(*keys[::-2])
    tables = Tables(roster=roster, party=rows(), funding=funding)
    halves = [pd.concat([frame[:3], frame[3:]], ignore_index=True) for frame in (GRIDS, HOMES)]
    together = match_tables(tables, *halves)
    for name, table in tables.present():
        for part, alone in zip(together[name], matched(table, GRIDS, HOMES), strict=True):
            assert part.tolist() == alone.tolist()
    assert len(together["funding"].restored)


def test_the_order_of_the_grids_changes_nothing_but_their_rows():
    table = rows((None, "patrol_zone", "p", None), (None, "compound", "12", None), (None, "community", A, None))
    found = matched(table, GRIDS, HOMES)
    turned = matched(table, GRIDS.iloc[::-1].reset_index(drop=True), HOMES.iloc[::-1].reset_index(drop=True))
    assert (len(GRIDS) - 1 - turned.grid).tolist() == found.grid.tolist()


def test_rows_that_are_about_no_grid_become_repairs():
    roster = rows((None, "compound", "99", None), (f"{A}001", None, None, None), (None, None, None, None))
    party = as_table("party", {"organisation_id": ["1", "2"], "layer": [None, "compound"], "source_id": [None, "x"]})
    tables = Tables(roster=roster, party=party)
    listed = table_repairs(tables, match_tables(tables, GRIDS, HOMES), pyproj.CRS("EPSG:4526"))
    assert list(listed.columns) == [*REPAIR_COLUMNS, "geometry"]
    assert listed[["layer", "source_id", "problem", "action"]].to_numpy().tolist() == [
        ["roster", "a.csv:2", "matches no grid", "left out: compound 99"],
        ["roster", "a.csv:4", "names no grid", "left out"],
        [
            "party",
            ":3",
            "matches no grid",
            "left out: compound x",
        ],  # the committee in row 2 covers no grid, as it should
    ]


def test_without_tables_there_is_nothing_to_match_or_repair():
    assert match_tables(None, GRIDS, HOMES) == {}
    assert len(table_repairs(None, {}, pyproj.CRS("EPSG:4526"))) == 0
    assert len(table_repairs(Tables(), {}, pyproj.CRS("EPSG:4526"))) == 0


@pytest.mark.parametrize("name", COLUMNS)
def test_an_empty_table_matches_nothing(name):
    found = matched(as_table(name, {}), GRIDS, HOMES)
    assert [len(part) for part in found] == [0] * 7
    assert list(found.of(as_table(name, {}))) == [*COLUMNS[name], "grid", "whole"]


def test_the_matched_rows_say_their_grid_and_community():
    table = rows((None, "compound", "99", None), (None, "compound", "12", None), (None, None, None, B))
    frame = matched(table, GRIDS, HOMES).of(table)
    assert frame[["row", "grid", "community", "whole"]].to_numpy().tolist() == [[3, 6, C, False], [4, -1, B, True]]


def test_levels_are_each_named_once():
    assert len(set(LEVELS)) == len(LEVELS) == 12


def test_a_build_lists_the_rows_of_tables_that_are_about_none_of_its_grids():
    # the compound lies within the courtyard, so that it has no grid
    drawn = sources("aabb", compound={"k": square(0.2, 0.2, 0.5, 0.5)}, courtyard="c...", patrol_zone="pppp")
    first = drawn.communities["code"][0]
    roster = rows(
        (None, "courtyard", "c", None),
        (None, "compound", "k", None),
        (None, "patrol_zone", "p", first),
        (None, "community", "999999999999", None),
    )
    grid = build(replace(drawn, tables=Tables(roster=roster)), Parameters())
    listed = grid.repairs[grid.repairs["layer"] == "roster"]
    assert listed["source_id"].tolist() == ["a.csv:3", "a.csv:5"]
    assert set(listed["problem"]) == {"matches no grid"}
    assert grid.repairs.crs == drawn.crs
    assert not len(build(drawn, Parameters()).repairs.query("layer == 'roster'"))
