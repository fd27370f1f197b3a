"""The documents say what the program does: every layer, column, gap kind and command."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from api.command_line import app
from data.build_layers import LAYERS
from data.layers_file import read_layers_file
from geo.duty import OFFICE
from geo.gaps import KINDS, LEDGERS
from geo.party import FORMS, NO_FORM
from geo.result import GRID_KINDS
from geo.rules import RULES
from geo.standards import MANAGEMENT_TYPES
from geo.tables import FORCES, LEVELS, POSTS
from tests.api.running import ROOT
from web.reports.words import word

CHINESE = re.compile(r"[\u4e00-\u9fff]")
COLUMNS_PAGE = ROOT / "docs" / "columns.md"


def sections(text: str, mark: str = "## ") -> dict[str, str]:
    """Return what stands under each heading, by the heading's first word."""
    parts = re.split(rf"^{mark}(?!#)", text, flags=re.MULTILINE)[1:]
    return {part.split(maxsplit=1)[0]: part for part in parts}


def rows(text: str) -> list[list[str]]:
    """Return the cells of the first table in a text, without its head."""
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    table = []
    for line in lines[first + 1 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def test_every_layer_is_described_in_the_order_of_the_build():
    assert list(sections(COLUMNS_PAGE.read_text("utf-8"))) == list(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_every_column_of_a_layer_is_described_in_its_order_and_named_in_chinese(name: str):
    section = sections(COLUMNS_PAGE.read_text("utf-8"))[name]
    table = rows(section)
    assert [cells[0] for cells in table] == [f"`{column}`" for column in LAYERS[name].columns]
    assert [cells[0] for cells in table if not CHINESE.search(cells[1])] == []
    assert ("✓" in section.splitlines()[0]) == (LAYERS[name].geometry is not None)
    measured = {cells[0]: cells[2] for cells in table if cells[0].endswith("_m2`")}
    assert set(measured.values()) <= {"m²"}


@pytest.mark.parametrize(
    ("layer", "column", "values"),
    [
        ("grids", "kind", GRID_KINDS.values()),
        ("grids", "source_layer", GRID_KINDS),
        ("grids", "management_type", MANAGEMENT_TYPES),
        ("faces", "rule", RULES),
        ("staffing", "post", POSTS),
        ("assignments", "form", [*FORMS.values(), NO_FORM]),
        ("party_organisations", "level", LEVELS),
        ("duty", "post", [OFFICE]),
        ("duty", "force", FORCES),
        ("gaps", "ledger", LEDGERS),
    ],
)
def test_the_values_of_a_column_are_listed(layer: str, column: str, values):
    table = {cells[0]: cells[3] for cells in rows(sections(COLUMNS_PAGE.read_text("utf-8"))[layer])}
    assert [value for value in values if f"`{value}`" not in table[f"`{column}`"]] == []


def test_every_gap_kind_is_listed_under_its_ledger_with_the_words_of_the_reports():
    _, _, text = COLUMNS_PAGE.read_text("utf-8").partition("### Ledgers and kinds")
    told = [(cells[0], cells[1], cells[2]) for cells in rows(text)]
    assert told == [
        (f"`{rule.ledger}` {word(f'ledger.{rule.ledger}', 'zh')}", f"`{kind}`", word(f"gap.{kind}", "zh"))
        for kind, rule in KINDS.items()
    ]


READMES = ("README.md", "README.zh-CN.md")


def blocks(text: str, language: str) -> list[str]:
    """Return the blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_tells_of_every_command_layer_and_gap_kind(readme: str):
    text = (ROOT / readme).read_text("utf-8")
    listed = [cells[0] for cells in rows(text)]
    commands = typer.main.get_command(app).commands
    assert [name for name in commands if not any(one.startswith(f"`onegrid {name}") for one in listed)] == []
    *_, ledgers, output = re.split(r"^## ", text, flags=re.MULTILINE)
    assert [cells[0] for cells in rows(output)] == [f"`{layer}`" for layer in LAYERS]
    for cells, ledger in zip(rows(ledgers), LEDGERS, strict=True):
        kinds = [kind for kind, rule in KINDS.items() if rule.ledger == ledger]
        assert cells[0].startswith(f"`{ledger}` {word(f'ledger.{ledger}', 'zh')}")
        assert re.findall(r"`(\w+)`", cells[1]) == kinds
        assert [kind for kind in kinds if f"`{kind}` {word(f'gap.{kind}', 'zh')}" not in cells[1]] == []


@pytest.mark.parametrize("readme", READMES)
def test_the_example_of_a_readme_is_a_layers_toml_and_its_commands_are_taken(readme: str, tmp_path: Path):
    text = (ROOT / readme).read_text("utf-8")
    (example,) = blocks(text, "toml")
    (tmp_path / "layers.toml").write_text(example, encoding="utf-8")
    settings = read_layers_file(tmp_path / "layers.toml")
    assert set(settings.layers) == {"community", "compound"}
    group = typer.main.get_command(app)
    lines = [line for block in blocks(text, "bash") for line in block.splitlines() if line.startswith(".venv")]
    assert len(lines) == 4
    for line in lines:
        _, command, *arguments = shlex.split(line)
        group.commands[command].make_context(command, arguments)  # a slip would raise


def test_both_readmes_say_the_same():
    """The same headings, tables, options, files and code; only the words differ."""
    english, chinese = ((ROOT / name).read_text("utf-8") for name in READMES)
    for pattern in (r"^#+ ", r"^\|", r"--[a-z][a-z-]+", r"\]\((docs/[\w.]+)\)", r"`onegrid [a-z ]+"):
        found = [
            re.findall(pattern, text.replace(".zh-CN.md", ".md"), flags=re.MULTILINE) for text in (english, chinese)
        ]
        assert sorted(found[0]) == sorted(found[1]), pattern


@pytest.mark.parametrize("readme", READMES)
def test_the_options_that_a_readme_lists_are_those_of_the_command(readme: str):
    group = typer.main.get_command(app)
    for line in re.findall(r"^\| `onegrid .*", (ROOT / readme).read_text("utf-8"), flags=re.MULTILINE):
        first, second = re.match(r"\| `onegrid (\w+) (\w*)", line).groups()
        command = group.commands[first]
        command = getattr(command, "commands", {}).get(second, command)
        there = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", line)) <= there, line
