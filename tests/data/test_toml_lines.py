"""Where keys stand in a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.toml_lines import key_lines


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("a = 1\nb = 2\n", ("b",), 2),
        ("# [x]\n\n  [ t ]  # c\n\n a = 1", ("t", "a"), 5),
        ("[a.b]\nc.d = 1\n", ("a", "b", "c", "d"), 2),
        ("[a.b]\nc.d = 1\n", ("a",), 1),
        ("[\"a.b\".'c]']\nd = 1", ("a.b", "c]", "d"), 2),
        ('"\\u516c厕" = 1', ("公厕",), 1),
        ("t = { a = 1, b.c = { d = 2 } }", ("t", "b", "c", "d"), 1),
        ("t = [\n 1,\n # no\n {\ta = 2 },\n]", ("t", 1, "a"), 4),
        ('s = """\na = 1\n"""\na = 2', ("a",), 4),
        ("s = '''\n'a' = 1\n''''\nb = 2", ("b",), 4),
        ('s = """x""""" # y\na = 2', ("a",), 2),
        ('s = "a # \\" ]"\na = [ "]", "," ]\nb = 1', ("b",), 3),
        ("[[a]]\nb = 1\n[[a]]\nb = 1\n[a.c]\nd = 1", ("a", 1, "c", "d"), 6),
        ("d = 2026-01-01 07:00:00\na = +1_0e-2 # x\nb = true", ("b",), 3),
        ("a = 1\r\nb = 2\r\n", ("b",), 2),
        ("t = {}\nu = []\nv = 1", ("v",), 3),
    ],
)
def test_a_key_is_found_however_it_is_written(text: str, key: tuple[str | int, ...], line: int):
    tomllib.loads(text)
    assert key_lines(text)[key] == line


def test_every_key_of_a_real_file_is_found():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert paths(tomllib.loads(text)) == set(key_lines(text))


KEYS = st.text(st.sampled_from("ab.#='\"[]{}\\,中 \t"), max_size=4)
TEXTS = st.text(st.sampled_from("a=#'\"[]{}\\,中 \n"), max_size=6)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        st.integers() | st.booleans() | TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner)
    ),
)


@given(TREES)
def test_every_key_of_any_file_is_found_on_its_line(tree: dict[str, Any]):
    text, lines = written(tree)
    assert tomllib.loads(text) == tree
    assert {key: line for key, line in key_lines(text).items() if len(key) == 1} == lines
    assert set(key_lines(text)) == paths(tree)


def written(tree: dict[str, Any]) -> tuple[str, dict[tuple[str], int]]:
    """Write a tree as TOML, a line a key unless a text has several; return the line of each key too."""
    text, lines = "", {}
    for key, value in tree.items():
        lines[(key,)] = text.count("\n") + 1
        text += f"{quoted(key)} = {value_text(value)}\n"
    return text, lines


def value_text(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(key)} = {value_text(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ",\n".join(map(value_text, value)) + "]"
    if isinstance(value, str):
        return '"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""' if "\n" in value else quoted(value)
    return str(value).lower()


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Return every path to a value below this one."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return {(*path, key) for key, _ in items}.union(*(paths(item, (*path, key)) for key, item in items))
