"""Handing many rows to the database: column by column, to the functions that append them while a plan is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

import numpy as np
import shapely
from psycopg import sql
from sqlalchemy import Connection

ROWS_A_CALL = 1000


class Appending:
    """Appends rows to a plan that is being imported, while the next ones are prepared.

    Everything goes through one connection, in one transaction and in order.
    """

    def __init__(self, connection: Connection, plan_id: int, source_id: int, srid: int) -> None:
        self.begun, self.srid = (plan_id, source_id), srid
        self.driver = connection.connection.driver_connection
        self.thread = ThreadPoolExecutor(1)
        self.waiting: list[Future[None]] = []

    def append(self, function: str, columns: Mapping[str, tuple[str, Sequence[object]]]) -> None:
        """Append rows by a function of the schema, such as ``import_grids``; what failed before is raised here.

        Parameters
        ----------
        columns
            By the names of the function's parameters: PostgreSQL's type, and the values.
        """
        if len(self.waiting) > 1:
            self.waiting.pop(0).result()
        self.waiting.append(self.thread.submit(self.send, function, columns))

    def send(self, function: str, columns: Mapping[str, tuple[str, Sequence[object]]]) -> None:
        """Call a function of the schema for some rows at a time."""
        assert self.driver is not None
        given = sql.SQL(", ").join(
            sql.SQL("{} => %b::{}[]").format(sql.Identifier(name), sql.SQL(kind)) for name, (kind, _) in columns.items()
        )
        command = sql.SQL("SELECT onegrid.{}(%s, %s, {})").format(sql.Identifier(function), given)
        size = len(next(iter(columns.values()))[1])
        with self.driver.cursor() as cursor:
            for first in range(0, size, ROWS_A_CALL):
                some = [list(values[first : first + ROWS_A_CALL]) for _, values in columns.values()]
                cursor.execute(command, [*self.begun, *some])

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for all that was given; raise what failed."""
        self.thread.shutdown(cancel_futures=kind is not None)
        if kind is None:
            for one in self.waiting:
                one.result()


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
