"""Handing many rows to the database: column by column, to the functions that append them while a plan is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypeAlias

import numpy as np
from psycopg import sql
from sqlalchemy import Connection

from data.plans.packing import Column, Packed, PackedDumper, packed

ROWS_A_CALL = 4000
"""Some megabytes of grids: more at a time take longer on both sides."""
WAITING = 24
"""How many layers, or batches of grids, may wait for the server; in memory they are as large as in the build."""

Columns: TypeAlias = Mapping[str, tuple[str, "Column | Sequence[object] | np.ndarray"]]


class Appending:
    """Appends rows to a plan that is being imported, while the next ones are prepared and written as the server takes
    them.

    Everything goes through one connection, in one transaction and in order.
    """

    def __init__(self, connection: Connection, plan_id: int, source_id: int, srid: int) -> None:
        self.begun, self.srid = (plan_id, source_id), srid
        self.driver = connection.connection.driver_connection
        self.thread = ThreadPoolExecutor(1)
        self.waiting: list[Future[None]] = []

    def append(self, function: str, columns: Columns) -> None:
        """Append rows by a function of the schema, such as ``import_grids``; what failed before is raised here.

        Parameters
        ----------
        columns
            By the names of the function's parameters: PostgreSQL's type, and the values.
        """
        if len(self.waiting) >= WAITING:
            self.waiting.pop(0).result()
        self.waiting.append(self.thread.submit(self.send, function, columns))

    def send(self, function: str, columns: Columns) -> None:
        """Call a function of the schema for some rows at a time."""
        assert self.driver is not None
        given = sql.SQL(", ").join(
            sql.SQL("{} => %b::{}[]").format(sql.Identifier(name), sql.SQL(kind)) for name, (kind, _) in columns.items()
        )
        command = sql.SQL("SELECT onegrid.{}(%s, %s, {})").format(sql.Identifier(function), given)
        with self.driver.cursor() as cursor, ThreadPoolExecutor(1) as packing:
            cursor.adapters.register_dumper(Packed, PackedDumper)
            following: Future[list[Packed]] | None = None
            for first in range(0, len(next(iter(columns.values()))[1]), ROWS_A_CALL):
                some = packing.submit(rows_packed, columns, first)
                if following is not None:
                    cursor.execute(command, [*self.begun, *following.result()])
                following = some
            if following is not None:
                cursor.execute(command, [*self.begun, *following.result()])

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for all that was given; raise what failed, which is why the transaction takes nothing more."""
        self.thread.shutdown(cancel_futures=kind is not None)
        for one in self.waiting:
            if not one.cancelled():
                one.result()


def rows_packed(columns: Columns, first: int) -> list[Packed]:
    """Write some rows of columns as the server takes them."""
    return [packed(values[first : first + ROWS_A_CALL], kind) for kind, values in columns.values()]
