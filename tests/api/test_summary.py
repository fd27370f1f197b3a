"""What a build says at its end, and check says again: what was left out, and what nobody could look at."""

from __future__ import annotations

import shapely

from tests.api.conftest import Onegrid
from tests.data.reading.little_town import LittleTown, square


def test_units_that_are_in_no_grid_are_named_with_their_households(here: Onegrid, town: LittleTown):
    """One compound has no polygon (30 households), one lies 200 m outside (7): 37 of 137 are in no grid."""
    drawn = [square(0, 0, inset=20), None, square(2.4, 0, inset=20), square(1, 1, inset=20)]
    town.compounds(drawn, gid=["a", "b", "c", "d"], name=["甲", "乙", None, "丁"], households=[60, 30, 7, 40])
    out = town.folder / "grid.gpkg"
    named = "2 units, 37 households: compound b 乙 (rejected), compound c (outside)"
    built = here("build", town.settings(), "-o", out)
    assert f"units not placed: {named}" in built.out.splitlines()
    checked = here("check", out)
    assert checked.status == 0
    lines = {line[5:].partition("  ")[0]: line[5:].partition("  ")[2].strip() for line in checked.out.splitlines()}
    assert lines["households"] == "100 of 137; 37 in units not placed"
    assert lines["units not placed"] == named
    assert "note units not placed" in checked.out


def test_a_build_where_every_unit_is_placed_says_so(here: Onegrid, town: LittleTown):
    built = here("build", town.settings(), "-o", town.folder / "grid.gpkg")
    assert "units not placed: none" in built.out.splitlines()
    assert "note units not placed" in here("check", town.folder / "grid.gpkg").out


def test_table_rows_about_no_grid_are_counted_by_the_reason(here: Onegrid, town: LittleTown):
    rows = [
        "compound,a,网格长,甲",
        "compound,zzz,网格长,乙",
        "compound,yyy,网格长,丙",
        "compound,b,网格长,空缺",
        ",,网格长,丁",
    ]
    (town.folder / "roster.csv").write_text("\n".join(["layer,id,post,name", *rows]), encoding="utf-8")
    fields = 'layer = "layer", source_id = "id", post = "post", name = "name"'
    town.tail = f'[tables.roster]\npath = "roster.csv"\nfields = {{ {fields} }}'
    built = here("build", town.settings(), "-o", town.folder / "grid.gpkg")
    (line,) = [line for line in built.out.splitlines() if line.startswith("table rows left out: ")]
    assert "2 of roster (matches no grid)" in line
    assert "1 of roster (names no grid)" in line
    assert "1 of roster (nobody holds the post)" in line
    assert line.endswith("; the layer repairs names them")


def test_what_was_not_evaluated_is_said_by_its_reason(here: Onegrid, town: LittleTown):
    said = here("build", town.settings(), "-o", town.folder / "grid.gpkg").out.splitlines()
    assert "not evaluated, there is no patrol_zone layer: unpatrolled" in said
    assert "not evaluated, there is no premises layer: no_premises" in said
    assert "not evaluated, there is no party table: no_branch" in said


def test_a_layer_that_nothing_uses_yet_is_named(here: Onegrid, town: LittleTown):
    river = shapely.LineString([square(0, 0).centroid, square(1, 1).centroid])
    town.layer("barrier", town.frame([river], name=["青江"]), "rivers.gpkg", name="name")
    built = here("build", town.settings(), "-o", town.folder / "grid.gpkg")
    assert "read, but nothing uses it yet: barrier" in built.out.splitlines()
