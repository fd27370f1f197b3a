"""Who ends up with the land: precedence, same layer, straddling, slivers, fallback."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely

from geo.sources import Parameters
from tests.geo.sketching import CELL_M, SOUTH, WEST, assert_partition, holders, one_grid, sketch, square


def status(grid) -> dict[str, str]:
    return dict(zip(grid.units["layer"] + ":" + grid.units["source_id"], grid.units["status"], strict=True))


def rules(grid) -> dict[str, str]:
    return dict(zip(grid.faces["claimants"], grid.faces["rule"], strict=True))


def closed(ring: np.ndarray) -> np.ndarray:
    ring[-1] = ring[0]
    return ring


def test_each_unit_becomes_a_grid_and_the_rest_is_the_communitys():
    grid = one_grid("AAAA", compound="aa..", courtyard="..b.")
    assert holders(grid) == {"1/compound:a": 2, "1/courtyard:b": 1, "1/nobody": 1}
    assert rules(grid) == {'["compound:a"]': "sole", '["courtyard:b"]': "sole", "[]": "fallback"}
    assert_partition(grid, shapely.union_all(list(sketch("AAAA").values())))


def test_a_courtyard_takes_precedence_over_a_compound_and_a_compound_over_a_patrol_zone():
    grid = one_grid("AAAA", compound="aaa.", courtyard="..bb", patrol_zone="pppp")
    assert holders(grid) == {"1/compound:a": 2, "1/courtyard:b": 2}
    assert status(grid) == {"compound:a": "trimmed", "courtyard:b": "kept", "patrol_zone:p": "superseded"}
    assert rules(grid)['["compound:a", "courtyard:b", "patrol_zone:p"]'] == "precedence"


def test_precedence_can_be_turned_round():
    parameters = Parameters(precedence=("patrol_zone", "compound", "courtyard"))
    grid = one_grid("AAAA", parameters, compound="aaa.", courtyard="..bb", patrol_zone=".p..")
    assert holders(grid) == {"1/patrol_zone:p": 1, "1/compound:a": 2, "1/courtyard:b": 1}


def test_a_compound_inside_a_courtyard_is_superseded_and_its_households_stay():
    inside = {"c": (square(1, 1), {"households": 70})}
    grid = one_grid("AAA\nAAA\nAAA", compound=inside, courtyard="bbb\nbbb\nbbb")
    assert status(grid) == {"compound:c": "superseded", "courtyard:b": "kept"}
    assert grid.grids["households"].tolist() == [70]


@pytest.mark.parametrize(("same_layer", "winner"), [("smaller", "b"), ("larger", "a"), ("first", "a")])
def test_two_units_of_one_layer_are_decided_by_the_same_layer_rule(same_layer, winner):
    drawn = {"a": square(0, 0, 3), "b": square(2, 0, 2)}
    grid = one_grid("AAAA", Parameters(same_layer=same_layer), compound=drawn)
    other = {"a": "b", "b": "a"}[winner]
    assert holders(grid) == {
        f"1/compound:{winner}": drawn[winner].area / 1e4,
        f"1/compound:{other}": 4 - drawn[winner].area / 1e4,
    }
    assert rules(grid)['["compound:a", "compound:b"]'] == "same_layer"


def test_identical_units_of_one_layer_go_to_the_lowest_id_in_text_order():
    grid = one_grid("AA", compound={"9": square(0, 0, 2), "10": square(0, 0, 2)})
    assert status(grid) == {"compound:10": "kept", "compound:9": "superseded"}


def test_identical_polygons_in_two_layers_go_by_precedence():
    grid = one_grid("AA", compound="aa", courtyard="bb")
    assert holders(grid) == {"1/courtyard:b": 2}


def test_nested_courtyards_each_keep_what_the_smaller_leaves():
    grid = one_grid(
        {"A": square(0, 0, 6, 6)},
        courtyard={"outer": square(0, 0, 6, 6), "middle": square(1, 1, 4, 4), "inner": square(2, 2, 2, 2)},
    )
    assert holders(grid) == {"1/courtyard:outer": 20, "1/courtyard:middle": 12, "1/courtyard:inner": 4}
    assert_partition(grid)


def test_a_patrol_zone_keeps_the_public_space_between_compounds_even_in_parts():
    grid = one_grid("AAAAA", compound=".a.b.", patrol_zone="ppppp")
    assert holders(grid) == {"1/patrol_zone:p": 3, "1/compound:a": 1, "1/compound:b": 1}
    assert grid.grids.set_index("kind")["parts"]["patrol"] == 3


def test_a_unit_over_a_community_border_is_a_grid_in_each():
    grid = one_grid("AABB", compound=".aa.")
    assert holders(grid) == {"1/compound:a": 1, "2/compound:a": 1, "1/nobody": 1, "2/nobody": 1}
    assert (grid.grids["code"].str[:12] == grid.grids["community_code"]).all()


@pytest.mark.parametrize(("overshoot_m", "grids"), [(3.0, 1), (4.9, 1), (5.1, 2), (30.0, 2)])
def test_a_unit_that_strays_over_the_border_by_less_than_the_straddle_width_stays_at_home(overshoot_m, grids):
    drawn = shapely.box(WEST, SOUTH, WEST + 2 * CELL_M + overshoot_m, SOUTH + CELL_M)
    grid = one_grid("AABB", compound={"a": drawn}, courtyard="...c")
    assert (grid.grids["source_layer"] == "compound").sum() == grids
    assert_partition(grid)


def test_land_thinner_than_the_sliver_width_goes_to_the_neighbour_with_most_common_border():
    left, right = square(0, 0, 1, 3), shapely.box(WEST + CELL_M + 1.5, SOUTH, WEST + 2 * CELL_M, SOUTH + 3 * CELL_M)
    grid = one_grid({"A": square(0, 0, 2, 3)}, compound={"a": left, "b": right})
    assert "1/nobody" not in holders(grid)
    assert set(grid.gaps["kind"]) & {"unclaimed"} == set()
    assert rules(grid)["[]"] == "sliver"


def test_a_strip_wider_than_the_sliver_width_stays_unclaimed():
    right = shapely.box(WEST + CELL_M + 2.5, SOUTH, WEST + 2 * CELL_M, SOUTH + 3 * CELL_M)
    grid = one_grid({"A": square(0, 0, 2, 3)}, compound={"a": square(0, 0, 1, 3), "b": right})
    assert holders(grid)["1/nobody"] == pytest.approx(0.075, abs=1e-4)


def test_a_sliver_four_tenths_wide_and_three_hundred_metres_long_is_no_grid():
    strip = shapely.box(WEST + CELL_M - 0.4, SOUTH, WEST + CELL_M, SOUTH + 3 * CELL_M)
    grid = one_grid({"A": square(0, 0, 2, 3)}, compound={"a": square(0, 0, 2, 3)}, courtyard={"s": strip})
    assert holders(grid) == {"1/compound:a": 6}
    assert status(grid)["courtyard:s"] == "superseded"


def test_of_two_slivers_side_by_side_the_smaller_goes_first():
    """Of 1 m and 1.5 m: the narrow one goes to the other, whose layer precedes the compound's; 2.5 m are no sliver."""
    edges = np.array([CELL_M, CELL_M + 1.0, CELL_M + 2.5])
    narrow, wide = (shapely.box(WEST + a, SOUTH, WEST + b, SOUTH + 3 * CELL_M) for a, b in itertools.pairwise(edges))
    for first, second in ((narrow, wide), (wide, narrow)):
        drawn = {"s1": first, "s2": second}
        grid = one_grid({"A": square(0, 0, 2, 3)}, compound={"a": square(0, 0, 2, 3)}, courtyard=drawn)
        taker, taken = ("s2", "s1") if first is narrow else ("s1", "s2")
        assert holders(grid) == {"1/compound:a": pytest.approx(5.925), f"1/courtyard:{taker}": pytest.approx(0.075)}
        assert status(grid)[f"courtyard:{taken}"] == "superseded"


def test_a_crumb_goes_to_its_neighbour_unless_it_is_its_units_largest_piece():
    kiosk = shapely.box(WEST + 10, SOUTH + 10, WEST + 14, SOUTH + 14)
    campus = shapely.union(square(1, 0), shapely.box(WEST + 50, SOUTH + 50, WEST + 54, SOUTH + 54))
    grid = one_grid("AA", compound="aa", courtyard={"kiosk": kiosk, "campus": campus})
    assert holders(grid)["1/courtyard:kiosk"] == pytest.approx(0.0016)
    assert holders(grid)["1/courtyard:campus"] == 1.0


def test_a_campus_of_five_parts_is_one_grid():
    parts = shapely.union_all([square(column, 0, 0.8, 0.8) for column in range(5)])
    grid = one_grid("AAAAA", courtyard={"campus": parts}, patrol_zone="ppppp")
    assert grid.grids.set_index("kind")["parts"]["institutional"] == 5


def test_a_bow_tie_is_repaired_and_recorded():
    x, y = WEST, SOUTH
    bow = shapely.Polygon([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)])
    grid = one_grid("AA", compound={"bow": bow})
    row = grid.repairs.query("source_id == 'bow'").iloc[0]
    assert (row["layer"], row["problem"], row["action"]) == (
        "compound",
        "self-intersection",
        "repaired (make_valid, structure)",
    )
    assert status(grid)["compound:bow"] == "kept"


def test_units_without_land_are_rejected_or_outside_and_listed():
    grid = one_grid(
        "AA",
        compound={
            "null": None,
            "empty": shapely.Polygon(),
            "far": square(50, 50),
            "line": shapely.Polygon([(0, 0), (1, 1), (0, 0)]),
        },
    )
    assert status(grid) == {
        "compound:null": "rejected",
        "compound:empty": "rejected",
        "compound:line": "rejected",
        "compound:far": "outside",
    }
    assert set(grid.repairs["source_id"]) == {"null", "empty", "line"}


def test_every_vertex_lies_on_the_millimetre_grid():
    angle = np.linspace(0, 2 * np.pi, 77, endpoint=False)
    ring = np.stack([WEST + 150 + 90.12345 * np.cos(angle), SOUTH + 50 + 61.98765 * np.sin(angle)], axis=1)
    grid = one_grid("AAA", compound={"round": shapely.Polygon(ring)}, courtyard={"b": square(1.20001, 0.33333, 2, 2)})
    cells = shapely.get_coordinates(grid.grids.geometry) * 1000
    assert np.abs(cells - np.rint(cells)).max() < 1e-3
    assert_partition(grid)


def test_noise_of_a_nanometre_at_ten_million_metres_changes_nothing():
    rng = np.random.default_rng(5)
    clean = {"a": square(0, 0, 2), "b": square(2, 0, 2)}
    noisy = {
        k: shapely.transform(v, lambda xy: closed(xy + rng.uniform(-1e-9, 1e-9, xy.shape))) for k, v in clean.items()
    }
    first, second = one_grid("AABB", compound=clean), one_grid("AABB", compound=noisy)
    assert first.grids.geometry.geom_equals_identical(second.grids.geometry).all()


def test_a_ring_of_fifty_thousand_vertices_is_cut_like_any_other():
    angle = np.linspace(0, 2 * np.pi, 50_000, endpoint=False)
    radius = 140 + 5 * np.sin(900 * angle)
    ring = np.stack([WEST + 200 + radius * np.cos(angle), SOUTH + 200 + radius * np.sin(angle)], axis=1)
    grid = one_grid(
        "AABB\nAABB\nCCDD\nCCDD", compound={"lake": shapely.Polygon(ring)}, courtyard={"b": square(1, 1, 1, 1)}
    )
    assert_partition(grid)
    assert sum(holders(grid).values()) == pytest.approx(16)


def test_borders_that_almost_coincide_do_not_break_the_partition():
    rng = np.random.default_rng(7)
    base = shapely.segmentize(square(0, 0, 2, 2), 3.0)
    drawn = {
        f"u{k}": shapely.make_valid(shapely.transform(base, lambda xy: closed(xy + rng.normal(0, 0.0008, xy.shape))))
        for k in range(4)
    }
    grid = one_grid("AABB\nAABB", compound=drawn, courtyard={"c": square(1.00000004, 0, 2, 2)}, patrol_zone={"p": base})
    assert_partition(grid)
    assert sum(holders(grid).values()) == pytest.approx(8)
