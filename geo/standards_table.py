"""Standards as a table that travels with a build: what held, where, by which source; and back again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from geo.standards import Choice, Standard, Standards, Value, assembled, parts

COLUMNS = ("place", "key", "value", "unit", "source")

Values: TypeAlias = Mapping[tuple[str, ...], Value[Any] | Choice[Any]]


def standards_table(standards: Standards) -> pd.DataFrame:
    """List every value: first those that hold in general, then for each place those that differ around it.

    Returns
    -------
    pandas.DataFrame
        ``place`` (the beginning of a code, "" in general), ``key`` (such as ``workers.urban_per_10000``), ``value`` (as
        JSON), ``unit``, ``source``.
    """
    rows = [_row("", path, value) for path, value in parts(standards.general)]
    for place in sorted(standards.places):
        around = dict(parts(standard_around(standards, place)))
        differing = [(path, value) for path, value in parts(standards.places[place]) if around.get(path) != value]
        rows += [_row(place, path, value) for path, value in differing]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def standard_around(standards: Standards, place: str) -> Standard:
    """Return what would hold at a place if nothing were said of it."""
    wider = {code: standard for code, standard in standards.places.items() if len(code) < len(place)}
    return Standards(standards.general, wider).at(place)


def standards_from_table(table: pd.DataFrame) -> Standards | None:
    """Make of a build's table standards that say the same everywhere; None of a table without rows."""
    if table.empty:
        return None
    table = table.assign(place=table["place"].fillna(""))
    general = assembled(_values(table[table["place"] == ""]))
    places: dict[str, Standard] = {}
    for place, rows in table[table["place"] != ""].groupby("place"):
        around = dict(parts(Standards(general, places).at(str(place))))  # sorted: the wider place came before
        places[str(place)] = assembled({**around, **_values(rows)})
    return Standards(general, places)


def _row(place: str, path: tuple[str, ...], value: Value[Any] | Choice[Any]) -> tuple[str, ...]:
    said = value.number if isinstance(value, Value) else value.answer
    return place, ".".join(path), json.dumps(said, ensure_ascii=False), value.unit, value.source


def _values(rows: pd.DataFrame) -> Values:
    values: dict[tuple[str, ...], Value[Any] | Choice[Any]] = {}
    for key, text, unit, source in rows[["key", "value", "unit", "source"]].itertuples(index=False):
        said = json.loads(text)
        said = tuple(said) if isinstance(said, list) else said
        kind = Choice if isinstance(said, (bool, str, tuple)) else Value
        values[tuple(key.split("."))] = kind(said, unit, source)
    return values
