"""A plan of a build that an older version made: what can't be drawn up anew is said, and nothing else is lost."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from sqlalchemy import Engine

from data.build_layers import LAYERS
from data.database.engine import connected
from data.output import read_build
from data.plans.exporting import read_plan
from data.plans.importing import import_build
from data.plans.older_builds import WHY
from data.plans.plan import find_plan
from geo.gaps.evaluated import NEED_STANDARDS
from tests.data.plans.plans import ask, assert_whole, gaps_in, grids_of

KEPT_LATER = ("records", "buildings", "facilities", "roads")
NEVER = {
    *("no_grid_head", "understaffed", "overloaded", "no_branch", "underfunded", "far_from_facility", "straddle"),
    *("no_self_government", "no_property_party"),
}


def older(build: Path, out: Path, *without: str) -> Path:
    """Make an older build of one: without some layers, without the later columns and facts."""
    shutil.copytree(build, out)
    for name in (*KEPT_LATER, *without):
        (out / f"{name}.parquet").unlink()
    units = gpd.read_parquet(out / "units.parquet")
    units.drop(columns=list(LAYERS["units"].later)).to_parquet(out / "units.parquet")
    facts = pd.read_parquet(out / "build.parquet")
    facts[~facts["key"].isin(["tables", "buildings"])].to_parquet(out / "build.parquet")
    return out


def reasons(engine: Engine) -> dict[str, str]:
    """Return what the plan says that it can't evaluate for lack of what older versions kept."""
    with connected(engine, place="") as connection:
        said = read_plan(connection, find_plan(connection, "old"), ["build"], today=date(2026, 6, 1))["build"]
    facts = dict(zip(said["key"], said["value"], strict=True))
    return {key.removeprefix("not_evaluated."): why for key, why in facts.items() if why == WHY}


@pytest.mark.parametrize(
    ("without", "more"),
    [((), set()), (("premises", "standards"), {"no_premises", *NEED_STANDARDS})],
    ids=["before tables were kept", "before premises and standards were"],
)
def test_what_an_older_build_did_not_keep_is_not_evaluated_and_nothing_else_changes(
    planned: Engine, town_build: Path, tmp_path: Path, without: Sequence[str], more: set[str]
):
    old = older(town_build, tmp_path / "old", *without)
    import_build(planned, old, "old", by="a")
    said = reasons(planned)
    assert said.keys() == NEVER | more | {"ratings", "oversize.patrol_zone", "undersize.patrol_zone"}
    built = read_build(old, ["gaps"])["gaps"]
    assert set(built["kind"]) & said.keys()
    assert gaps_in(planned, "old").keys() == set(built["gap_id"][~built["kind"].isin(said)])
    grids = [version.grid for version in grids_of(planned, "old").values()]
    for community in sorted({grid.community for grid in grids}):
        code = next(grid.code for grid in grids if grid.community == community)
        done = ask(planned, "retag", plan="old", code=code, name="新名")
        assert (done.gaps.opened, done.gaps.closed) == ([], [])
    assert_whole(planned, "old")
