"""Standards as lists: what holds at a place, and what differs between two files."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from json import JSONDecodeError
from pathlib import Path

import pandas as pd
from rich.cells import cell_len

from api.arguments import day_of
from api.layers_of import is_plan, layers_of
from api.standards_words import PARTS, name_of, rule_of, rules_of, short_name_of
from data.spreadsheet_text import guarded
from data.standards_file import DEFAULT, quoted, read_any_standards
from geo.errors import InputError
from geo.standards import Standards
from geo.standards_table import standards_from_table, standards_table

SHIPPED = "default"
"""The name of the shipped standards, where the name of a file may stand."""

_CODE = re.compile("|".join(f"[0-9]{{{digits}}}" for digits in (2, 4, 6, 9, 12, 15)))
FIGURES = ("value", "a", "b")


def standards_named(written: str, data_dir: Path | None = None) -> Standards:
    """Read the shipped standards, a standards file, what a layers.toml asks for, or what a build or a plan was held
    against; ``data_dir`` is where the plan is."""
    if written == SHIPPED:
        return read_any_standards(None)
    if is_built(written):
        try:
            with layers_of(written, data_dir=data_dir, today=day_of(None)) as layers:
                standards = standards_from_table(layers.read(["standards"])["standards"])
        except (KeyError, TypeError, JSONDecodeError) as error:
            raise InputError(f"{written}: its table standards is not as One Grid writes it; build it again") from error
        if standards is None:
            raise InputError(f"{written}: this build says nothing of standards; build it again")
        return standards
    return read_any_standards(Path(written))


def is_built(written: str) -> bool:
    """Tell whether a build or a plan is meant, not a file that somebody wrote."""
    path = Path(written)
    return is_plan(written) or path.suffix.lower() == ".gpkg" or path.is_dir()


def listed(standards: Standards, code: str | None) -> pd.DataFrame:
    """List the values that hold at a place, or all with what differs by place; columns as `standards_table`."""
    if code is None:
        return standards_table(standards)
    if not _CODE.fullmatch(code):
        raise InputError(f"--at {code}: give the code of a division, community or grid, of 2, 4, 6, 9, 12 or 15 digits")
    return standards_table(Standards(standards.at(code), {}))


def differing(a: Standards, b: Standards) -> tuple[pd.DataFrame, int]:
    """List the values that differ, and count those that are the same by another source.

    Returns
    -------
    tuple
        ``place``, ``key``, ``a``, ``b`` (as JSON, None where one has no such kind of facility), ``unit``, ``source_a``,
        ``source_b``. At a place only what does not differ in the same way around it.
    """
    tables, same = [], 0
    for place in ["", *sorted({*a.places, *b.places})]:
        pairs = _pairs(a, b, place)
        if place:
            around = _pairs(_without(a, place), _without(b, place), place)
            columns = ["a", "b", "source_a", "source_b"]
            pairs = pairs[(pairs[columns].fillna("") != around.reindex(pairs.index)[columns].fillna("")).any(axis=1)]
        equal = pairs["a"] == pairs["b"]
        same += int((equal & (pairs["source_a"] != pairs["source_b"])).sum())
        tables.append(pairs[~equal].reset_index().assign(place=place))
    found = pd.concat(tables, ignore_index=True)
    return found[["place", "key", "a", "b", "unit", "source_a", "source_b"]], same


def _pairs(a: Standards, b: Standards, place: str) -> pd.DataFrame:
    left, right = (standards_table(Standards(one.at(place), {})).set_index("key") for one in (a, b))
    keys = left.index.append(right.index.difference(left.index, sort=False))
    left, right = left.reindex(keys), right.reindex(keys)
    return pd.DataFrame(
        {
            "a": left["value"],
            "b": right["value"],
            "unit": left["unit"].fillna(right["unit"]),
            "source_a": left["source"],
            "source_b": right["source"],
        }
    )


def _without(standards: Standards, place: str) -> Standards:
    return Standards(standards.general, {code: one for code, one in standards.places.items() if code != place})


def verdict(written: str) -> str:
    """Check a file, and say what it holds."""
    standards = standards_named(written)
    found, _ = differing(standards_named(SHIPPED), standards)
    general = int((found["place"] == "").sum())
    places = f", {len(standards.places)} places of their own" if standards.places else ""
    places = places.replace("1 places of their own", "1 place of its own")
    values = len(standards_table(Standards(standards.general, {})))
    return f"{written}: in order; {values} values, {general} differ from the shipped ones{places}"


def text_of_file(written: str) -> str:
    """Return a standards file as it is written, to be copied and changed."""
    if is_built(written):
        what = "plan" if is_plan(written) else "build"
        raise InputError(f"{written}: is a {what}, no TOML; leave out --format toml")
    standards_named(written)
    path = DEFAULT if written == SHIPPED else Path(written)
    return path.read_text(encoding="utf-8-sig")


def print_values(table: pd.DataFrame, form: str) -> None:
    """Print values on stdout, as a list for people, as CSV or as JSON."""
    table = table.assign(rule=[rule_of(key) for key in table["key"]], name=[name_of(key) for key in table["key"]])
    figures = [name for name in FIGURES if name in table]
    others = [name for name in table.columns if name not in ("rule", "place", "key", "name", *figures)]
    table = table[["rule", "place", "key", "name", *figures, *others]]
    if form == "csv":
        guarded(table).to_csv(sys.stdout, index=False)
    elif form == "json":
        rows = table.astype(object).where(table.notna(), None).to_dict("records")
        typed = [{**row, **{name: json.loads(row[name] or "null") for name in figures}} for row in rows]
        print(json.dumps(typed, ensure_ascii=False, indent=1))
    else:
        print_list(table, figures)


def print_list(table: pd.DataFrame, figures: Sequence[str]) -> None:
    """Print values under the tables of a standards file that they stand in, in columns, each with what it is called."""
    columns = ["key", "name", *figures, "unit", *(name for name in table if str(name).startswith("source"))]
    table = table.astype(object).where(table.notna(), "")
    steps = [key.split(".") for key in table["key"]]
    headings = [heading(place, step) for place, step in zip(table["place"], steps, strict=True)]
    written = [
        {**row, "key": step[-1], "name": short_name_of(".".join(step))}
        for row, step in zip(table[columns].to_dict("records"), steps, strict=True)
    ]
    cells = [[shown(row[name]) if name in figures else str(row[name]) for name in columns] for row in written]
    narrow = [row for row in cells if row[0] != "also"]  # its names would push all other values to the right
    widths = [max([cell_len(name), *(cell_len(row[n]) for row in narrow)]) for n, name in enumerate(columns)]
    print(line(columns, widths, columns))
    before = ""
    for head, row in zip(headings, cells, strict=True):
        if head != before:
            print(f"\n{head}")
        print(line(row, widths, columns))
        before = head


def heading(place: str, steps: Sequence[str]) -> str:
    """Name the table of a standards file that a value stands in, and its rules.

    >>> heading("530102002", ["facilities", "公厕", "urban"])
    '[at."530102002".facilities."公厕"]  规则 10'
    """
    table = ".".join(quoted(step) for step in (*(["at", place] if place else []), *steps[:-1]))
    kind = PARTS.get(steps[1]) if len(steps) > 2 else None
    return f"[{table}]  规则 {rules_of(steps[0])}{f' · {kind}' if kind else ''}"


def line(cells: Sequence[str], widths: Sequence[int], columns: Sequence[str]) -> str:
    """Put cells in columns; a Chinese character is as wide as two others."""
    padding = [" " * max(0, width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(
        space + cell if name in FIGURES else cell + space
        for cell, space, name in zip(cells, padding, columns, strict=True)
    ).rstrip()


def shown(text: str) -> str:
    """Write a value for people.

    >>> [shown(text) for text in ("", "200000", "0.5", "true", '["公共厕所", "public toilet"]', '"community"')]
    ['', '200,000', '0.5', 'yes', '公共厕所, public toilet', 'community']
    """
    match json.loads(text or '""'):
        case bool(answer):
            return "yes" if answer else "no"
        case list(names):
            return ", ".join(names)
        case str(name):
            return name
        case number:
            return f"{number:,}"
