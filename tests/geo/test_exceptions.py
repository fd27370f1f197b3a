"""Accepted gaps: which gap an exception is about, until when, and what is said of those about none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from geo.build import build
from geo.gaps.exceptions import restated
from geo.sources import Parameters
from tests.geo.sketching import sources, square
from tests.geo.tabling import post, table, tables

A, HOME = "530102001001001", "530102001001"
SIGNED = {"reason": "河道用地", "signer": "某主任", "signed": "2026-01-05", "expires": "2026-12-31"}


def town(*exceptions, as_of=date(2026, 6, 1), **layers):
    drawn = layers or {"compound": {"a": (square(0, 0), {"households": 9})}}
    made = sources("AAB", **drawn)
    rows = [{**SIGNED, **one} for one in exceptions]
    made = replace(made, tables=tables(roster=post("pioneer", "compound:a"), exceptions=rows))
    return build(made, Parameters(), as_of=as_of)


def states(grid, kind):
    rows = grid.gaps[grid.gaps["kind"] == kind]
    return dict(zip(rows["gap_id"].str.partition(":")[2], rows["state"], strict=True))


@pytest.mark.parametrize("key", [{"on": "compound:a"}, {"grid_code": A}, {"gap_id": f"undersize:{A}", "kind": None}])
def test_an_accepted_gap_stays_in_the_ledger_with_reason_signer_and_expiry(key):
    grid = town({"kind": "undersize", **key})
    gap = grid.gaps[grid.gaps["kind"] == "undersize"].iloc[0]
    assert gap[["state", "reason", "expires"]].tolist() == ["accepted", "河道用地", "2026-12-31"]
    detail = json.loads(gap["detail"])
    assert (detail["signer"], detail["signed"], detail["figure"]) == ("某主任", "2026-01-05", "9 户 < 300 户")
    assert set(grid.gaps[grid.gaps["kind"] != "undersize"]["state"]) == {"open"}


@pytest.mark.parametrize(("day", "state"), [(30, "accepted"), (31, "accepted"), (32, "expired")])
def test_an_exception_holds_up_to_and_on_its_last_day(day, state):
    as_of = date(2026, 12, day) if day < 32 else date(2027, 1, 1)
    assert states(town({"kind": "undersize", "on": "compound:a"}, as_of=as_of), "undersize") == {A: state}


def test_a_ledger_can_be_read_as_of_another_day():
    gaps = town({"kind": "undersize", "on": "compound:a"}).gaps
    later = restated(gaps, date(2027, 1, 1))
    assert later["state"].value_counts().to_dict() == {"open": len(gaps) - 1, "expired": 1}
    assert restated(later, date(2026, 12, 31))["state"].tolist() == gaps["state"].tolist()


def test_an_exception_of_one_post_leaves_the_others_open():
    grid = town({"kind": "understaffed", "on": "compound:a", "post": "cleaner"})
    assert states(grid, "understaffed") == {
        **{f"{A}:cleaner": "accepted", f"{A}:security_officer": "open", f"{A}:grid_worker": "open"}
    }


def test_an_exception_of_a_community_is_for_all_its_gaps_of_the_kind():
    """Community A has nobody on its second cell; B, where nobody is at all, keeps its gap open."""
    grid = town({"kind": "unclaimed", "on": f"community:{HOME}"})
    assert sorted((key[:12], state) for key, state in states(grid, "unclaimed").items()) == [
        (HOME, "accepted"),
        ("530102001002", "open"),
    ]


@pytest.mark.parametrize(
    ("kind", "unit", "gap"),
    [
        *(("overlap", "compound:b", "compound:a+compound:b"), ("overlap", "compound:a", "compound:a+compound:b")),
        ("straddle", "compound:b", "530102001002001"),
    ],
)
def test_an_overlap_or_a_straddle_is_accepted_by_any_unit_of_it(kind, unit, gap):
    """Compound b lies over a, and goes on into community B."""
    drawn = {"a": square(0, 0), "b": square(0.5, 0, 2)}
    assert states(town({"kind": kind, "on": unit}, compound=drawn), kind) == {gap: "accepted"}


def test_of_two_exceptions_of_one_gap_the_longer_counts():
    short, long = {"expires": "2026-02-01", "reason": "一"}, {"expires": "2026-08-01", "reason": "二"}
    key = {"kind": "undersize", "on": "compound:a"}
    for pair in ([short, long], [long, short]):
        gap = town(*({**key, **one} for one in pair)).gaps.set_index("gap_id").loc[f"undersize:{A}"]
        assert gap[["state", "reason", "expires"]].tolist() == ["accepted", "二", "2026-08-01"]


def test_an_exception_about_no_gap_is_listed():
    grid = town(
        {"kind": "oversize", "on": "compound:a"},
        {"kind": "undersize", "gap_id": "undersize:none"},
        {"kind": "undersize", "on": "compound:nowhere"},
        {"kind": "undersize", "on": "compound:a"},
    )
    rows = grid.repairs[grid.repairs["layer"] == "exceptions"]
    assert dict(zip(rows["source_id"], rows["problem"], strict=True)) == {
        "exceptions.csv:2": "matches no gap",
        "exceptions.csv:3": "matches no gap",
        "exceptions.csv:4": "matches no grid",
    }


def test_the_day_is_a_fact_of_a_build_with_exceptions():
    assert town({"kind": "undersize", "on": "compound:a"}).facts["as_of"] == "2026-06-01"
    assert len(table("exceptions")) == 0
