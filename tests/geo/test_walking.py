"""Ways on foot to facilities: along roads, straight, and against another way to find shortest paths."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import roads
from geo.roads import Roads
from geo.walking import EVERYWHERE, NotInReachError, Stretches, Walks

FAR = 5_000.0


def line(*points):
    return shapely.LineString(points)


def walked(places, facilities, roads=None, *, detour=1.3, farthest_m=FAR):
    """Measure from places to facilities, {kind: [points]}; return a row a place, a column a kind in their order."""
    kind = np.array([name for name, points in facilities.items() for _ in points], dtype=object)
    point = shapely.points(np.array([at for points in facilities.values() for at in points], dtype=float))
    lines = None if roads is None else np.array(roads, dtype=object)
    walks = Walks.of(point, kind, lines, farthest_m=farthest_m)
    assert walks.kinds == tuple(sorted(facilities))
    return walks.to_nearest(np.array(places, dtype=float), np.full(len(places), detour)).tolist()


def test_without_roads_a_way_is_the_straight_line_to_the_nearest_times_the_detour():
    """3-4-5: 500 m × 1.3 = 650 m; the facility at 900 m is further."""
    assert walked([(0, 0)], {"toilet": [(300, 400), (900, 0)]}) == [[pytest.approx(650)]]


def test_a_way_follows_the_roads_round_a_corner():
    """300 m east and 400 m north, both places on the road."""
    assert walked([(0, 0)], {"toilet": [(300, 400)]}, [line((0, 0), (300, 0), (300, 400))]) == [[pytest.approx(700)]]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_roads_noded_in_tiles_are_what_they_are_noded_at_once(seed: int):
    rng = np.random.default_rng(seed)
    ends = np.cumsum(rng.normal(0, rng.choice([0.7, 5.0, 60.0]), (6, 9, 2)), axis=1) + rng.uniform(0, 90, (6, 1, 2))
    lines = np.array([*shapely.linestrings(ends), None, shapely.LineString(), shapely.MultiLineString([*ends[:2]])])
    at_once = Roads.of(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roads, "SEGMENTS_A_CHAIN", int(rng.integers(1, 4)))
        patch.setattr(roads, "CHAINS_A_TILE", int(rng.integers(1, 9)))
        assert len(roads.tiles_of(roads.chains_of(lines))) > 1
        in_tiles = Roads.of(lines)
    for name in ("xy", "start", "end"):
        assert getattr(in_tiles, name).tolist() == getattr(at_once, name).tolist()
    drawn = shapely.get_parts(shapely.union_all(lines, grid_size=roads.SNAP_M))
    stretches = shapely.linestrings(np.stack([at_once.xy[at_once.start], at_once.xy[at_once.end]], axis=1))
    assert shapely.union_all(stretches).normalize().length == pytest.approx(shapely.length(drawn).sum())


def test_no_roads_are_a_network_of_none():
    assert len(Roads.of(np.array([None, shapely.LineString()], dtype=object)).xy) == 0


def test_the_way_to_the_road_and_from_the_road_is_walked_too():
    """20 m to the road, 1,000 m along it, 30 m from it."""
    assert walked([(0, 20)], {"toilet": [(1000, -30)]}, [line((-500, 0), (2000, 0))]) == [[pytest.approx(1050)]]


def test_a_place_and_a_facility_on_one_stretch_without_a_node_between():
    found = walked([(100, 0), (900, 0)], {"toilet": [(400, 0), (450, 0)]}, [line((0, 0), (1000, 0))])
    assert found == [[pytest.approx(300)], [pytest.approx(450)]]


def test_roads_that_cross_without_a_common_vertex_are_joined():
    """50 m east to the crossing, 40 m north; the same where a bridge would be."""
    roads = [line((0, 0), (100, 0)), line((50, -100), (50, 100))]
    assert walked([(0, 0)], {"toilet": [(50, 40)]}, roads) == [[pytest.approx(90)]]


@pytest.mark.parametrize(("miss_m", "joined"), [(0.4, True), (3.0, False)])
def test_a_road_that_ends_short_of_another_by_less_than_digitising_errs_is_joined(miss_m, joined):
    roads = [line((0, 0), (100 - miss_m, 0)), line((100, -100), (100, 300))]
    (way,) = walked([(0, 0)], {"toilet": [(100, 200)]}, roads)[0]
    assert np.isfinite(way) == joined
    assert not joined or abs(way - 300) < 2


def test_a_facility_that_no_road_leads_to_is_out_of_reach_however_near():
    roads = [line((0, 0), (1000, 0)), line((0, 300), (1000, 300))]
    assert walked([(500, 10)], {"toilet": [(500, 290)]}, roads) == [[np.inf]]


def test_a_facility_nearer_than_the_road_is_reached_straight():
    """200 m from any road, 40 m from each other: 40 × 1.3 = 52 m, not 200 + 40 + 200."""
    assert walked([(0, 200)], {"toilet": [(40, 200)]}, [line((-99, 0), (99, 0))]) == [[pytest.approx(52)]]


def test_ways_longer_than_the_limit_are_infinite():
    road = [line((0, 0), (3000, 0))]
    assert walked([(0, 0)], {"toilet": [(2000, 0)]}, road, farthest_m=1999) == [[np.inf]]
    assert walked([(0, 0)], {"toilet": [(2000, 0)]}, road, farthest_m=2001) == [[pytest.approx(2000)]]


def test_each_kind_has_its_own_nearest_and_facilities_may_share_a_place():
    road = [line((0, 0), (1000, 0))]
    facilities = {"police": [(700, 0)], "toilet": [(200, 0), (200, 0), (700, 0)]}
    assert walked([(0, 0), (1000, 0)], facilities, road) == [
        [pytest.approx(700), pytest.approx(200)],
        [pytest.approx(300), pytest.approx(300)],
    ]


def test_facilities_without_a_kind_or_a_place_are_left_out():
    point = np.array([shapely.Point(0, 0), shapely.Point(), None, shapely.Point(5, 0)], dtype=object)
    walks = Walks.of(point, np.array([None, "a", "a", "b"], dtype=object), None, farthest_m=FAR)
    assert walks.kinds == ("b",)


def test_no_facility_at_all_and_no_place_at_all_are_fine():
    nothing = np.empty(0, dtype=object)
    assert Walks.of(nothing, nothing, None, farthest_m=FAR).to_nearest(np.zeros((3, 2)), np.ones(3)).shape == (3, 0)
    assert walked(np.empty((0, 2)), {"toilet": [(0, 0)]}, [line((0, 0), (9, 9))]) == []


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_ways_on_random_streets_are_the_shortest_of_all(seed):
    """Streets on a lattice of 100 m, some missing; places and facilities on them at whole metres.

    The oracle cuts streets at every place and tries all ways by Floyd and Warshall.
    """
    rng = np.random.default_rng(seed)
    corners = [(100 * x, 100 * y) for x in range(4) for y in range(4)]
    streets = [
        (a, b) for a in corners for b in corners if sum(np.subtract(b, a)) == 100 and min(np.subtract(b, a)) == 0
    ]
    streets = [street for street in streets if rng.random() < 0.7] or streets[:1]

    def somewhere():
        a, b = streets[rng.integers(len(streets))]
        step = int(rng.integers(0, 101))
        return tuple(int(p + (q - p) / 100 * step) for p, q in zip(a, b, strict=True))

    places, facilities = [somewhere() for _ in range(5)], [somewhere() for _ in range(3)]
    nodes = sorted({*corners, *places, *facilities})
    number = {node: place for place, node in enumerate(nodes)}
    way = np.full((len(nodes), len(nodes)), np.inf)
    np.fill_diagonal(way, 0)
    for a, b in streets:
        on = sorted(node for node in nodes if shapely.LineString([a, b]).distance(shapely.Point(node)) == 0)
        for p, q in pairwise(on):
            way[number[p], number[q]] = way[number[q], number[p]] = sum(np.subtract(q, p))
    for k in range(len(nodes)):
        way = np.minimum(way, way[:, [k]] + way[[k], :])
    expected = [[min(way[number[place], number[one]] for one in facilities)] for place in places]
    found = walked(places, {"toilet": facilities}, [line(*street) for street in streets])
    np.testing.assert_allclose(found, expected, atol=1e-3)


def town_walks(seed):
    """Draw random roads and facilities of two kinds over a square kilometre."""
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 1000, (int(rng.integers(1, 12)), 2, 2))
    facilities = rng.uniform(0, 1000, (int(rng.integers(1, 6)), 2))
    kind = rng.choice(["toilet", "clinic"], len(facilities)).astype(object)
    return Walks.of(shapely.points(facilities), kind, shapely.linestrings(ends), farthest_m=FAR), rng


def known_in(walks, bounds):
    """Know the roads alone that come into some bounds."""
    whole = walks.stretches()
    there = shapely.intersects(shapely.linestrings(whole.ends.reshape(-1, 2, 2)), shapely.box(*bounds))
    return walks.along(Stretches(whole.ends[there], whole.start_m[there], whole.end_m[there]), np.array(bounds))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_roads_around_some_places_give_the_ways_of_all_roads_or_say_that_they_may_not(seed):
    walks, rng = town_walks(seed)
    places = rng.uniform(300, 700, (8, 2))
    detour = np.full(8, 1.3)
    whole, margin_m = walks.to_nearest(places, detour), 0.0
    for _ in range(2):
        bounds = (300 - margin_m, 300 - margin_m, 700 + margin_m, 700 + margin_m)
        try:
            assert np.array_equal(known_in(walks, bounds).to_nearest(places, detour), whole)
            return
        except NotInReachError as error:
            margin_m = error.road_m if np.isfinite(error.road_m) else 2000.0
    raise AssertionError("not sure within the reach that it asked for")


def test_everything_known_is_always_enough():
    walks, rng = town_walks(1)
    places = rng.uniform(-5000, 5000, (20, 2))
    again = walks.along(walks.stretches(), EVERYWHERE)
    assert np.array_equal(again.to_nearest(places, np.ones(20)), walks.to_nearest(places, np.ones(20)))


def test_no_road_in_reach_is_said_without_a_distance():
    walks, _ = town_walks(2)
    nothing = Stretches(np.empty((0, 4)), np.empty((0, len(walks.kinds))), np.empty((0, len(walks.kinds))))
    with pytest.raises(NotInReachError) as refused:
        walks.along(nothing, np.array([0.0, 0.0, 10.0, 10.0])).to_nearest(np.array([[5.0, 5.0]]), np.ones(1))
    assert refused.value.road_m == np.inf
