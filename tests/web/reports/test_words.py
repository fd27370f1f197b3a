from __future__ import annotations

import re

import pytest

from data.standards_file import read_standards
from geo.gaps import KINDS, LEDGERS
from geo.result import GRID_KINDS
from geo.rules import RULES
from geo.tables import POSTS
from geo.themes import FORMS
from web.reports.map import layers
from web.reports.page import SCRIPTS, STATIC
from web.reports.palette import FILLS
from web.reports.phrasing import PIECES
from web.reports.words import LEDGER_KINDS, WORDS, word

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_each_word_is_there_in_both_languages_with_the_same_slots():
    for key, (chinese, english) in WORDS.items():
        assert chinese and english, key
        assert sorted(re.findall(r"\{\w+\}", chinese)) == sorted(re.findall(r"\{\w+\}", english)), key
        assert key == "page.language" or not CHINESE.search(english), key


@pytest.mark.parametrize(
    "keys",
    [
        [f"gap.{kind}" for kind in KINDS],
        [f"ledger.{ledger}" for ledger in LEDGERS],
        [f"rule.{rule}" for rule in RULES] + [f"rule_why.{rule}" for rule in RULES],
        [f"kind.{kind}" for kind in GRID_KINDS.values()],
        [f"layer.{layer}" for layer in GRID_KINDS],
        [f"{theme}.{name}" for theme, classes in FILLS.items() for name in classes],
        [f"post.{post}" for post in POSTS],
        [f"form.{form}" for form in FORMS],
        [f"facility.{kind}" for kind in read_standards().general.facilities],
        [f"overlay.{layer.layer_name}" for layer in layers() if layer.overlay],
        [f"fill.{theme}" for theme in FILLS],
    ],
    ids=["gaps", "ledgers", "rules", "grids", "layers", "themes", "posts", "forms", "facilities", "overlays", "fills"],
)
def test_whatever_the_engine_writes_has_a_word(keys):
    assert [key for key in keys if key not in WORDS] == []


def test_each_kind_of_gap_is_in_the_ledger_that_the_engine_puts_it_in():
    assert {kind: rule.ledger for kind, rule in KINDS.items()} == {
        kind: ledger for ledger, kinds in LEDGER_KINDS.items() for kind in kinds if kind in KINDS
    }


def test_what_the_engine_says_of_gaps_reads_in_english_too():
    said = [text for kind in KINDS.values() for text in (kind.rule, kind.source, kind.remedy) if CHINESE.search(text)]
    assert [text for text in said if f"text.{text}" not in WORDS] == []


def test_each_piece_of_a_sentence_is_in_the_language_of_its_reader_with_the_same_numbers():
    for reader, pieces in PIECES.items():
        for old, new, order in pieces:
            assert old.count("#") == new.count("#"), old
            assert order is None or sorted(order) == list(range(old.count("#"))), old
            assert bool(CHINESE.search(new)) == (reader == "zh") or not re.search(r"[A-Za-z\u4e00-\u9fff]", new), new


def test_the_scripts_use_no_word_that_is_not_there():
    text = "".join((STATIC / name).read_text("utf-8") for name in (*SCRIPTS, "page.html"))
    used = re.findall(r"""\bt\("([\w.]+)\"""", text) + re.findall(r'data-word(?:-\w+)?="([\w.]+)"', text)
    assert len(used) > 60
    assert [key for key in used if key not in WORDS] == []


def test_an_unknown_value_is_shown_as_it_stands():
    assert word("gap.newly_invented", "en") == "newly_invented"
