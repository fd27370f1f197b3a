"""Unclaimed land that planners edit: what is carved out of it somebody holds, what is split of it nobody does."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from geo.build import build
from geo.edits.applying import apply
from geo.edits.carve import carve_grid
from geo.edits.ground import Edit, Grid, Ground, Record
from geo.edits.merge import merge_grids
from geo.edits.reassign import reassign_faces
from geo.edits.split import split_grid
from geo.plans.deciding import decisions
from geo.plans.ledgers import Ledgers, ledgers
from geo.plans.overriding import replay
from geo.sources import Parameters
from tests.geo.edits.grounds import fresh, line
from tests.geo.plans.store import Store
from tests.geo.sketching import sources, square
from tests.geo.tabling import points, post, tables

HOME = "530102001001"
WORKER = Record("roster", (("post", "cleaner"), ("name", "李"), ("phone", None)))
PEOPLE = {"households": 10_000, "owners_committee": "无"}


def carving() -> Edit:
    """Carve the eastern of the two cells that nobody claims."""
    return carve_grid(line((2, 0), (3, 0), (3, 1), (2, 1), (2, 0)), name="河滨", fresh=fresh())


def plan(picture: str = "AAA", **drawn: object) -> Store:
    """Plan a community whose first cell a compound claims, under full tables."""
    named = tables(roster=post("grid_head", f"community:{HOME}"), party=[], funding=[], scores=[])
    layers = drawn or {"compound": {"v": (square(0, 0), PEOPLE)}}
    return Store.of(build(replace(sources(picture, **layers), tables=named, premises=points()), Parameters()))


def unclaimed(ground: Ground) -> Grid:
    """Return the one unclaimed grid."""
    (found,) = (grid for grid in ground.grids.values() if grid.kind == "unclaimed")
    return found


def settlement(ground: Ground) -> str:
    """Return the code of the compound."""
    return next(code for code, grid in ground.grids.items() if grid.source_id == "v")


def drawn_up(store: Store, *edits: Edit) -> tuple[Ground, Ledgers]:
    """Draw up the ledgers after some edits."""
    ground = store.ground
    for edit in edits:
        ground = apply(ground, edit).ground
    return ground, ledgers(ground, store.dossier)


def said(ground: Ground, **words: object) -> Ground:
    """Have the carved grid say something else."""
    return ground.replace([replace(ground.grids["new1"], **words)])  # type: ignore[arg-type]


def inhabited(ground: Ground) -> Ground:
    """Count households in the carved grid, too many for one."""
    return said(ground, households=9000)


def gap_areas(found: Ledgers, kind: str) -> list[float]:
    """Return the hectares of the gaps of a kind, ascending."""
    return sorted((found.gaps["area_m2"][found.gaps["kind"] == kind] / 1e4).round(3).tolist())


def kinds_about(found: Ledgers, code: str) -> set[str]:
    return set(found.gaps["kind"][found.gaps["code"] == code])


@pytest.mark.parametrize("layer", ["compound", "courtyard"])
def test_what_is_carved_out_of_unclaimed_land_is_public_space_that_somebody_holds(layer: str):
    store = plan(**{layer: {"v": (square(0, 0), PEOPLE)}})
    ground, found = drawn_up(store, carving())
    made = ground.grids["new1"]
    assert (made.kind, made.name, made.source_layer, made.source_id) == ("patrol", "河滨", "community", HOME)
    assert gap_areas(found, "unclaimed") == [1]
    assert kinds_about(found, "new1") == {"no_grid_head", "understaffed", "no_premises", "no_branch"}
    posts = {row.post: row.required for row in found.grids["new1"].staffing}
    assert posts["grid_head"] == 1
    assert posts["cleaner"] >= 1
    assert found.grids["new1"].settlement is None


def test_what_a_patrol_zone_has_is_still_judged_by_its_size_and_what_is_carved_is_not():
    store = plan("AAA\nAAA", patrol_zone={"p": (square(0, 1, 3), PEOPLE)})
    ground, found = drawn_up(store, carving(), inhabited)
    by_zone = next(code for code, grid in ground.grids.items() if grid.source_layer == "patrol_zone")
    assert "oversize" in kinds_about(found, by_zone)
    assert "oversize" not in kinds_about(found, "new1")
    assert "unpatrolled" in kinds_about(found, "new1")


def test_all_of_it_may_be_carved_and_merged_until_the_gap_is_gone():
    store = plan()
    rest = unclaimed(store.ground).code
    ground, found = drawn_up(store, carving(), merge_grids(["new1", rest], keep="new1"))
    assert gap_areas(found, "unclaimed") == []
    assert {grid.kind for grid in ground.grids.values()} == {"residential", "patrol"}


def test_all_of_it_may_be_carved_at_once_with_land_that_somebody_holds_and_comes_back_by_the_reverse():
    store = plan()
    rest = unclaimed(store.ground)
    start = store.ground.replace([replace(rest, records=(WORKER,))])
    wide = carve_grid(line((0.5, 0), (3, 0), (3, 1), (0.5, 1), (0.5, 0)), name="河滨", fresh=fresh())
    change = apply(start, wide)
    made = change.ground.grids["new1"]
    assert [grid.code for grid in change.retired] == [rest.code]
    assert (made.kind, made.name, made.records) == ("patrol", "河滨", (WORKER,))
    assert {grid.kind for grid in change.ground.grids.values()} == {"residential", "patrol"}
    assert gap_areas(ledgers(change.ground, store.dossier), "unclaimed") == []
    assert dict(apply(change.ground, change.reverse).ground.grids) == dict(start.grids)


def test_unclaimed_land_that_a_neighbour_takes_over_whole_is_gone():
    store = plan()
    rest, home = (
        unclaimed(store.ground),
        next(code for code, grid in store.ground.grids.items() if grid.source_id == "v"),
    )
    points = shapely.points([face.polygon.representative_point().coords[0] for face in rest.faces])
    ground = apply(store.ground, reassign_faces(points, to=home)).ground
    assert list(ground.grids) == [home]
    assert ground.grids[home].polygon.equals(shapely.union(store.ground.grids[home].polygon, rest.polygon))


def test_land_that_somebody_holds_does_not_become_nobodys_by_a_merger_also_on_a_new_build():
    store = plan()
    rest, home = unclaimed(store.ground).code, settlement(store.ground)
    now = apply(store.ground, merge_grids([home, rest], keep=rest)).ground
    assert {code: grid.kind for code, grid in now.grids.items()} == {rest: "patrol"}
    assert gap_areas(ledgers(now, store.dossier), "unclaimed") == []
    decided = decisions(list(store.ground.grids.values()), list(now.grids.values()))
    again = replay(plan().ground, decided, sliver_width=2.0, fresh=fresh("other"))
    assert {outcome.outcome for outcome in again.outcomes} == {"kept"}
    assert [(grid.kind, grid.polygon.area) for grid in again.ground.grids.values()] == [("patrol", 30_000)]


def test_unclaimed_land_that_is_merged_with_its_like_stays_unclaimed():
    store = plan()
    rest = unclaimed(store.ground).code
    ground = apply(store.ground, split_grid(rest, line((2.4, -1), (2.4, 2)), fresh=fresh())).ground
    assert apply(ground, merge_grids([rest, "new1"], keep=rest)).ground.grids[rest].kind == "unclaimed"


def test_a_decision_to_hold_all_unclaimed_land_is_kept_on_a_new_build():
    store = plan()
    most = carve_grid(line((1, 0), (3, 0), (3, 1), (1, 1), (1, 0)), name="河滨", fresh=fresh())
    now = apply(store.ground, most).ground
    decided = decisions(list(store.ground.grids.values()), list(now.grids.values()))
    again = replay(plan().ground, decided, sliver_width=2.0, fresh=fresh("other"))
    assert [outcome.outcome for outcome in again.outcomes] == ["kept"]
    assert {grid.kind: grid.name for grid in again.ground.grids.values()} == {"residential": "v", "patrol": "河滨"}


def test_unclaimed_land_that_is_split_stays_unclaimed():
    store = plan()
    whole = unclaimed(store.ground).code
    ground, found = drawn_up(store, split_grid(whole, line((2.4, -1), (2.4, 2)), fresh=fresh()))
    assert [ground.grids[code].kind for code in (whole, "new1")] == ["unclaimed", "unclaimed"]
    assert gap_areas(found, "unclaimed") == [0.6, 1.4]


def test_unclaimed_land_that_is_split_into_two_of_one_box_is_named_apart_whichever_is_asked_for():
    store = plan()
    whole = unclaimed(store.ground).code
    from_corner_to_corner = line((1, 0), (2, 0.4), (3, 1))
    ground, found = drawn_up(store, split_grid(whole, from_corner_to_corner, fresh=fresh()))
    here = found.gaps["kind"] == "unclaimed"
    gap_of = dict(zip(found.gaps["code"][here], found.gaps["gap_id"][here], strict=True))
    first, second = sorted(gap_of.values())
    assert second == f"{first}.1"
    for code, gap in gap_of.items():
        alone = ledgers(ground, store.dossier, codes=[code]).gaps
        assert alone["gap_id"][alone["kind"] == "unclaimed"].tolist() == [gap]


def test_who_works_for_the_community_itself_stands_at_its_largest_unclaimed_grid_and_never_at_a_carved_one():
    store = plan()
    rest = unclaimed(store.ground).code
    most = carve_grid(line((1.2, 0), (3, 0), (3, 1), (1.2, 1), (1.2, 0)), fresh=fresh())
    ground, found = drawn_up(store, most)
    assert ground.grids["new1"].polygon.area > ground.grids[rest].polygon.area
    held = {code: found.grids[code].staffing[0].held for code in (rest, "new1")}
    assert held == {rest: 1, "new1": 0}


def test_an_area_mostly_of_a_compound_is_the_compounds():
    store = plan()
    ground, found = drawn_up(store, carve_grid(line((0.3, 0), (1.2, 0), (1.2, 1), (0.3, 1), (0.3, 0)), fresh=fresh()))
    assert (ground.grids["new1"].kind, ground.grids["new1"].source_id) == ("residential", "v")
    assert gap_areas(found, "unclaimed") == [1.8]


def test_a_grid_that_is_lived_in_and_of_no_unit_breaks_no_rule():
    """No edit makes one, but no rule may take the last unit for its."""
    store = plan()
    _, found = drawn_up(store, carving(), inhabited, lambda ground: said(ground, kind="residential"))
    (compound,) = (code for code, grid in store.ground.grids.items() if grid.kind == "residential")
    assert found.gaps["code"][found.gaps["kind"] == "no_self_government"].tolist() == [compound]
    assert "oversize" in kinds_about(found, "new1")


def test_carved_land_is_still_held_on_a_new_build_and_split_land_is_still_nobodys():
    built = plan().ground
    whole = unclaimed(built).code
    line_through = split_grid(whole, line((1.5, -1), (1.5, 2)), fresh=fresh("half"))
    now = apply(apply(built, carving()).ground, line_through).ground
    new = plan().ground
    decided = decisions(list(built.grids.values()), list(now.grids.values()))
    found = replay(new, decided, sliver_width=2.0, fresh=fresh("redrawn"))
    kinds = {code: (grid.kind, round(grid.polygon.area / 1e4, 3)) for code, grid in found.ground.grids.items()}
    assert [row.outcome for row in found.outcomes] == ["kept", "kept"]
    assert kinds["new1"] == ("patrol", 1)
    assert sorted(row for row in kinds.values() if row[0] == "unclaimed") == [("unclaimed", 0.5), ("unclaimed", 0.5)]
