"""``onegrid import`` and ``onegrid plan``: a plan's life by the command line, and plans where a build may stand."""

from __future__ import annotations

import io
import json
import shlex
import sys
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import typer
from rich.cells import cell_len

from api.plan_commands import app as plan_group
from data.database.access import Access
from data.output import read_build
from tests.api.conftest import Onegrid
from tests.api.redrawing import NAME, across, crs_of, retag, roomy, split, told
from tests.api.running import onegrid
from tests.api.test_help import examples

pytestmark = pytest.mark.usefixtures("no_settings")
TODAY, TOMORROW = date.today().isoformat(), (date.today() + timedelta(days=1)).isoformat()


@pytest.fixture
def empty(database: Access, no_settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steer the commands to a database without plans."""
    monkeypatch.setenv("ONEGRID_DATABASE_URL", database.administrator.text)


@pytest.mark.usefixtures("empty")
def test_an_import_tells_its_stages_and_ends_with_one_line_that_counts_as_the_build_does(here: Onegrid, grid: Path):
    ran = here("import", grid, "--name", NAME)
    assert ran.status == 0, ran
    assert ran.err.splitlines() == [
        "onegrid: reading the build",
        "onegrid: keeping what edits never change",
        "onegrid: keeping the grids",
        "onegrid: writing",
    ]
    layers = read_build(grid, ["grids", "gaps"])
    gaps = layers["gaps"]
    by_ledger = gaps["ledger"][gaps["state"] != "accepted"].value_counts()
    counts = ", ".join(f"{by_ledger.get(ledger, 0)} {ledger}" for ledger in ("unheld", "contested", "unserved"))
    accepted = int((gaps["state"] == "accepted").sum())
    assert ran.out == f"plan {NAME}: {len(layers['grids'])} grids, gaps: {counts}, and {accepted} accepted; draft\n"
    again = here("import", grid, "--name", NAME)
    assert again.refusal == f"there is a plan {NAME} already; choose another name"


@pytest.mark.usefixtures("empty")
def test_an_import_in_force_takes_the_place_of_the_plan_that_is_or_stays_a_draft(here: Onegrid, grid: Path):
    first = here("import", grid, "--name", "first", "--in-force", "--by", "wang")
    assert first.out.endswith(f"; in force from {TODAY} on\n")
    second = here("import", grid, "--name", "second", "--in-force")
    assert second.out.endswith(f"; in force from {TODAY} on\n")
    assert here("plan", "branch", "third", "--from", "second").status == 0
    assert here("plan", "submit", "third").status == 0
    later = here("plan", "approve", "third", "--effective", TOMORROW)
    assert later.out == f"plan third: approved from {TOMORROW} on, revision 4\n"
    fourth = here("import", grid, "--name", "fourth", "--in-force")
    assert fourth.refusal == (
        "plan fourth is imported, as a draft, and can't come into force: plan third comes into force on "
        f"{TOMORROW}; choose that day or a later one"
    )
    listed = {one["name"]: one for one in told(here("plan", "list", "--format", "json"))}
    assert (listed["first"]["status"], listed["first"]["effective_from"]) == ("retired", None)
    assert (listed["second"]["status"], listed["second"]["effective_until"]) == ("in_force", TOMORROW)
    assert [one["made_by"] for one in told(here("plan", "log", "first", "--format", "json"))] == ["wang"] * 3


def test_whatever_a_command_says_of_a_build_it_says_of_the_plan(plan: Onegrid, here: Onegrid, grid: Path):
    for command in (
        ["check"],
        ["gaps"],
        ["gaps", "--lang", "zh"],
        ["gaps", "--kind", "overlap"],
        ["standards", "show"],
    ):
        name, *options = command
        last = [options.pop()] if name == "standards" else []
        of_build, of_plan = (here(name, *last, source, *options) for source in (grid, f"plan:{NAME}"))
        assert of_build.status == of_plan.status == 0, of_plan
        assert of_plan.out == of_build.out
    of_build, of_plan = (told(here("gaps", source, "--format", "json")) for source in (grid, f"plan:{NAME}@0"))
    assert of_plan == of_build


def test_a_report_a_workbook_a_map_and_boards_are_made_of_a_plan(
    plan: Onegrid, here: Onegrid, grid: Path, tmp_path: Path
):
    source, code = f"plan:{NAME}", read_build(grid, ["grids"])["grids"]["code"].iloc[0]
    assert plan("edit", NAME, retag(grid, 0, "银竹新里")).status == 0
    for command in (["report", "r.html"], ["report", "r.xlsx"], ["map", "m.html"], ["board", "b.html"]):
        name, file = command
        ran = here(name, source, *([code] if name == "board" else []), "-o", tmp_path / file)
        assert ran.status == 0, ran
        assert "onegrid: reading the plan\n" in ran.err
    assert "银竹新里" in (tmp_path / "m.html").read_text("utf-8")


def test_an_exported_plan_is_a_build_to_other_programs_and_each_revision_stays_to_be_had(
    plan: Onegrid, here: Onegrid, grid: Path, tmp_path: Path
):
    assert told(plan("edit", NAME, *split(grid)))["revision"] == 1
    for revision, file in (("@0", "then.gpkg"), ("", "now.gpkg")):
        options = ["--layer", "all", "--format", "gpkg"]
        ran = here("export", f"plan:{NAME}{revision}", "-o", tmp_path / file, *options)
        assert ran.status == 0, ran
        assert "names and telephone numbers are masked" in ran.err
        assert here("check", tmp_path / file).out.endswith("the partition holds\n")
    built, then, now = (
        read_build(file, ["grids"])["grids"] for file in (grid, *sorted(tmp_path.glob("*"), reverse=True))
    )
    assert then["code"].tolist() == built["code"].tolist()
    assert shapely.equals_identical(
        shapely.normalize(then.geometry.array), shapely.normalize(built.geometry.array)
    ).all()
    assert len(now) == len(built) + 1
    assert now["households"].sum() == built["households"].sum()


def test_a_list_of_plans_with_chinese_names_stays_in_columns(plan: Onegrid):
    assert plan("branch", "trial", "--from", NAME).out == f"plan trial: a branch of {NAME} at revision 0; draft\n"
    head, *lines = plan("list").out.splitlines()
    places = [cell_len(head[: head.index(word)]) for word in ("status", "division", "made")]
    assert [line.split()[0] for line in lines] == ["trial", NAME.split(maxsplit=1)[0]]
    for line in lines:
        wide = "".join(sign + "\0" * (cell_len(sign) - 1) for sign in line)
        assert [wide[place - 2 : place].isspace() and not wide[place].isspace() for place in places] == [True] * 3


def test_what_a_plan_is_and_adds_up_to_is_shown(plan: Onegrid, grid: Path):
    grids = read_build(grid, ["grids"])["grids"]
    shown = told(plan("show", NAME, "--format", "json"))
    assert shown["extent"] == pytest.approx(grids.to_crs("EPSG:4326").total_bounds.tolist(), abs=1e-4)
    counted = ("households", "population", "party_members")
    assert [shown[name] for name in counted] == [int(grids[name].sum()) for name in counted]
    assert shown["area_m2"] == pytest.approx(grids.area.sum())
    assert (shown["status"], shown["revision"], shown["parent"], shown["effective_from"]) == ("draft", 0, None, None)
    lines = dict(line.split("  ", 1) for line in plan("show", NAME).out.splitlines())
    assert lines["grids"].strip() == f"{len(grids)} in {grids['community_code'].nunique()} communities"
    assert lines["comes from"].strip() == "a build"


def test_a_plan_is_submitted_returned_approved_and_branched_and_its_log_says_so(plan: Onegrid, grid: Path):
    assert plan("submit", NAME, "--note", "请审核").out == f"plan {NAME}: in review, revision 1\n"
    assert "is in review; return it first" in plan("edit", NAME, retag(grid, 0, "x")).refusal
    assert plan("return", NAME).out == f"plan {NAME}: draft, revision 2\n"
    assert plan("submit", NAME).status == 0
    approved = plan("approve", NAME, "--effective", TODAY, "--by", "zhao")
    assert approved.out == f"plan {NAME}: in force from {TODAY} on, revision 4\n"
    assert plan("branch", "next", "--from", f"{NAME}@1").status == 0
    assert plan("withdraw", "next").out == "plan next: retired, revision 2\n"
    log = told(plan("log", "next", "--format", "json"))
    assert [(one["plan"], one["verb"]) for one in log] == [(NAME, "import"), (NAME, "submit"), ("next", "withdraw")]
    table = plan("log", NAME).out.splitlines()
    assert [line.split()[3:5] for line in table[1:]] == [
        ["importer", "import"],
        ["li.na", "submit"],
        ["li.na", "return"],
        ["li.na", "submit"],
        ["zhao", "approve"],
    ]
    assert table[2].rstrip().endswith("请审核")


def test_an_edit_is_tried_made_taken_back_and_made_again(plan: Onegrid, grid: Path):
    row = roomy(grid)
    tried, made = (told(plan("edit", NAME, *split(grid), *dry)) for dry in (["--dry-run"], []))
    assert (tried["revision"], made["revision"]) == (None, 1)
    assert tried | {"revision": 1, "created": made["created"], "metrics": 0} == made | {"metrics": 0}
    assert made["modified"] == [row["code"]]
    before, after = ([one[when] for one in made["metrics"] if one[when]] for when in ("before", "after"))
    for figure in ("households", "population", "area_m2"):
        assert sum(one[figure] for one in after) == pytest.approx(sum(one[figure] for one in before), abs=0.01)
    assert sum(one["households"] for one in before) == row["households"]
    assert made["bounds"] == pytest.approx(row.geometry.bounds, abs=0.01)
    kinds = {gap["kind"] for gap in made["gaps"]["opened"]}
    assert kinds, "a new grid has no grid head yet"
    undone, redone = told(plan("undo", NAME)), told(plan("redo", NAME))
    assert (undone["revision"], undone["retired"]) == (2, made["created"])
    assert (redone["revision"], redone["created"]) == (3, made["created"])
    assert [gap["gap_id"] for gap in undone["gaps"]["closed"]] == [gap["gap_id"] for gap in made["gaps"]["opened"]]
    degrees = gpd.GeoSeries([row.geometry], crs=crs_of(grid)).to_crs("EPSG:4326").total_bounds
    assert undone["bounds"] == pytest.approx(degrees.tolist(), abs=1e-4), undone["modified"]
    table = plan("log", NAME).out.splitlines()
    assert f"li.na     split   created {made['created'][0]}; modified {row['code']}" in table[2]
    assert " undo 1 " in table[3] and " redo 2 " in table[4]


def test_an_edit_may_be_given_in_degrees_and_on_stdin(plan: Onegrid, grid: Path, monkeypatch: pytest.MonkeyPatch):
    row = roomy(grid)
    line = gpd.GeoSeries([shapely.LineString(across(row.geometry))], crs=crs_of(grid)).to_crs("EPSG:4326").iloc[0]
    said = {"verb": "split", "code": row["code"], "line": list(line.coords)}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(said)))
    in_degrees = told(plan("edit", NAME, "-", "--dry-run"))
    in_metres = told(plan("edit", NAME, *split(grid), "--dry-run"))
    before, after = in_degrees["metrics"], in_metres["metrics"]
    for one, other in zip(before, after, strict=True):
        assert one["after"]["area_m2"] == pytest.approx(other["after"]["area_m2"], abs=1)
        assert one["after"]["households"] == other["after"]["households"]


def test_a_comparison_names_the_fates_and_its_shares_add_up_to_one(plan: Onegrid, grid: Path):
    made = told(plan("edit", NAME, *split(grid)))
    assert plan("edit", NAME, retag(grid, 1, "银竹里")).status == 0
    found = told(plan("compare", f"{NAME}@0", NAME, "--format", "json"))
    total = len(read_build(grid, ["grids"])["grids"])
    assert {fate: number for fate, number in found["fates"].items() if number} == {
        **{"same": total - 2, "retagged": 1, "split": 2}
    }
    crosswalk = pd.DataFrame(found["crosswalk"])
    shares = crosswalk.groupby("old_code")[["area_share", "household_share"]].sum()
    assert set(shares.index) == {roomy(grid, 0)["code"], roomy(grid, 1)["code"]}
    assert shares.to_numpy().ravel().tolist() == pytest.approx([1.0] * 4)
    new = next(one["after"] for one in made["metrics"] if one["code"] == made["created"][0])
    [passed] = found["changed_hands"]
    assert passed["new_code"] == made["created"][0]
    assert (passed["households"], passed["area_m2"]) == (new["households"], pytest.approx(new["area_m2"], abs=0.1))
    first, *rest = plan("compare", f"{NAME}@0", NAME).out.splitlines()
    assert first == f"{NAME}@0 → {NAME}@2: {total - 2} same, 1 retagged, 2 split"
    assert rest[-1].endswith(f"and {new['households']:,} households change hands")
    drawn = gpd.read_file(io.BytesIO(plan("compare", f"{NAME}@0", NAME, "--format", "geojson").out.encode()))
    assert sorted(drawn["fate"]) == ["retagged", "split", "split"]
    assert drawn.crs == "EPSG:4326"
    assert plan("compare", NAME, f"{NAME}@2").out == f"{NAME}@2 → {NAME}@2: {total + 1} same\n"


def test_a_merge_brings_what_fits_and_lists_what_two_planners_changed_in_different_ways(plan: Onegrid, grid: Path):
    for branch in ("甲", "乙"):
        assert plan("branch", branch, "--from", NAME).status == 0
    assert plan("edit", "甲", retag(grid, 1, "甲说")).status == 0
    assert plan("edit", "乙", retag(grid, 1, "乙说")).status == 0
    made = told(plan("edit", "乙", *split(grid)))
    tried = plan("merge", "乙", "--into", "甲", "--dry-run")
    assert tried.status == 1, tried
    assert tried.err == "onegrid: 1 of the changes in 乙 contradict 甲, and were left out; settle them by edits in 甲\n"
    assert tried.out.startswith(
        f"乙 → 甲: nothing written; created {made['created'][0]}; modified {made['modified'][0]}\n"
    )
    assert told(plan("show", "甲", "--format", "json"))["revision"] == 1
    done = plan("merge", "乙", "--into", "甲", "--format", "json")
    assert done.status == 1
    merged = json.loads(done.out)
    assert (merged["came"]["revision"], merged["came"]["created"]) == (2, made["created"])
    [conflict] = merged["conflicts"]
    assert conflict["why"] == "both_changed"
    assert [conflict[side][0]["name"] for side in ("ours", "theirs")] == ["甲说", "乙说"]
    again = plan("merge", "乙", "--into", "甲").out
    assert again.startswith("乙 → 甲: nothing came\n\n1 to decide; here they stay as they are:\n")
    assert "changed on both sides, in different ways" in again
    assert plan("merge", NAME, "--into", "甲").out == f"{NAME} → 甲: nothing to bring\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["show", "没有"], "there is no plan 没有; there are 小城 2026"),
        (["show", f"{NAME}@7"], "plan 小城 2026 has no revision 7; it has 0 to 0"),
        (
            ["branch", " 空 ", "--from", NAME],
            "' 空 ' is no name of a plan: 1 to 120 characters, no /, no blanks around",
        ),
        (["branch", NAME, "--from", NAME], "there is a plan 小城 2026 already; choose another name"),
        (["return", NAME], "plan 小城 2026 is a draft; only a plan in review can be returned"),
        (["approve", NAME, "--effective", TODAY], "plan 小城 2026 is a draft; submit it for review first"),
        (["undo", NAME], "there is nothing of li.na to undo in plan 小城 2026 (nothing_to_reverse)"),
        (["edit", NAME, "{"], "the edit is no JSON: Expecting property name enclosed in double quotes at line 1, col"),
        (["edit", NAME, '{"verb": "fly"}'], "there is no verb fly; there are split, merge, reshape"),
        (["edit", NAME, '{"verb": "lock", "code": "1"}'], "plan 小城 2026 has no grid 1 (unknown_grid)"),
        (
            ["edit", NAME, '{"verb": "lock", "code": "1"}', "--base", "9"],
            "plan 小城 2026 has no revision 9; the latest",
        ),
        (["edit", NAME, '{"verb": "insert_vertex", "at": [0, 0]}'], "there is no grid where this is drawn (line_miss"),
        (["approve", NAME, "--effective", "soon"], "invalid value for '--effective'"),
    ],
)
def test_a_refusal_is_one_line(plan: Onegrid, arguments: list[str], line: str):
    assert plan(*arguments).refusal.startswith(line)


def test_a_plan_or_a_layer_that_is_not_there_is_refused_wherever_a_plan_may_stand(
    plan: Onegrid, here: Onegrid, tmp_path: Path
):
    for command in (["check"], ["gaps"], ["map", "-o", tmp_path / "m.html"], ["report", "-o", tmp_path / "r.html"]):
        name, *options = command
        assert here(name, "plan:没有", *options).refusal == "there is no plan 没有; there are 小城 2026"
    wrong = here("export", f"plan:{NAME}", "-o", tmp_path / "x.csv", "--layer", "grid", "--format", "csv")
    assert wrong.refusal == "there is no layer grid in a plan; did you mean grids?"
    assert list(tmp_path.iterdir()) == []


def test_the_installed_command_makes_a_private_cluster_and_no_library_warns(tmp_path: Path):
    """In a process of its own, with all warnings as errors."""
    ran = onegrid("plan", "list", "--data-dir", tmp_path / "d")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "no plans; make one with `onegrid import OUT --name NAME`\n"


def test_the_installed_command_edits_and_compares_and_no_library_warns(plan: Onegrid, grid: Path):
    made = onegrid("plan", "edit", NAME, *split(grid))
    assert (made.status, made.err) == (0, "")
    compared = onegrid("plan", "compare", f"{NAME}@0", NAME, "--format", "geojson")
    assert (compared.status, compared.err) == (0, "")


@pytest.mark.parametrize("name", list(typer.main.get_command(plan_group).commands))
def test_the_help_of_a_command_of_plans_shows_examples_that_it_takes(here: Onegrid, name: str):
    shown = examples(here("plan", name, "--help").out)
    group = typer.main.get_command(plan_group)
    assert shown
    for line in shown:
        program, plan, command, *arguments = shlex.split(line.partition(" > ")[0].partition(" < ")[0])
        assert (program, plan, command) == ("onegrid", "plan", name)
        group.commands[command].make_context(command, arguments)  # a slip in an example would raise
