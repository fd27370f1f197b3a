"""``onegrid standards``: what holds, what is wrong, what differs; and a build held against a town's own standards."""

from __future__ import annotations

import csv
import io
import json
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import typer

from api.command_line import app
from data.output import read_build, read_facts
from data.standards_file import DEFAULT
from geo.standards_table import standards_from_table
from tests.api.conftest import Onegrid
from tests.api.test_help import examples
from tests.data.reading.little_town import LittleTown

OWN = """\
[workers]
urban_per_10000 = { value = 20, source = "区文件" }
part_time_share = 0.5
[facilities."菜市场"]
urban = true
distance_m = 800
rural = false
rural_distance_m = 3000
also = ["market"]
[at."530102002"]
workers.urban_households_per_worker = 250
[at."530102002003"]
workers.urban_households_per_worker = 200
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "town.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_the_shipped_standards_are_shown_with_unit_and_source_under_their_tables(here: Onegrid):
    shown = here("standards", "show")
    assert (shown.status, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert lines[0].split() == ["key", "name", "value", "unit", "source"]
    under = lines[lines.index("[funding]  规则 8") + 1]
    assert under.split() == ["branch", "网格党支部活动经费", "10,000", "CNY", "a", "year", "S2"]
    assert "[posts.key_attention]  规则 1 · 重点关注型" in lines
    assert "[workers]  规则 2、3" in lines
    assert '[facilities."公厕"]  规则 10' in lines


def test_what_holds_at_a_place_is_shown(here: Onegrid, own: Path):
    held = {}
    for code in ("530102002003", "530102002004001", "530103"):
        rows = json.loads(here("standards", "show", own, "--at", code, "--format", "json").out)
        assert {row["place"] for row in rows} == {""}
        held[code] = {row["key"]: row["value"] for row in rows}["workers.urban_households_per_worker"]
    assert held == {"530102002003": 200, "530102002004001": 250, "530103": 300}


def test_without_a_place_every_value_is_listed_and_what_differs_where(here: Onegrid, own: Path):
    rows = list(csv.DictReader(io.StringIO(here("standards", "show", own, "--format", "csv").out)))
    assert list(rows[0]) == ["rule", "place", "key", "name", "value", "unit", "source"]
    assert {row["rule"] for row in rows} == {str(rule) for rule in range(1, 13)}
    places = [(row["place"], row["value"]) for row in rows if row["place"]]
    assert places == [("530102002", "250"), ("530102002003", "200")]


def test_the_shipped_file_itself_is_printed_to_be_copied(here: Onegrid):
    assert here("standards", "show", "--format", "toml").out == DEFAULT.read_text(encoding="utf-8")


def test_a_file_in_order_is_said_to_be(here: Onegrid, own: Path):
    checked = here("standards", "check", own)
    # 118 shipped values and five of the new kind of facility; one other value and those five differ
    assert (checked.status, checked.out) == (
        0, f"{own}: in order; 123 values, 6 differ from the shipped ones, 2 places of their own\n",
    )  # fmt: skip


def test_a_wrong_file_is_refused_in_one_line_with_exit_code_2(here: Onegrid, own: Path):
    own.write_text(OWN + "[rating]\nfive_stars = 75\n", encoding="utf-8")
    line = len(OWN.splitlines()) + 2
    for arguments in (["check", own], ["show", own], ["diff", "default", own]):
        refusal = here("standards", *arguments).refusal
        assert refusal.startswith(
            f"town.toml: line {line}: [rating] five_stars is 75; it must be above four_stars, which is 80 (default.toml"
        )


def test_two_standards_are_compared_in_general_and_by_place(here: Onegrid, own: Path):
    rows = json.loads(here("standards", "diff", "default", own, "--format", "json").out)
    assert [(row["place"], row["key"], row["a"], row["b"], row["source_a"], row["source_b"]) for row in rows] == [
        ("", "workers.urban_per_10000", 18, 20, "S1", "区文件"),
        ("", "facilities.菜市场.urban", None, True, None, "town.toml"),
        ("", "facilities.菜市场.distance_m", None, 800, None, "town.toml"),
        ("", "facilities.菜市场.rural", None, False, None, "town.toml"),
        ("", "facilities.菜市场.rural_distance_m", None, 3000, None, "town.toml"),
        ("", "facilities.菜市场.also", None, ["market"], None, "town.toml"),
        ("530102002", "workers.urban_households_per_worker", 300, 250, "C", "town.toml"),
        ("530102002003", "workers.urban_households_per_worker", 300, 200, "C", "town.toml"),
    ]
    assert rows[0]["unit"] == "workers per 10,000 residents"
    listed = here("standards", "diff", own, "default").out
    assert '[at."530102002".workers]  规则 2、3' in listed
    assert listed.splitlines()[0].split() == ["key", "name", "a", "b", "unit", "source_a", "source_b"]
    assert listed.endswith("the same, but from another source: 1\n")


def test_standards_that_are_the_same_do_not_differ(here: Onegrid):
    assert here("standards", "diff", "default", DEFAULT).out == "no value differs\n"
    assert json.loads(here("standards", "diff", "default", DEFAULT, "--format", "json").out) == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["show", "--at", "5301020"], "--at 5301020: give the code of a division, community or grid, of 2, 4, 6, 9,"),
        (["show", "--at", "kunming"], "--at kunming: give the code"),
        (["show", "--format", "toml", "--at", "53"], "is the file itself, and --at can't choose from it"),
        (["show", "none.toml"], "none.toml: no such file; give the path of a standards file"),
        (["show", "none.gpkg"], "none.gpkg: no such build"),
        (["diff", "default"], "missing argument 'B' (see `onegrid standards diff --help`)"),
        (["chek", "x"], "no such command 'chek'. Did you mean 'check'? (see `onegrid standards --help`)"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_in_one_line(here: Onegrid, arguments: list[str], line: str):
    assert line in here("standards", *arguments).refusal


@pytest.mark.parametrize("name", ["show", "check", "diff"])
def test_the_help_of_each_shows_examples_that_it_takes(here: Onegrid, name: str):
    shown = examples(here("standards", name, "--help").out)
    assert shown
    commands = typer.main.get_command(app).commands["standards"].commands
    for line in shown:
        assert line.startswith(f"onegrid standards {name}")
        commands[name].make_context(name, shlex.split(line.partition(" > ")[0])[3:])


def test_a_build_keeps_the_standards_it_was_held_against(here: Onegrid, own: Path, town: LittleTown, tmp_path: Path):
    town.tail = '[standards.at."530102001".size]\nurban_low = 200'
    out = tmp_path / "grid.gpkg"
    built = here("build", town.settings(), "-o", out, "--standards", own)
    assert built.status == 0, built.err
    facts = read_facts(out)
    assert [key for key in facts if "standards" in key] == [
        f"input standards: {name}" for name in ("default.toml", "town.toml", "layers.toml")
    ]
    standards = standards_from_table(read_build(out, ["standards"])["standards"])
    assert standards is not None
    assert standards.at("530102001001").size.urban_low.number == 200
    assert standards.at("530102002003").workers.urban_households_per_worker.number == 200
    assert standards.general.workers.urban_per_10000.source == "区文件"
    rows = json.loads(here("standards", "diff", own, out, "--format", "json").out)
    assert [(row["place"], row["key"], row["a"], row["b"]) for row in rows] == [
        ("530102001", "size.urban_low", 300, 200)
    ]
    assert "is a build, no TOML" in here("standards", "show", out, "--format", "toml").refusal


def test_a_build_is_refused_before_any_layer_is_read_when_its_standards_are_wrong(
    here: Onegrid, own: Path, town: LittleTown, tmp_path: Path
):
    own.write_text("[size]\nurban_low = 501\n", encoding="utf-8")
    (town.folder / "communities.gpkg").unlink()
    refused = here("build", town.settings(), "-o", tmp_path / "grid.gpkg", "--standards", own).refusal
    assert refused.startswith("town.toml: line 2: [size] urban_low is 501; it must be at most urban_high")
    assert not (tmp_path / "grid.gpkg").exists()


def test_a_build_whose_standards_were_tampered_with_is_refused(here: Onegrid, grid: Path, tmp_path: Path):
    out = tmp_path / "grid.gpkg"
    for change in ("delete from standards where key = 'funding.branch'", "update standards set value = 'x'"):
        out.write_bytes(grid.read_bytes())
        with closing(sqlite3.connect(out)) as file, file:
            file.execute(change)
        assert "its table standards is not as One Grid writes it" in here("standards", "show", out).refusal


def test_a_build_is_not_written_over_its_standards(here: Onegrid, town: LittleTown, tmp_path: Path):
    own = tmp_path / "grid.gpkg"
    own.write_text("", encoding="utf-8")
    assert "it is what is read from" in here("build", town.settings(), "-o", own, "--standards", own).refusal
