"""A new build over a plan by the command line: made after the plan, offered, looked at, accepted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from api.building import build_files
from api.console import Stages
from data.output import read_build
from tests.api.conftest import Onegrid
from tests.api.redrawing import NAME, across, crs_of, retag, roomy, split, told
from tests.api.running import onegrid

KEPT, RENAMED, REMOVED, PARTED = range(4)
"""Compounds, by how they fill their hulls: what becomes of them at the office while planners redraw."""

OFFERED = f"{NAME} + new"


@pytest.fixture(scope="module")
def surveyed(demo: Path, grid: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Survey the town anew: one compound is renamed, one is gone, one is two now; return its layers.toml."""
    folder = shutil.copytree(demo.parent, tmp_path_factory.mktemp("surveyed") / "town")
    file = folder / "compounds.shp"
    compounds = gpd.read_file(file, encoding="GBK").set_index("编号", drop=False)
    unit = [roomy(grid, number)["source_id"] for number in range(4)]
    compounds.loc[unit[RENAMED], "名称"] = "派出所改的名"
    polygon = compounds.geometry[unit[PARTED]]
    west, south, east, north = polygon.bounds
    half = shapely.box((west + east) / 2, south, east, north)
    second = compounds.loc[[unit[PARTED]]].assign(编号="XQ999999", 名称="东院").set_geometry([polygon & half])
    compounds.loc[unit[PARTED], "geometry"] = polygon - half
    rows = gpd.pd.concat([compounds.drop(unit[REMOVED]), second])
    rows.reset_index(drop=True).to_file(file, encoding="GBK")
    return folder / "layers.toml"


@pytest.fixture
def redrawn(plan: Onegrid, grid: Path) -> str:
    """Split what stays and what goes, name what is renamed; return a code that was given and retired."""
    retired = told(plan("edit", NAME, *split(grid, PARTED)))["created"][0]
    assert plan("undo", NAME).status == 0
    for number in (KEPT, REMOVED):
        assert plan("edit", NAME, *split(grid, number)).status == 0
    assert plan("edit", NAME, retag(grid, RENAMED, "规划改的名")).status == 0
    return retired


@pytest.fixture
def offered(redrawn: str, surveyed: Path, here: Onegrid, tmp_path: Path) -> Path:
    """Build the town anew after the plan."""
    out = tmp_path / "new.gpkg"
    ran = here("build", surveyed, "-o", out, "--previous", f"plan:{NAME}", "--workers", 1)
    assert ran.status == 0, ran
    return out


def codes_of(out: Path) -> set[str]:
    """Return the codes of a build."""
    return set(read_build(out, ["grids"], columns={"grids": ["code"]})["grids"]["code"])


def test_a_build_after_a_plan_gives_no_code_that_the_plan_ever_gave(
    redrawn: str, offered: Path, surveyed: Path, grid: Path, tmp_path: Path
):
    after_build = tmp_path / "after-build.gpkg"
    build_files(surveyed, after_build, previous=grid, workers=1, scheduler=None, stage=Stages(quiet=True))
    assert redrawn in codes_of(after_build), "the code is the next one, where nobody knows of the plan"
    assert redrawn not in codes_of(offered)
    kept = [roomy(grid, number)["code"] for number in (KEPT, RENAMED, PARTED)]
    assert set(kept) <= codes_of(offered)
    ancestry = read_build(offered, ["lineage"])["lineage"]
    assert set(ancestry["old_code"].dropna()) > codes_of(grid), "also the grids that planners made"


def test_a_new_build_is_offered_looked_at_and_accepted(plan: Onegrid, here: Onegrid, grid: Path, offered: Path):
    revision = told(plan("show", NAME, "--format", "json"))["revision"]
    ran = here("import", offered, "--into", NAME)
    assert ran.status == 0, ran
    assert ran.err.splitlines()[-1] == "onegrid: bringing planners' decisions to the new build"
    first, changes, decided, *rest = ran.out.splitlines()
    assert first == f"plan {OFFERED}: a new build over {NAME}; draft"
    assert changes.startswith(f"{NAME}@{revision} → {OFFERED}@1: ")
    comparison = told(plan("compare", NAME, OFFERED, "--format", "json"))
    assert changes.partition(": ")[2] == ", ".join(
        f"{number} {fate}" for fate, number in comparison["fates"].items() if number
    )
    assert decided.startswith("planners' decisions: 1 kept (") and decided.endswith(" 2 to decide")
    gone, renamed = (roomy(grid, number) for number in (REMOVED, RENAMED))
    rows = [line for line in rest if line.startswith(("530", gone["code"]))]
    assert len(rows) == 2
    [land] = [
        line.rstrip() for line in rows if f"is a grid of its own, on land of compound:{gone['source_id']}" in line
    ]
    [word] = [line.rstrip() for line in rows if line.startswith(renamed["code"])]
    assert " m²" in land
    assert land.endswith("the sources give it to another unit than when it was decided")
    assert "has the name 规划改的名" in word
    assert word.endswith("the sources say something else of the grid than when it was decided")
    assert rest[-2] == f"accept    onegrid plan accept '{OFFERED}' --into '{NAME}'"
    accepted = plan("accept", OFFERED, "--into", NAME)
    assert accepted.out == f"plan {NAME}: draft, revision {revision + 1}: as {OFFERED}, which is withdrawn\n"
    assert here("check", f"plan:{NAME}").status == 0
    entry = told(plan("log", NAME, "--format", "json"))[-1]
    assert (entry["verb"], entry["made_by"], entry["arguments"]["plan"]) == ("accept", "li.na", OFFERED)
    names = {one["name"]: one["status"] for one in told(plan("list", "--format", "json"))}
    assert names == {NAME: "draft", OFFERED: "retired"}
    told_by_offer = json.loads(plan("compare", f"{NAME}@{revision}", NAME, "--format", "json").out)["fates"]
    assert told_by_offer == comparison["fates"]


def test_land_that_planners_gave_is_theirs_in_the_plan_that_took_the_build(
    plan: Onegrid, here: Onegrid, grid: Path, offered: Path, tmp_path: Path
):
    assert here("import", offered, "--into", NAME, "--name", "next").status == 0
    assert plan("accept", "next", "--into", NAME).status == 0
    file = tmp_path / "plan.gpkg"
    assert here("export", f"plan:{NAME}", "-o", file, "--layer", "all", "--format", "gpkg").status == 0
    now, new = (read_build(out, ["grids"])["grids"].set_index("code") for out in (file, offered))
    row = roomy(grid, KEPT)
    west = row.geometry & shapely.box(*row.geometry.bounds[:2], across(row.geometry)[0][0], row.geometry.bounds[3])
    share = now.geometry[row["code"]].intersection(west).area / now.geometry[row["code"]].area
    assert share < 1e-6 or share > 1 - 1e-6, "the compound is parted along the line that planners drew"
    assert new.geometry[row["code"]].area == pytest.approx(row.geometry.area)
    assert len(now) == len(new) + 1
    assert now["households"].sum() == new["households"].sum()
    assert now.crs == crs_of(grid)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "invalid value for --name: is missing; it says what the plan is called"),
        (["--into", NAME, "--in-force"], "invalid value for --in-force: is for a plan of its own"),
        (["--into", "没有"], f"there is no plan 没有; there are {NAME}"),
        (["--into", NAME, "--name", NAME], f"there is a plan {NAME} already; choose another name"),
    ],
)
def test_an_offer_that_can_t_be_made_is_refused_in_one_line(
    plan: Onegrid, here: Onegrid, grid: Path, arguments: list[str], line: str
):
    assert here("import", grid, *arguments).refusal.startswith(line)
    assert [one["name"] for one in told(plan("list", "--format", "json"))] == [NAME]


def test_a_build_in_another_crs_is_not_offered_and_leaves_no_draft(
    plan: Onegrid, here: Onegrid, demo: Path, tmp_path: Path
):
    layers = demo.with_name("elsewhere.toml")
    layers.write_text(demo.read_text("utf-8").replace("EPSG:4522", "EPSG:4523"), "utf-8")
    assert here("build", layers, "-o", tmp_path / "elsewhere.gpkg").status == 0
    refused = here("import", tmp_path / "elsewhere.gpkg", "--into", NAME).refusal
    assert refused == (
        f'the build is in EPSG:4523 and plan {NAME} in EPSG:4522; build it again with working_crs = "EPSG:4522"'
    )
    assert [one["name"] for one in told(plan("list", "--format", "json"))] == [NAME]


def test_only_what_was_offered_to_a_plan_as_it_is_can_be_accepted(plan: Onegrid, here: Onegrid, grid: Path):
    assert plan("branch", "trial", "--from", NAME).status == 0
    assert plan("accept", "trial", "--into", NAME).refusal.startswith(f"plan trial is no new build offered to {NAME}")
    assert here("import", grid, "--into", NAME, "--name", "again").status == 0
    assert plan("edit", NAME, retag(grid, 0, "x")).status == 0
    assert plan("accept", "again", "--into", NAME).refusal == (
        f"plan {NAME} has changed since again was offered to it; offer the build again"
    )


def test_a_build_that_changes_nothing_says_so(plan: Onegrid, grid: Path):
    """By the installed command, so that no library warns."""
    ran = onegrid("import", grid, "--into", NAME)
    assert ran.status == 0, ran
    total = len(codes_of(grid))
    assert ran.out.splitlines()[1:3] == [
        f"{NAME}@0 → {NAME} + grid@1: {total} same",
        "planners decided nothing in the plan that a new build could change",
    ]
