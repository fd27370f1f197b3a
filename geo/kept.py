"""What a build keeps of its sources so that a plan can go on from it: buildings, facilities, roads, rows of tables.

A plan has the build alone, not the files that it was made of, and draws its ledgers up anew after every edit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.arrays import Geometries
from geo.sources import COUNTS
from geo.tables import COLUMNS, KEY, NUMBER, ROW_NUMBER, TEXT, Matched, Tables, place_codes

RECORD_COLUMNS = ("table", "code", "row")

ROWS_AT_A_TIME = 65_536
"""Rows that are written as JSON together: what that takes in between is several times what comes of it."""

UNIT_KEY = ("layer", "source_id")
"""The part of a key that exceptions keep: those of a unit are about its overlaps wherever they lie."""


def building_layer(buildings: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Return the buildings as points with `COUNTS`; those without a place are left out."""
    if buildings is None:
        return None
    nobody = pd.array([pd.NA] * len(buildings), dtype="Int64")
    counts = {name: buildings[name].array if name in buildings else nobody for name in COUNTS}
    return drawn(pd.DataFrame(counts), points(buildings), buildings)


def facility_layer(facilities: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Return the facilities as points with ``name`` and ``kind`` as written; those without a place are left out."""
    if facilities is None:
        return None
    columns = {name: facilities[name].to_numpy(dtype=object) for name in ("name", "kind")}
    return drawn(pd.DataFrame(columns), points(facilities), facilities)


def road_layer(roads: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Return the roads with their ``name``; those without a place are left out."""
    if roads is None:
        return None
    names = pd.DataFrame({"name": roads["name"].to_numpy(dtype=object)})
    return drawn(names, np.asarray(roads.geometry.array, dtype=object), roads)


def points(frame: gpd.GeoDataFrame) -> Geometries:
    """Return a point on each geometry, the same that the engine takes (`geo.places.Places`)."""
    return np.asarray(shapely.point_on_surface(np.asarray(frame.geometry.array, dtype=object)), dtype=object)


def drawn(table: pd.DataFrame, geometry: Geometries, like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put a table and geometries together, leaving out rows that have no place; the order of features is no matter."""
    there = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    ranks = [pd.factorize(table[name].array[there], sort=True)[0] for name in table]
    west, south, *_ = shapely.bounds(geometry[there]).T
    shape = pd.factorize(shapely.to_wkb(geometry[there]), sort=True)[0] if lines(geometry[there]) else west
    order = there[np.lexsort([*ranks, shape, south, west])]
    return gpd.GeoDataFrame(table.iloc[order].reset_index(drop=True), geometry=geometry[order], crs=like.crs)


def lines(geometry: Geometries) -> bool:
    """Tell whether geometries may differ in more than one point."""
    return bool((shapely.get_num_coordinates(geometry) > 1).any())


def record_layer(tables: Tables | None, matches: Mapping[str, Matched], code: pd.Series) -> pd.DataFrame | None:
    """List the rows of the tables that are about a place, and the exceptions that name a gap.

    Parameters
    ----------
    code
        The codes of the grids.

    Returns
    -------
    pandas.DataFrame
        `RECORD_COLUMNS`, table by table in the order of their rows: ``table``; ``code`` of a grid, 12 digits where the
        row is about a community itself, None where it is about a gap that it names; ``row`` as a JSON object of what
        is there, without the key (exceptions keep ``layer`` and ``source_id``). None without tables.
    """
    if tables is None:
        return None
    parts = [placed(name, table, matches[name], code) for name, table in tables.present()]
    return pd.concat(parts, ignore_index=True) if parts else None


def placed(name: str, table: pd.DataFrame, found: Matched, code: pd.Series) -> pd.DataFrame:
    """List the rows of one table; see `record_layer`."""
    at = np.full(len(table), -1, dtype=np.int64)
    at[found.row] = np.arange(len(found.row))
    there = at >= 0
    if name == "exceptions":
        there |= table["gap_id"].notna().to_numpy(np.bool_)
    rows = np.flatnonzero(there)
    keys = [key for key in COLUMNS[name] if key not in KEY or keeps_key(name, key)]
    firsts = range(0, max(len(rows), 1), ROWS_AT_A_TIME)
    said = pa.chunked_array([in_json(table.iloc[rows[first : first + ROWS_AT_A_TIME]], keys, name) for first in firsts])
    where = place_codes(code, found.grid, found.whole, found.community).take(at[rows], allow_fill=True)
    texts = {"table": name, "code": where, "row": pd.array(said, dtype="str")}
    return pd.DataFrame(texts, columns=list(RECORD_COLUMNS)).astype({"table": "str"})


def keeps_key(name: str, key: str) -> bool:
    """Tell whether the rows of a table keep a column of their key."""
    return name == "exceptions" and key in UNIT_KEY


def in_json(table: pd.DataFrame, names: list[str], of: str) -> pa.Array:
    """Write each row as a JSON object, without what is missing.

    >>> rows = pd.DataFrame({"post": pd.Series(["cleaner"], dtype="str"), "full_time": pd.array([None], "boolean")})
    >>> in_json(rows, ["post", "full_time"], "roster").to_pylist()
    ['{"post": "cleaner"}']
    """
    members = joined("{", *(member(name, table[name], COLUMNS[of][name]) for name in names), "")
    return joined(pc.ascii_rtrim(members, SEPARATOR), "}", "")


LARGE = pa.large_string()
"""Text of any length in all: a province's tables come to more than 2 GB."""

SEPARATOR = ", "


def member(name: str, column: pd.Series, kind: str) -> pa.Array:
    """Write a column as members of JSON objects, a separator behind each; each distinct value is written once.

    >>> member("amount", pd.Series([1.0, None, -0.0, 1.0]), NUMBER).to_pylist()
    ['"amount": 1.0, ', '', '"amount": -0.0, ', '"amount": 1.0, ']
    """
    if kind == ROW_NUMBER:
        return joined(f'"{name}": ', pa.array(column.to_numpy()).cast(LARGE), SEPARATOR, "")
    place, values = pd.factorize(column.to_numpy(np.float64).view(np.int64) if kind == NUMBER else column)
    texts = joined(f'"{name}": ', written(values, kind), SEPARATOR, "")
    return pc.fill_null(texts.take(pa.array(place, mask=place < 0)), "")


def present(parts: Sequence[pa.Array], separator: str) -> pa.Array:
    """Join texts row by row, leaving out what is missing; none ends in a character of the separator.

    Arrow 26 loses the rows where all is missing if it is asked to leave out what is missing itself.

    >>> present([pa.array(["a", None], LARGE), pa.array([None, None], LARGE)], ", ").to_pylist()
    ['a', '']
    """
    nothing = pa.scalar("", LARGE)
    return pc.ascii_rtrim(joined(*(pc.fill_null(joined(one, separator, ""), nothing) for one in parts), ""), separator)


def joined(*parts: pa.Array | str) -> pa.Array:
    """Join texts row by row, by the last of them."""
    return pc.binary_join_element_wise(*(pa.scalar(one, LARGE) if isinstance(one, str) else one for one in parts))


def written(values: pd.Index | NDArray[np.int64], kind: str) -> pa.Array:
    """Write values as JSON, numbers by their bits; null where nan."""
    if kind == NUMBER:
        numbers = values.view(np.float64).tolist()
        return pa.array([None if math.isnan(number) else repr(number) for number in numbers], LARGE)
    if kind == TEXT:
        return quoted(pa.array(values.tolist(), LARGE))
    return pa.array(values.tolist()).cast(LARGE)


def quoted(values: pa.Array) -> pa.Array:
    """Write texts as JSON, null where they are missing."""
    plain = joined('"', values, '"', "")
    special = pc.match_substring_regex(values, r'["\\\x00-\x1f]')
    if not pc.any(special).as_py():
        return plain
    escaped = [encode_basestring(value) for value in values.filter(special).to_pylist()]
    return pc.replace_with_mask(plain, special.fill_null(False), pa.array(escaped, LARGE))
