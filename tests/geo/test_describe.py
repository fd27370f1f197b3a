"""What a grid is said to be: the patrol zone that it belongs to."""

from __future__ import annotations

import pytest

from tests.geo.sketching import one_grid, square


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        ({"p": square(0, 0, 2.1)}, "p"),  # 2.1 of 4 squares; nobody patrols 1.9
        ({"p": square(0, 0, 2)}, None),  # as much as nobody patrols
        ({"p": square(0, 0, 0.05)}, None),  # a corner that a zone happens to touch
        ({"p": square(0, 0, 1.5), "q": square(1.5, 0, 1.4)}, "p"),  # nobody patrols 1.1
        ({"p": square(0, 0, 1.5), "q": square(0, 0, 1.6)}, None),  # both lie on the same land; nobody patrols 2.4
        ({"p": square(0, 0, 2.5), "q": square(0, 0, 3)}, "q"),
        ({}, None),
    ],
)
def test_a_grid_belongs_to_the_patrol_zone_that_covers_more_of_it_than_nobody_patrols(zones, expected):
    grid = one_grid("AAAA", compound="aaaa", patrol_zone=zones)
    assert grid.grids["patrol_zone_id"].tolist() == [expected]
