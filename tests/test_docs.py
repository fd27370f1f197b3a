"""The documents say what the program does: every layer, column, gap kind and command."""

from __future__ import annotations

import re

import pytest

from data.output import LAYERS
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
