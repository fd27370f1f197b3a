"""The ledgers of a build are the same however its communities are grouped, and whoever works on the groups."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

import geo.build as building
from geo.build import build
from geo.drawing_up import Drawn, Group, draw_up
from geo.gaps import find_gaps
from geo.gathering import gather
from geo.scale import workers
from geo.sources import Parameters
from tests.geo.messy import messy_sources
from tests.geo.plans.test_ledgers import with_exceptions, with_organisations
from tests.geo.tabling import with_invented_tables

AS_OF = date(2026, 6, 1)


SEED = 3


@pytest.fixture(scope="module")
def drawn():
    """A build of a messy town with exceptions of all forms; what its ledgers were drawn up from; the ledger."""
    with pytest.MonkeyPatch.context() as patch:
        held, given = [], []
        patch.setattr(building, "gather", lambda *all: held.append(gather(*all)) or held[-1])
        patch.setattr(building, "draw_up", lambda *all, **how: given.append(all) or draw_up(*all, **how))
        plain = with_organisations(with_invented_tables(messy_sources(SEED), SEED), SEED)
        sources = with_exceptions(plain, build(plain, Parameters()), SEED)
        return build(sources, Parameters(), as_of=AS_OF).gaps, given[-1], held[-1]


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
    gaps, given, held = drawn
    assert len(held.community_polygon) > size
    alone, idle = draw_up(*given, size=size)
    _, idle_together = draw_up(*given, size=10**6)
    same_ledger(alone, gaps)
    assert idle.tolist() == idle_together.tolist()


def test_groups_together_find_what_the_rules_find_among_all_at_once(drawn):
    gaps, given, held = drawn
    signed = ["state", "reason", "expires", "detail"]
    same_ledger(draw_up(*given, size=1)[0].drop(columns=signed), find_gaps(held).drop(columns=signed))
    assert {"open", "accepted"} <= set(gaps["state"])


def test_processes_that_keep_the_rows_elsewhere_hand_back_what_stays(drawn, tmp_path):
    """The rows come back from forked processes only as far as ``keep`` says."""
    gaps, given, _ = drawn
    kept, _ = draw_up(*given, size=1, run=workers(2), keep=few)
    assert kept["gap_id"].tolist() == gaps["gap_id"].tolist()
    assert list(kept) == ["gap_id", "severity"]
