"""Handing many rows to the database: column by column, to the functions that append them while a plan is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from psycopg import sql
from sqlalchemy import Connection

ROWS_A_CALL = 4000


def append(
    connection: Connection, function: str, begun: tuple[int, int], columns: Mapping[str, tuple[str, Sequence[object]]]
) -> None:
    """Append rows to a plan that is being imported.

    Parameters
    ----------
    function
        Of the schema, such as ``import_grids``.
    begun
        The plan and its source.
    columns
        By the names of the function's parameters: PostgreSQL's type, and the values.
    """
    driver = connection.connection.driver_connection
    assert driver is not None
    given = sql.SQL(", ").join(
        sql.SQL("{} => %s::{}[]").format(sql.Identifier(name), sql.SQL(kind)) for name, (kind, _) in columns.items()
    )
    command = sql.SQL("SELECT onegrid.{}(%s, %s, {})").format(sql.Identifier(function), given)
    size = len(next(iter(columns.values()))[1])
    with driver.cursor() as cursor:
        for first in range(0, size, ROWS_A_CALL):
            some = [list(values[first : first + ROWS_A_CALL]) for _, values in columns.values()]
            cursor.execute(command, [*begun, *some])


def ewkb(geometries: np.ndarray, srid: int) -> list[bytes | None]:
    """Return geometries as EWKB, with their CRS; None stays None."""
    return list(shapely.to_wkb(shapely.set_srid(geometries, srid), include_srid=True))


def simple(polygons: np.ndarray) -> np.ndarray:
    """Return multipolygons of one part as polygons, as the engine has them."""
    alone = (shapely.get_type_id(polygons) == shapely.GeometryType.MULTIPOLYGON) & (
        shapely.get_num_geometries(polygons) == 1
    )
    result = np.asarray(polygons, dtype=object).copy()
    result[alone] = shapely.get_geometry(result[alone], 0)
    return result
