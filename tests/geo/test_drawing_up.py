"""The ledgers of a build are the same however its communities are grouped."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.build import build
from geo.divisions import groups_in_counties
from geo.drawing_up import Drawn, Group, draw_up, draw_up_between, together
from geo.gaps import Held, find_gaps
from geo.gaps.exceptions import Signed
from geo.sources import Parameters
from tests.geo.holding import held_of
from tests.geo.messy import messy_sources
from tests.geo.plans.test_ledgers import with_exceptions, with_organisations
from tests.geo.tabling import with_invented_tables

AS_OF = date(2026, 6, 1)


SEED = 3


@pytest.fixture(scope="module")
def drawn():
    """The ledger of a messy town with exceptions of all forms, and what it was drawn up from."""
    plain = with_organisations(with_invented_tables(messy_sources(SEED), SEED), SEED)
    held, signed, grid = held_of(with_exceptions(plain, build(plain, Parameters()), SEED), as_of=AS_OF)
    return grid.gaps, held, signed


def in_groups(held: Held, signed: Signed | None, size: int, **how) -> list[Drawn]:
    groups = groups_in_counties(held.community["code"], size)
    return [*draw_up(held, signed, groups, **how), draw_up_between(held, signed, **how)]


def few(group: Group) -> Drawn:
    """Keep what a ledger is ordered by."""
    rows, used = group.drawn()
    return Drawn(rows[["gap_id", "severity"]], used)


def same_ledger(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert (shapely.to_wkb(np.asarray(one.geometry)) == shapely.to_wkb(np.asarray(other.geometry))).all()
    plain = [frame.drop(columns="geometry").reset_index(drop=True).astype(object) for frame in (one, other)]
    pd.testing.assert_frame_equal(*plain)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_groups_of_any_size_give_the_ledger_of_all_together(drawn, size: int):
    gaps, held, signed = drawn
    assert len(held.community_polygon) > size
    alone, at_once = in_groups(held, signed, size), in_groups(held, signed, 10**6)
    same_ledger(together([rows for rows, _ in alone]), gaps)
    used, used_at_once = (np.unique(np.concatenate([used for _, used in some])).tolist() for some in (alone, at_once))
    assert used == used_at_once
    assert 0 < len(used) < len(signed.table)


def test_groups_together_find_what_the_rules_find_among_all_at_once(drawn):
    gaps, held, signed = drawn
    marks = ["state", "reason", "expires", "detail"]
    found = together([rows for rows, _ in in_groups(held, signed, 1)])
    same_ledger(found.drop(columns=marks), find_gaps(held).drop(columns=marks))
    assert {"open", "accepted"} <= set(gaps["state"])


def test_of_rows_that_are_kept_elsewhere_comes_back_what_stays(drawn):
    gaps, held, signed = drawn
    kept = together([rows for rows, _ in in_groups(held, signed, 1, keep=few)])
    assert kept["gap_id"].tolist() == gaps["gap_id"].tolist()
    assert list(kept) == ["gap_id", "severity"]
