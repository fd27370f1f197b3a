"""A plan under storms: kills at random moments, and twenty planners at once. `storms` says how to have longer ones."""

from __future__ import annotations

from pathlib import Path

from data.database.access import Access
from tests.data.plans.storms import cluster_of_its_own, judged, rush, storm_of_kills, town_in


def test_kills_lose_no_acknowledged_edit_and_leave_none_half_there(tmp_path: Path):
    with cluster_of_its_own(tmp_path) as access, town_in(access, tmp_path, seed=1) as town:
        killed = storm_of_kills(town, tmp_path / "data", kills=6)
        figures = judged(town, killed=True)
    assert killed.total() == 6
    assert figures["applied"] >= 3


def test_twenty_planners_half_of_them_in_one_community_lose_nothing_and_are_refused_rightly(
    database: Access, tmp_path: Path
):
    with town_in(database, tmp_path, seed=2) as town:
        rush(town, seconds=3, planners=20, least=10)
        figures = judged(town, killed=False)
    assert figures["applied"] >= 10
    assert figures["refused"] >= 10
