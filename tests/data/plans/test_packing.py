"""Columns and shapes on their way to the database: what arrives is what was sent, whatever it is."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from data.database.access import Access
from data.database.engine import connected
from data.plans.json_columns import listed, lists, objects
from data.plans.packing import Packed, PackedDumper, packed
from data.plans.shapes import collections, drawn, ewkb, simple, written
from tests.data.plans.conftest import opened

SRID = 4526
TEXTS = ["", "a", None, "云南\n\"'\\", "x" * 70_000, None]
SQUARE, BESIDE = shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)
SHAPES = [
    SQUARE,
    shapely.multipolygons([SQUARE]),
    shapely.multipolygons([SQUARE, BESIDE]),
    shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(1, 1, 2, 2).exterior]),
    shapely.multilinestrings([[(0, 0), (1, 1)]]),
    shapely.Point(0.1, 0.2),
    None,
    shapely.MultiPolygon(),
]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", pa.array(TEXTS)),
        ("text", pa.chunked_array([TEXTS[:2], TEXTS[2:]])[1:]),
        ("text", pa.nulls(2, pa.string())),
        ("jsonb", pa.array(['{"a": [1, null]}', None, '"云"'], pa.large_string())),
        ("bytea", pa.array([b"", b"\x00\xff", None])),
        ("integer", pa.array([2**31 - 1, None, -(2**31)])),
        ("bigint", np.array([2**63 - 1, -1])),
        ("double precision", pa.array([0.1, None, -1e300])),
        ("text", pa.array(TEXTS)[3:5]),
    ],
)
def test_a_column_arrives_as_it_was_sent(database: Access, kind: str, values: pa.Array):
    with opened(database) as engine, connected(engine, place="") as connection:
        driver = connection.connection.driver_connection
        driver.adapters.register_dumper(Packed, PackedDumper)
        command = sql.SQL("SELECT %b::{}[]").format(sql.SQL(kind))
        [found] = driver.execute(command, [packed(values, kind)]).fetchone()
    sent = values.tolist() if isinstance(values, np.ndarray) else values.to_pylist()
    assert found == ([one and json.loads(one) for one in sent] if kind == "jsonb" else sent)


def test_shapes_arrive_with_their_crs_and_single_parts_alone():
    found = shapely.from_wkb(ewkb(simple(pa.array(shapely.to_wkb(SHAPES))), SRID).to_pylist())
    wanted = [SQUARE if number == 1 else shape for number, shape in enumerate(SHAPES)]
    assert shapely.to_wkt(found).tolist() == shapely.to_wkt(wanted).tolist()
    assert set(shapely.get_srid(found)[~shapely.is_missing(found)]) == {SRID}


def test_faces_come_together_in_the_order_of_their_grids():
    faces = np.array([SQUARE, BESIDE, SQUARE])
    found = shapely.from_wkb(collections(written(faces), np.array([0, 2, 2, 3]), SRID).to_pylist())
    assert [shapely.get_num_geometries(one) for one in found] == [2, 0, 1]
    assert shapely.equals_identical(drawn(written(shapely.get_parts(found))), faces).all()
    assert set(shapely.get_srid(found)) == {SRID}


@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(codec="utf-8")),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.integers(-(2**53), 2**53),
        ),
        min_size=1,
    )
)
def test_rows_are_written_as_json_reads_them(rows: list[tuple[str | None, float | None, int | None]]):
    frame = pd.DataFrame(rows, columns=["a", "b", "c"]).astype({"a": "str", "b": "float64", "c": "Int64"})
    assert [json.loads(one) for one in lists(frame, ["a", "b", "c"]).to_pylist()] == [list(row) for row in rows]
    said = [{name: value for name, value in zip("abc", row, strict=True) if value is not None} for row in rows]
    assert [json.loads(one) for one in objects(frame, ["a", "b", "c"]).to_pylist()] == said


def test_texts_are_listed_by_key_in_their_order():
    texts, keys = (pa.array(list(some), pa.large_string()) for some in ("12345", "bazba"))
    assert listed(texts, keys, pa.array(["a", "c", "b"], pa.large_string())).to_pylist() == ["[2,5]", "[]", "[1,4]"]
