"""What becomes of the rows of tables when grids are merged."""

from __future__ import annotations

from dataclasses import replace

from geo.edits.applying import apply
from geo.edits.ground import Ground, Record
from geo.edits.merge import merge_grids
from tests.geo.edits.grounds import ground


def recorded(**of: list[Record]) -> Ground:
    """Draw three grids side by side with records."""
    before = ground("abc")
    return before.replace(replace(grid, records=tuple(of.get(grid.code, ()))) for grid in before.grids.values())


def said(table: str, **values: object) -> Record:
    return Record(table, tuple(values.items()))


def merged(**of: list[Record]) -> tuple[Record, ...]:
    """Merge all three into the first."""
    return apply(recorded(**of), merge_grids(["a", "b", "c"], keep="a")).ground.grids["a"].records


def test_the_score_sheets_of_the_kept_grid_stand_alone():
    mine = said("scores", period="2026Q1", item="卫生", points=88.0)
    assert merged(a=[mine], b=[said("scores", period="2026Q1", item="卫生", points=88.0)]) == (mine,)
    assert merged(b=[said("scores", period="2026Q1", item="卫生", points=88.0)]) == ()


def test_what_was_accepted_for_a_grid_is_not_accepted_for_the_one_that_takes_it_in():
    mine, others = (said("exceptions", kind="no_premises", reason=why, signer="甲") for why in ("在建", "河道"))
    assert merged(a=[mine], b=[others]) == (mine,)


def test_money_posts_and_organisations_add_up():
    records = {
        code: [
            said("funding", year=2026, purpose="branch_activity", amount=10_000.0),
            said("roster", post="cleaner", name=code),
            said("party", organisation_id=f"z-{code}", name=code, level="grid_branch"),
        ]
        for code in "ab"
    }
    assert merged(**records) == (*records["a"], *records["b"])


def test_who_heads_several_grids_heads_the_merged_one_once():
    head = [said("roster", post="grid_head", name="张三", phone="1", row=row) for row in (2, 3, 4)]
    namesake = said("roster", post="grid_head", name="张三", phone="2")
    nameless = [said("roster", post="cleaner"), said("roster", post="cleaner")]
    found = merged(a=[head[0], nameless[0]], b=[head[1], namesake, nameless[1]], c=[head[2]])
    assert found == (head[0], nameless[0], namesake, nameless[1])


def test_a_joint_branch_of_several_grids_covers_the_merged_one_once():
    branch = [said("party", organisation_id="z1", name="联合", level="joint_branch", row=row) for row in (2, 3)]
    assert merged(b=[branch[0]], c=[branch[1]]) == (branch[0],)
