"""Gaps as a list: for people, for a spreadsheet, for other programs."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import geopandas as gpd
import pytest

from data.build_layers import LAYERS
from data.output import read_build
from tests.api.conftest import Onegrid
from tests.api.running import command, environment
from tests.data.reading.little_town import LittleTown, square

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = "severity kind community grid code about area households state remedy gap id"
CHINESE_HEADINGS = "严重程度 种类 社区 网格 编码 涉及 面积 户数 状态 建议 缺口编号"


def test_gaps_as_json_are_one_array_whose_details_are_objects(here: Onegrid, grid: Path):
    rows = json.loads(here("gaps", grid, "--format", "json").out)
    layer = read_build(grid, ["gaps"])["gaps"]
    assert [row["gap_id"] for row in rows] == list(layer["gap_id"])
    assert all(isinstance(row["detail"], dict) and row["detail"]["rule"] for row in rows)
    assert all(set(row) == set(LAYERS["gaps"].columns) for row in rows)
    unknown = [row["households"] for row in rows if row["kind"] == "straddle"]
    assert unknown and set(unknown) == {None}


def test_gaps_as_csv_have_the_columns_of_the_layer_and_names_beside_them(here: Onegrid, grid: Path):
    text = here("gaps", grid, "--format", "csv").out
    assert text.startswith("\ufeffgap_id,"), "Excel knows UTF-8 by the mark"
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert list(rows[0]) == [*LAYERS["gaps"].columns, "community_name", "grid_name", "parties"]
    severities = [int(row["severity"]) for row in rows]
    assert severities == sorted(severities, reverse=True)
    layers = read_build(grid, ["grids", "communities", "units"])
    community, held = (layers[name].set_index("code")["name"].to_dict() for name in ("communities", "grids"))
    unit = {
        f"{one.layer}:{one.source_id}": one.name_
        for one in layers["units"].rename(columns={"name": "name_"}).itertuples()
    }
    assert all(row["community_name"] == community[row["community_code"]] for row in rows)
    assert all(row["grid_name"] == held[row["code"]] for row in rows if row["code"])
    overlap = next(row for row in rows if row["kind"] == "overlap")
    assert all(unit[label] in overlap["parties"] for label in json.loads(overlap["detail"])["units"])


def test_a_csv_in_a_language_has_its_headings_and_words(here: Onegrid, grid: Path):
    chinese, english = (
        list(
            csv.DictReader(
                io.StringIO(here("gaps", grid, "--format", "csv", "--lang", lang).out.removeprefix("\ufeff"))
            )
        )
        for lang in ("zh", "en")
    )
    assert list(chinese[0])[:6] == ["严重程度", "台账", "种类", "社区", "网格", "编码"]
    assert {row["台账"] for row in chinese} >= {"多头认领", "有人无服务"}
    assert not any(CHINESE.search(heading) for heading in english[0])
    words = {
        column for row in english for column in (row["kind"], row["ledger"], row["state"], row["rule"], row["remedy"])
    }
    assert [text for text in words if CHINESE.search(text)] == []
    assert [row["gap id"] for row in english] == [row["缺口编号"] for row in chinese]


def test_a_list_for_programs_has_no_language(here: Onegrid, grid: Path):
    for form in ("json", "geojson"):
        refusal = here("gaps", grid, "--format", form, "--lang", "zh").refusal
        assert refusal.startswith(f"--lang is for people, and {form} for programs")


def test_gaps_as_geojson_are_where_they_are(here: Onegrid, grid: Path, tmp_path: Path):
    (tmp_path / "gaps.geojson").write_text(here("gaps", grid, "--format", "geojson").out, "utf-8")
    read = gpd.read_file(tmp_path / "gaps.geojson")
    layer = read_build(grid, ["gaps"])["gaps"]
    assert list(read["gap_id"]) == list(layer["gap_id"])
    apart = read.to_crs(layer.crs).geometry.hausdorff_distance(layer.geometry)
    assert apart.max() < 1e-3


@pytest.mark.parametrize(("language", "headings"), [("en", ENGLISH), ("zh", CHINESE_HEADINGS)])
def test_gaps_as_a_table_say_where_who_and_what_to_do(here: Onegrid, grid: Path, language: str, headings: str):
    head, first, *_ = here("gaps", grid, "--lang", language, "--kind", "overlap").out.splitlines()
    assert head.split() == headings.split()
    row = json.loads(here("gaps", grid, "--kind", "overlap", "--format", "json").out)[0]
    layers = read_build(grid, ["grids", "communities"])
    community, held = (layers[name].set_index("code")["name"].to_dict() for name in ("communities", "grids"))
    for part in (
        row["gap_id"],
        row["code"],
        community[row["community_code"]],
        held[row["code"]],
        *row["detail"]["names"],
    ):
        assert part in first
    assert ("核对界线" in first) == (language == "zh")


@pytest.mark.parametrize(
    ("locale", "head"),
    [("zh_CN.UTF-8", "严重程度 "), ("zh_TW", "严重程度 "), ("en_US.UTF-8", "severity "), ("", "severity ")],
)
def test_the_table_speaks_the_language_of_the_locale(
    here: Onegrid, grid: Path, monkeypatch: pytest.MonkeyPatch, locale: str, head: str
):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    assert here("gaps", grid).out.startswith(head)


def test_a_unit_without_a_name_goes_by_its_layer_and_id(here: Onegrid, town: LittleTown):
    """Two compounds overlap by a strip of 60 m; neither has a name."""
    town.compounds([square(0, 0, inset=20), square(0.88, 0, inset=20)], gid=["7", "8"])
    out = town.folder / "grid.gpkg"
    here("build", town.settings(), "-o", out)
    assert "居民小区 编号 7 × 居民小区 编号 8" in here("gaps", out, "--lang", "zh").out
    assert "Residential compound id 7 × Residential compound id 8" in here("gaps", out, "--lang", "en").out


def test_gaps_as_a_table_show_the_worst_first_and_add_up_each_kind(here: Onegrid, grid: Path):
    _, *lines = here("gaps", grid, "--lang", "en").out.splitlines()
    listed, totals = lines[: lines.index("")], lines[lines.index("") + 1 :]
    layer = read_build(grid, ["gaps"])["gaps"]
    assert [int(line.split()[0]) for line in listed] == list(layer["severity"])
    counted = {tuple(line.split()[:2]): int(line.split()[2]) for line in totals if not line.startswith("state")}
    kinds, ledgers = layer.groupby(["ledger", "kind"]).size(), layer.groupby("ledger").size()
    assert counted == kinds.to_dict() | {(ledger, "all"): count for ledger, count in ledgers.items()}
    assert next(line for line in lines if " no_grid_head " in line).split()[-1]


def test_gaps_of_a_community_or_a_street_are_chosen_by_the_beginning_of_its_code(here: Onegrid, grid: Path):
    layer = read_build(grid, ["gaps", "communities"])
    code = layer["communities"]["code"].iloc[0]
    for beginning in (code, code[:9], code[:6]):
        rows = json.loads(here("gaps", grid, "--format", "json", "--community", beginning).out)
        expected = layer["gaps"][[str(one).startswith(beginning) for one in layer["gaps"]["community_code"]]]
        assert [row["gap_id"] for row in rows] == list(expected["gap_id"])
    assert here("gaps", grid, "--community", "99").refusal.startswith("--community 99: the build has no such community")


def test_exceptions_are_judged_on_the_day_that_is_named(here: Onegrid, grid: Path):
    """The demo's exceptions were signed until the ends of 2025 and 2027."""

    def counted(day: str) -> dict[str, int]:
        rows = json.loads(here("gaps", grid, "--format", "json", "--as-of", day).out)
        return {state: sum(row["state"] == state for row in rows) for state in ("open", "accepted", "expired")}

    before, between, after = counted("2025-01-01"), counted("2026-06-01"), counted("2028-01-01")
    marked = before["accepted"]
    assert marked and before["expired"] == 0
    assert between["open"] == after["open"] == before["open"]
    assert (after["accepted"], after["expired"]) == (0, marked)
    rows = json.loads(here("gaps", grid, "--format", "json", "--as-of", "2028-01-01", "--state", "expired").out)
    assert [row["state"] for row in rows] == ["expired"] * marked
    assert all(row["reason"] and row["expires"] and row["detail"]["signer"] for row in rows)
    assert "2028-13-01" in here("gaps", grid, "--as-of", "2028-13-01").refusal


def test_gaps_of_some_kinds_or_of_one_ledger_are_chosen(here: Onegrid, grid: Path):
    def kinds(*options: str) -> set[str]:
        return {row["kind"] for row in json.loads(here("gaps", grid, "--format", "json", *options).out)}

    assert kinds("--kind", "overlap") == kinds("--kind", "重叠认领") == {"overlap"}
    assert kinds("--kind", "overlap", "--kind", "oversize") == {"overlap", "oversize"}
    assert kinds("--ledger", "contested") == {"overlap", "straddle"}
    assert kinds("--ledger", "contested", "--kind", "oversize") == set()
    none = ("gaps", grid, "--ledger", "contested", "--kind", "oversize", "--lang")
    assert (here(*none, "en").out, here(*none, "zh").out) == ("no gaps\n", "没有缺口\n")


def test_a_gap_kind_that_does_not_exist_is_refused_with_a_suggestion(here: Onegrid, grid: Path):
    wrong = here("gaps", grid, "--kind", "Overlaps").refusal
    assert wrong == "there is no gap kind Overlaps; did you mean overlap?"
    assert "there are unclaimed, no_community, overlap, " in here("gaps", grid, "--kind", "x").refusal


def test_a_list_goes_where_stdout_leads_after_what_is_there(grid: Path, tmp_path: Path):
    """As in a script that appends several lists to one file."""
    with (tmp_path / "lists").open("w") as file:
        for form in ("geojson", "csv", "json"):
            file.write(f"# {form}\n")
            file.flush()
            subprocess.run(command("gaps", grid, "--format", form), stdout=file, env=environment(), check=True)
    text = (tmp_path / "lists").read_text("utf-8")
    assert "\0" not in text
    parts = text.split("# ")
    assert [part.split()[0] for part in parts[1:]] == ["geojson", "csv", "json"]
    count = len(read_build(grid, ["gaps"])["gaps"])
    assert len(json.loads(parts[1].partition("\n")[2])["features"]) == count
    assert len(json.loads(parts[3].partition("\n")[2])) == count


def test_a_reader_who_has_read_enough_is_no_error(grid: Path):
    ran = subprocess.run(
        ["bash", "-c", '"$0" gaps "$1" --format json | true; exit ${PIPESTATUS[0]}', *command(grid)],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_list_for_which_there_is_no_room_is_refused(grid: Path):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            command("gaps", grid, "--format", "csv"), stdout=full, stderr=subprocess.PIPE, env=environment(), text=True,
            check=False,
        )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (2, "onegrid: cannot print: no space left on device\n")


def test_a_terminal_in_gbk_lists_too(grid: Path):
    ran = subprocess.run(
        command("gaps", grid, "--lang", "zh"),
        env={**environment(), "PYTHONIOENCODING": "gbk"},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "拆分网格" in ran.stdout.decode("gbk")
    assert "平方米" in ran.stdout.decode("gbk")
