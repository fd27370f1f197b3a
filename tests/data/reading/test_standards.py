"""The standards that are read with a plan's layers."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.data.reading.little_town import LittleTown

STREET = "530102001"


def sha256(path: Path) -> str:
    return f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


def test_without_a_word_the_shipped_standards_hold(town: LittleTown) -> None:
    read = town.read()
    assert read.sources.standards is not None
    assert read.sources.standards.general.workers.urban_per_10000.number == 18
    assert [key for key in read.facts() if "standards" in key] == ["input standards: default.toml"]


def test_layers_toml_overrides_the_file_and_the_file_the_shipped_ones(town: LittleTown) -> None:
    own = town.folder / "kunming.toml"
    own.write_text("[workers]\nurban_per_10000 = 20\nrural_households_high = 12\n", encoding="utf-8")
    town.tail = f'[standards.workers]\nurban_per_10000 = 22\n[standards.at."{STREET}".size]\nurban_low = 200\n'
    read = town.read(standards=own)
    standards = read.sources.standards
    assert standards is not None
    workers = standards.general.workers
    assert (workers.urban_per_10000.number, workers.urban_per_10000.source) == (22, "layers.toml")
    assert (workers.rural_households_high.number, workers.rural_households_high.source) == (12, "kunming.toml")
    assert workers.rural_households_low.number == 5
    assert standards.at(STREET + "001").size.urban_low.number == 200
    assert standards.general.size.urban_low.number == 300
    facts = read.facts()
    assert facts["input standards: kunming.toml"] == sha256(own)
    assert facts["input standards: layers.toml"] == sha256(town.folder / "layers.toml")
    assert town.said == []


def test_a_wrong_value_in_layers_toml_is_refused_with_its_line(town: LittleTown) -> None:
    town.tail = "[standards]\nworkers = { urban_per_10000 = 20, part_time_share = 2 }"
    line = town.settings().read_text(encoding="utf-8").splitlines().index("[standards]") + 2
    assert town.refusal() == (
        f"layers.toml: line {line}: [standards.workers] part_time_share is 2; it must be a number from 0 to 1"
    )


def test_a_place_that_no_community_is_in_is_pointed_out(town: LittleTown) -> None:
    town.tail = '[standards.at."530120001".size]\nurban_low = 200\n[standards.at."53".size]\nurban_low = 250'
    town.read()
    assert town.said == ['layers.toml: [standards.at."530120001"]: no community\'s code begins so; it changes nothing']


def test_the_standards_name_the_code_profile_where_layers_toml_does_not(town: LittleTown) -> None:
    town.tail = '[standards.codes]\nprofile = "CJ/T 349"'
    assert town.read().settings.parameters.code_profile == "CJ/T 349"
    town.tail += '\n[codes]\nprofile = "DB11/T 2157"'
    assert town.read().settings.parameters.code_profile == "DB11/T 2157"
