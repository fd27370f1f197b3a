"""A build as a plan: nothing of it is lost, and nothing is there before all of it is."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
from sqlalchemy import Engine

from data.build_layers import LAYERS
from data.database.access import Access
from data.database.engine import connected
from data.output import read_build
from data.plans import imported_gaps
from data.plans.exporting import read_plan
from data.plans.importing import import_build
from data.plans.plan import find_plan, list_plans
from data.plans.versions import read_versions
from geo.errors import InputError, PlanNameTakenError, UnknownPlanError
from geo.gaps.exceptions import restated
from tests.data.plans.conftest import opened
from tests.databases import database_like, execute

TODAY = date(2026, 11, 21)
AS_JSON = {"gaps": ["detail"], "faces": ["claimants"], "records": ["row"]}


def said(frame: pd.DataFrame, name: str) -> list[tuple]:
    """Return the rows of a layer without its geometry, in an order of their own, JSON by its contents."""
    table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).astype(object)
    table = table.where(table.notna(), None)
    for column in AS_JSON.get(name, []):
        table[column] = [json.dumps(json.loads(text), sort_keys=True) for text in table[column]]
    return sorted(map(tuple, table.to_numpy().tolist()), key=str)


@pytest.mark.parametrize("name", [name for name in LAYERS if name not in ("build", "lineage")])
def test_a_layer_comes_out_of_the_plan_as_it_was_in_the_build(planned: Engine, town_build: Path, name: str):
    with connected(planned, place="") as connection:
        found = read_plan(connection, find_plan(connection, "town"), [name], today=TODAY)[name]
    kept = read_build(town_build, [name])[name]
    kept = restated(kept, TODAY) if name == "gaps" else kept
    assert said(found, name) == said(kept, name)
    assert len(found) or name == "repairs"
    if LAYERS[name].geometry:
        assert found.crs == kept.crs
        one, other = (sorted(map(str, shapely.to_wkb(frame.geometry.to_numpy()))) for frame in (found, kept))
        assert one == other


def test_gaps_that_are_written_in_several_goes_are_those_of_the_build(
    pattern_database: Access, town_build: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = restated(read_build(town_build, ["gaps"])["gaps"], TODAY)
    monkeypatch.setattr(imported_gaps, "ROWS_AT_ONCE", len(kept) // 3)
    with database_like(pattern_database) as access, opened(access) as engine:
        import_build(engine, town_build, "town", by="importer")
        with connected(engine, place="") as connection:
            found = read_plan(connection, find_plan(connection, "town"), ["gaps"], today=TODAY)["gaps"]
    assert said(found, "gaps") == said(kept, "gaps")
    one, other = (sorted(map(str, shapely.to_wkb(frame.geometry.to_numpy()))) for frame in (found, kept))
    assert one == other


def test_a_new_plan_is_a_draft_without_edits(planned: Engine):
    with connected(planned, place="") as connection:
        [plan] = list_plans(connection)
        layers = read_plan(connection, plan, ["lineage", "build"], today=TODAY)
    assert (plan.state, plan.head, plan.parent, plan.made_by) == ("draft", 0, None, "importer")
    assert plan.jurisdiction == "530102"
    assert set(layers["lineage"]["relation"]) == {"same"}
    assert dict(layers["build"].to_numpy())["plan.revision"] == "0"


def test_generalised_borders_match_and_have_fewer_vertices(planned: Engine):
    with connected(planned, place="") as connection:
        versions = read_versions(connection, find_plan(connection, "town").plan_id, 0, "true", {})
    outlines = np.array([version.outline for version in versions])
    exact = np.array([version.grid.polygon for version in versions])
    assert shapely.coverage_is_valid(outlines)
    assert shapely.get_num_coordinates(outlines).sum() < 0.8 * shapely.get_num_coordinates(exact).sum()


def test_a_name_is_given_once_and_is_a_name(planned: Engine, town_build: Path):
    with pytest.raises(PlanNameTakenError, match="there is a plan town already"):
        import_build(planned, town_build, "town", by="a")
    for name in ("", " town", "x" * 121, "a/b", "a\nb", "a\x85b", "a\u2028b", ".."):
        with pytest.raises(InputError, match="is no name of a plan"):
            import_build(planned, town_build, name, by="a")


def test_what_is_no_build_is_refused(planned: Engine, tmp_path: Path):
    with pytest.raises(InputError, match="no such build"):
        import_build(planned, tmp_path / "none.gpkg", "none", by="a")


def test_an_older_build_without_what_ledgers_need_is_imported(planned: Engine, town_build: Path, tmp_path: Path):
    old = tmp_path / "old"
    shutil.copytree(town_build, old)
    for name in ("buildings", "facilities", "roads", "records", "standards"):
        (old / f"{name}.parquet").unlink()
    plan = import_build(planned, old, "old", by="a")
    with connected(planned, place="") as connection:
        layers = read_plan(connection, plan, today=TODAY)
    assert {name for name in LAYERS if not len(layers[name])} >= {"facilities", "roads", "records", "standards"}
    assert len(layers["grids"]) == len(read_build(old, ["grids"])["grids"])


def test_a_build_without_any_table_comes_out_as_it_was(planned: Engine, town_build: Path, tmp_path: Path):
    bare = tmp_path / "bare"
    shutil.copytree(town_build, bare)
    for name in (
        "staffing",
        "assignments",
        "settlements",
        "ratings",
        "premises",
        "duty",
        "party_organisations",
        "records",
    ):
        (bare / f"{name}.parquet").unlink()
    plan = import_build(planned, bare, "bare", by="a")
    with connected(planned, place="") as connection:
        layers = read_plan(connection, plan, today=TODAY)
    for name, kept in read_build(bare).items():
        if name not in ("build", "lineage", "gaps"):
            assert said(layers[name], name) == said(kept, name), name


def test_a_working_crs_without_a_number_is_refused(planned: Engine, town_build: Path, tmp_path: Path):
    own = tmp_path / "own"
    shutil.copytree(town_build, own)
    crs = "+proj=tmerc +lon_0=102.4 +x_0=500000 +ellps=GRS80 +units=m +type=crs"
    for file in own.glob("*.parquet"):
        try:
            layer = gpd.read_parquet(file)
        except ValueError:
            continue
        layer.set_crs(crs, allow_override=True).to_parquet(file)
    with pytest.raises(InputError, match="has no EPSG code"):
        import_build(planned, own, "own", by="a")


def test_an_import_that_fails_leaves_nothing(planned: Engine, town_build: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    monkeypatch.setattr("data.plans.importing.append_gaps", fail)
    with pytest.raises(InputError, match="No space left on device; free some room"):
        import_build(planned, town_build, "second", by="a")
    with connected(planned, place="") as connection, pytest.raises(UnknownPlanError, match="there are town"):
        find_plan(connection, "second")


@pytest.mark.parametrize(
    "command",
    [
        "INSERT INTO onegrid.grid_version SELECT * FROM onegrid.grid_version",
        "UPDATE onegrid.grid_version SET to_revision = 3",
        "DELETE FROM onegrid.grid_version",
        "UPDATE onegrid.plan SET state = 'approved'",
        "DELETE FROM onegrid.revision",
        "SELECT onegrid.end_grids(1, '{1}', 1)",
        "SELECT onegrid.import_roads(1, 1, '{1}', '{1}', '{a}')",
    ],
)
def test_the_application_has_no_other_way_to_change_a_plan(town_database: Access, command: str):
    with opened(town_database) as engine, connected(engine, place="") as connection:
        driver = connection.connection.driver_connection
        with pytest.raises(psycopg.Error, match=r"permission denied|not being imported"):
            driver.execute(command)
        connection.rollback()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("DELETE FROM onegrid.plan", "plan town stays"),
        ("UPDATE onegrid.plan SET name = 'a/b'", "'a/b' is no name of a plan"),
        ("UPDATE onegrid.plan SET name = '..'", "'..' is no name of a plan"),
    ],
)
def test_a_plan_and_its_address_stay_whoever_administers_the_database(town_database: Access, command: str, said: str):
    with pytest.raises(psycopg.errors.IntegrityError, match=re.escape(said)):
        execute(town_database, command)


def test_the_tables_are_as_they_were_after_all_that(town_database: Access):
    assert execute(town_database, "SELECT count(*) FROM onegrid.revision") == [(1,)]
