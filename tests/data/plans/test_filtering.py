"""Filters in CQL2: written as SQL whose values are parameters, or refused; never an error of the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.database.access import Access
from data.database.engine import application_engine
from data.plans.filtering import MOST_NESTED, Queryable, read_filter
from data.plans.pages import QUERYABLES
from data.plans.rows import rows
from geo.crs import parse_crs
from geo.errors import InputError

CRS = parse_crs("EPSG:4522")
ABOUT = {
    "a": Queryable("g.a", "number"),
    "t": Queryable("g.t", "text"),
    "b": Queryable("g.b", "boolean"),
    "geometry": Queryable("g.shape", "geometry"),
}
TABLE = """
SELECT n FROM (VALUES (1, 1.0::float8, 'one', true, ST_SetSRID(ST_MakePoint(34500000, 2700000), 4522)),
    (2, 2.0, 'Two %%', false, ST_SetSRID(ST_MakePoint(34600000, 2700000), 4522)), (3, NULL, NULL, NULL, NULL)
) AS g (n, a, t, b, shape) WHERE {condition} ORDER BY n
"""


@pytest.fixture(scope="module")
def ask(pattern_database: Access) -> Iterator:
    """Ask a small table."""
    engine = application_engine(pattern_database.application)
    with engine.connect() as connection:
        yield lambda text: [one.n for one in rows(connection, *written(text))]
    engine.dispose()


def written(text: str) -> tuple[str, dict]:
    """Write a filter as a question to the table."""
    condition, values = read_filter(text, ABOUT, CRS, 4522)
    return TABLE.format(condition=condition), values


@pytest.mark.parametrize(
    "text, found",
    [
        ("a > 1", [2]),
        ("a + 1 > 1", None),
        ("a = 1 OR NOT (a <= 1)", [1, 2]),
        ("t = 'one'", [1]),
        ("t = 'o''; DROP TABLE x; --'", []),
        ("t LIKE 'Two %'", [2]),
        ("CASEI(t) LIKE CASEI('TWO%')", [2]),
        ("t LIKE 'Two\\'", None),
        ("CASEI(t) LIKE CASEI('TWO\\')", None),
        ("t LIKE t", None),
        ("t IN ('one', 'x') AND b = TRUE", [1]),
        ("b", [1]),
        ("TRUE", [1, 2, 3]),
        ("a BETWEEN 1 AND 2", [1, 2]),
        ("a NOT BETWEEN 1 AND 1", [2]),
        ("a IS NULL", [3]),
        ("t IS NOT NULL", [1, 2]),
        ("S_INTERSECTS(geometry, BBOX(101, 24, 102.5, 25))", [1]),
        ("S_WITHIN(geometry, POLYGON((101 24, 110 24, 110 25, 101 25, 101 24)))", [1, 2]),
        ('{"op": ">", "args": [{"property": "a"}, 1]}', [2]),
        ("a > 'x'", None),
        ("t > 1", None),
        ("t", None),
        ("nobody = 1", None),
        ('"a) OR true --" = 1', None),
        ("avg(a) = 1", None),
        ("geometry = geometry", None),
        ("S_INTERSECTS(t, POINT(1 2))", None),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", None),
        ("1e400 < a", None),
        ("T_AFTER(a, TIMESTAMP('2020-01-01T00:00:00Z'))", None),
        ('{"op": "between", "args": [{"property": "a"}]}', None),
        ('{"op": "and"}', None),
        ('{"op": "and", "args": []}', None),
        ('{"op": "in", "args": [{"property": "a"}, 3]}', None),
        ('{"op": "in", "args": [{"property": "a"}, null]}', None),
        ("(" * (MOST_NESTED + 1) + "b" + ")" * (MOST_NESTED + 1), None),
        ("not " * (MOST_NESTED - 1) + "b", [2]),
        ("(" * MOST_NESTED + "b" + ")" * MOST_NESTED, [1]),
        ("casei(" * 100 + "t" + ")" * 100 + " = 'one'", [1]),
    ],
)
def test_a_filter_chooses_what_it_says_or_is_refused(ask, text: str, found: list[int] | None):
    if found is None:
        with pytest.raises(InputError, match="filter"):
            ask(text)
    else:
        assert ask(text) == found


ATOMS = st.sampled_from(
    [
        "a",
        "t",
        "b",
        "geometry",
        "1",
        "-2.5",
        "'x'",
        "'%_'",
        "TRUE",
        "POINT(102 24)",
        "BBOX(101,24,103,25)",
        "nobody",
        "",
        "(",
    ]
)
OPERATORS = ["=", "<>", "<", " AND ", " OR ", " LIKE ", " IN ", " + ", ","]
TEXTS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("({})".format, inner),
        st.builds("NOT {}".format, inner),
        st.builds("{} IS NULL".format, inner),
        st.builds("{} BETWEEN {} AND {}".format, inner, inner, inner),
        st.builds("S_INTERSECTS({},{})".format, inner, inner),
        st.builds("CASEI({})".format, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
@example("a IN ()")
def test_whatever_is_asked_is_answered_or_refused_before_the_database(ask, text: str):
    try:
        answer = ask(text)
    except InputError:
        return
    assert set(answer) <= {1, 2, 3}


def test_every_queryable_of_grids_is_one_of_the_four_kinds():
    assert {one.kind for one in QUERYABLES.values()} == {"text", "number", "boolean", "geometry"}
