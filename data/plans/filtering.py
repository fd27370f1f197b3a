"""Filters in CQL2, OGC's language for choosing features: read by the ``cql2`` library, written as SQL with parameters.

Of the standard's classes these are kept: Basic CQL2, advanced comparison operators (``LIKE``, ``BETWEEN``, ``IN``),
case-insensitive comparison (``CASEI``) and the spatial functions below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import cql2
import numpy as np
import pyproj
import shapely

from geo.crs import from_lonlat
from geo.errors import InputError

Kind: TypeAlias = Literal["text", "number", "boolean", "geometry"]
LONGEST, MOST_NESTED = 4000, 300
"""Characters of a filter; signs that may nest, since the library follows them by recursion."""
NESTING = re.compile(r"[(\[{]|\bnot\b|-", re.IGNORECASE)
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
SPATIAL = {
    "s_intersects": "ST_Intersects",
    "s_within": "ST_Within",
    "s_contains": "ST_Contains",
    "s_disjoint": "ST_Disjoint",
    "s_overlaps": "ST_Overlaps",
    "s_touches": "ST_Touches",
    "s_crosses": "ST_Crosses",
    "s_equals": "ST_Equals",
}


@dataclass(frozen=True)
class Queryable:
    """What a filter may ask about: an expression in SQL, of which kind, and what it means."""

    sql: str
    kind: Kind
    means: str = ""


@dataclass
class Filter:
    """A filter as it becomes SQL: ``values`` are those of its parameters, named so that they are nobody else's."""

    queryables: Mapping[str, Queryable]
    crs: pyproj.CRS
    srid: int
    values: dict[str, Any] = field(default_factory=dict)

    def condition(self, said: Any) -> str:
        """Return the condition that a part of the filter is.

        Raises
        ------
        InputError
            It is none, or one that is not kept here.
        """
        if not isinstance(said, Mapping) or "op" not in said:
            return self.need(*self.operand(said), "boolean")
        op, arguments = said["op"], said["args"]
        kept = {
            **dict.fromkeys(("and", "or"), self.joined),
            "not": lambda op, those: f"(NOT {self.condition(those[0])})",
            "isNull": lambda op, those: f"({self.operand(those[0])[0]} IS NULL)",
            **dict.fromkeys(COMPARISONS, self.compared),
            "between": self.between,
            "in": self.among,
            "like": self.like,
            **dict.fromkeys(SPATIAL, self.laid_over),
        }
        if op not in kept:
            raise InputError(f"the filter has {op}, which is not kept here; see the conformance classes")
        return kept[op](op, arguments)

    def joined(self, op: str, those: Sequence[Any]) -> str:
        """Return conditions joined by AND or OR."""
        if not those:
            raise InputError(f"the filter has {op} of nothing")
        return f"({f' {op.upper()} '.join(self.condition(one) for one in those)})"

    def compared(self, op: str, those: Sequence[Any]) -> str:
        """Return a comparison."""
        left, right = self.alike(those)
        return f"({left} {op} {right})"

    def between(self, op: str, those: Sequence[Any]) -> str:
        """Return that a value lies between two others."""
        value, low, high = self.alike(those)
        return f"({value} BETWEEN {low} AND {high})"

    def among(self, op: str, those: Sequence[Any]) -> str:
        """Return that a value is one of several."""
        value, *list_ = self.alike([those[0], *those[1]])
        return f"({value} IN ({', '.join(list_)}))" if list_ else "false"

    def like(self, op: str, those: Sequence[Any]) -> str:
        """Return that a text fits a pattern."""
        value, pattern = those
        require_pattern(pattern)
        return f"({self.need(*self.operand(value), 'text')} LIKE {self.need(*self.operand(pattern), 'text')})"

    def laid_over(self, op: str, those: Sequence[Any]) -> str:
        """Return how two geometries lie to each other."""
        one, other = (self.need(*self.operand(one), "geometry") for one in those)
        return f"{SPATIAL[op]}({one}, {other})"

    def alike(self, arguments: Any) -> list[str]:
        """Return operands that must be of one kind."""
        found = [self.operand(one) for one in arguments]
        for _, kind in found:
            if kind != found[0][1] or kind == "geometry":
                raise InputError(f"the filter compares {found[0][1]} with {kind}")
        return [sql for sql, _ in found]

    def operand(self, said: Any) -> tuple[str, Kind]:
        """Return what is compared, and its kind."""
        if isinstance(said, bool):
            return self.value(said), "boolean"
        if isinstance(said, (int, float)):
            return self.number(float(said)), "number"
        if isinstance(said, str):
            return f"{self.value(said)}::text", "text"
        if isinstance(said, Mapping) and "property" in said:
            return self.asked_about(said["property"])
        if isinstance(said, Mapping) and said.get("op") == "casei":
            return f"lower({self.need(*self.operand(said['args'][0]), 'text')})", "text"
        if isinstance(said, Mapping) and ("bbox" in said or "coordinates" in said or "geometries" in said):
            return self.place(said), "geometry"
        raise InputError(f"the filter has {str(said)[:100]}, which is not kept here; see the conformance classes")

    def asked_about(self, name: str) -> tuple[str, Kind]:
        """Return what a filter may ask about, by its name."""
        if name not in self.queryables:
            raise InputError(f"the filter asks about {name}; there are {', '.join(self.queryables)}")
        return self.queryables[name].sql, self.queryables[name].kind

    def number(self, value: float) -> str:
        """Return a number."""
        if not np.isfinite(value):
            raise InputError("the filter has a number that is not finite")
        return f"{self.value(value)}::float8"

    def place(self, said: Mapping[str, Any]) -> str:
        """Return a geometry, given in longitude and latitude, in the working CRS."""
        try:
            shape = shapely.box(*said["bbox"]) if "bbox" in said else shapely.geometry.shape(said)
            drawn = shapely.transform(shapely.force_2d(shape), lambda xy: from_lonlat(xy, self.crs))
        except (ValueError, TypeError, KeyError, shapely.errors.ShapelyError) as error:
            raise InputError("the filter has a geometry that can't be read") from error
        if not np.isfinite(shapely.get_coordinates(drawn)).all() or not shapely.is_valid(drawn):
            raise InputError("the filter has a geometry that crosses itself, or lies nowhere on earth")
        return f"ST_GeomFromWKB({self.value(shapely.to_wkb(drawn))}, {self.srid})"

    def value(self, value: Any) -> str:
        """Return the name of a parameter with a value."""
        name = f"filter_{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def need(self, sql: str, kind: Kind, wanted: Kind) -> str:
        """Return an operand if it is of the kind that is wanted."""
        if kind != wanted:
            raise InputError(f"the filter has a {kind} where a {wanted} is wanted")
        return sql


def require_pattern(said: Any) -> None:
    """Refuse what is no pattern: a text, perhaps of `casei`, in which a backslash stands before another sign.

    Raises
    ------
    InputError
        It is none.
    """
    if isinstance(said, Mapping) and said.get("op") == "casei":
        said = said["args"][0]
    if not isinstance(said, str):
        raise InputError("the filter has like of a pattern that is no text")
    if (len(said) - len(said.rstrip("\\"))) % 2:
        raise InputError("the filter has a pattern that ends in a backslash; a backslash itself is written \\\\")


def read_filter(
    text: str, queryables: Mapping[str, Queryable], crs: pyproj.CRS, srid: int
) -> tuple[str, dict[str, Any]]:
    """Read a filter, CQL2 as text or as JSON.

    Parameters
    ----------
    queryables
        What it may ask about, by name.
    crs, srid
        The working CRS; the filter's geometries are in longitude and latitude.

    Returns
    -------
    tuple
        A condition in SQL with ``%(name)s`` for each of the values beside it.

    Raises
    ------
    InputError
        It is no filter, or asks for what is not kept here.
    """
    if len(text) > LONGEST or len(NESTING.findall(text)) > MOST_NESTED:
        raise InputError(f"a filter may have {LONGEST:,} characters and {MOST_NESTED} brackets; this has more")
    try:
        said = cql2.Expr(text).to_json()
    except Exception as error:  # the library raises nothing more special
        raise InputError(f"the filter is no CQL2: {' '.join(str(error).split())[:200]}") from error
    found = Filter(queryables, crs, srid)
    try:
        return found.condition(said), found.values
    except (IndexError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("the filter has an operator with arguments that are not its own") from error
