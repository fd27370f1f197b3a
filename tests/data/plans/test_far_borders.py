"""An edit bends borders that lead to where it did not look at first: it looks there too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.database.access import Access
from data.plans.importing import import_build
from geo.errors import TooFineError
from tests.data.plans.conftest import opened
from tests.data.plans.long_run import town_of
from tests.data.plans.plans import ask, assert_whole, plan_of
from tests.databases import database_like

LINE = np.add([[90.685, 106.825], [90.688, 116.17], [90.688, 118.028], [15.646, 66.166]], (38500000, 3400000))


def test_a_border_that_would_bend_over_another_far_away_is_refused(pattern_database: Access, tmp_path: Path):
    town = town_of(16, 61, tmp_path, tmp_path)
    with database_like(pattern_database) as access, opened(access) as engine:
        import_build(engine, town, "town", by="importer")
        with pytest.raises(TooFineError) as refused:
            ask(engine, "split", code="530102001001002", line=LINE.tolist())
        assert refused.value.grids == ("530102001003002",)
        assert plan_of(engine).head == 0
        assert_whole(engine)
