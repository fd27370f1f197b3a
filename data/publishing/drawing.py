"""The tiles of a plan, drawn for a file: block by block, several at once, all of one state of the database."""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeAlias

import psycopg
from pmtiles.tile import zxy_to_tileid
from psycopg import RawCursor
from psycopg.types.numeric import Int4
from sqlalchemy import Connection, Engine

from data.database.engine import ASKED_BY_INDEX
from data.plans.tiles import CLOSE_FROM, DRAWN_ZOOM, GRIDS_FROM, Drawable, asked, numbered
from data.plans.tiles_sql import BUFFER, EXTENT
from data.publishing.archive import Place
from data.publishing.blocks_sql import CLOSE_BLOCK, GRIDS_BLOCK
from data.users.identity import Identity, as_identity

Driver: TypeAlias = psycopg.Connection[Any]
Tiles: TypeAlias = list[tuple[Place, bytes]]

SETTLED = f"{ASKED_BY_INDEX}; SET enable_hashjoin = on; SET statement_timeout = 0"
"""As for one tile; but what a block found is joined with its many tiles."""
AHEAD = 4
"""Blocks a connection that may be drawn before the one that is written next: so much is held."""
COMPRESSION = 5
OCCUPIED = """
SELECT DISTINCT x, y FROM ({rows}) AS v
CROSS JOIN LATERAL (SELECT {extent}::float8 * 2::float8 ^ ({drawn} - %(zoom)s) AS side) AS s
CROSS JOIN generate_series(
    floor((ST_XMin(v.shape) - {margin} * s.side) / s.side)::int,
    floor((ST_XMax(v.shape) + {margin} * s.side) / s.side)::int) AS x
CROSS JOIN generate_series(
    floor((ST_YMin(v.shape) - {margin} * s.side) / s.side)::int,
    floor((ST_YMax(v.shape) + {margin} * s.side) / s.side)::int) AS y
WHERE x BETWEEN 0 AND 2 ^ %(zoom)s - 1 AND y BETWEEN 0 AND 2 ^ %(zoom)s - 1
"""
DIVISIONS = "SELECT shape FROM onegrid.drawn_division WHERE source_id = %(source)s"
PLACES = "SELECT shape FROM onegrid.drawn_place WHERE source_id = %(source)s"
MARGIN = (BUFFER + 1) / EXTENT
"""Of a tile, beyond its sides: boxes in an index are rounded outwards."""


@dataclass(frozen=True)
class Block:
    """A tile, and those of the zooms below it down to ``last``, which are drawn together."""

    place: Place
    last: int

    def places(self) -> list[Place]:
        """Return its tiles.

        >>> Block((12, 5, 9), 13).places()
        [(12, 5, 9), (13, 10, 18), (13, 11, 18), (13, 10, 19), (13, 11, 19)]
        """
        first, column, row = self.place
        return [
            (zoom, (column << zoom - first) + x, (row << zoom - first) + y)
            for zoom in range(first, self.last + 1)
            for y in range(1 << zoom - first)
            for x in range(1 << zoom - first)
        ]


@dataclass(frozen=True)
class Sight:
    """What is drawn: a plan, as somebody sees it."""

    plan: Drawable
    who: Identity

    def draw(self, connection: Driver, block: Block) -> Tiles:
        """Return the tiles of a block that hold anything, gzipped, by zoom and id."""
        statement, values = asked(self.plan, block.place, self.who.scope)
        if block.place[0] >= GRIDS_FROM:
            statement = GRIDS_BLOCK if block.place[0] < CLOSE_FROM else CLOSE_BLOCK
            sides = zip(("zooms", "columns", "rows"), zip(*block.places(), strict=True), strict=True)
            values = {**values, **{name: [Int4(number) for number in numbers] for name, numbers in sides}}
        query, names = numbered(statement)
        with RawCursor(connection) as cursor:
            cursor.execute(query, [values[name] for name in names], prepare=True, binary=True)
            found = cursor.fetchall()
        made = found if block.place[0] >= GRIDS_FROM else [(*block.place, tile) for (tile,) in found if tile]
        tiles = [((zoom, x, y), gzip.compress(tile, COMPRESSION, mtime=0)) for zoom, x, y, tile in made]
        return sorted(tiles, key=lambda tile: zxy_to_tileid(*tile[0]))


def blocks_of(connection: Connection, sight: Sight, last: int) -> list[Block]:
    """Return the blocks in which something may be drawn, those of the low zooms first, along the curve of their ids.

    Of a part of a plan only those in which its land is: roads are everybody's, and go on beyond it.
    """
    bands = [(zoom, zoom, DIVISIONS) for zoom in range(min(GRIDS_FROM, last + 1))]
    everything = DIVISIONS if sight.who.scope else f"{DIVISIONS} UNION ALL {PLACES}"
    bands += [
        (first, min(below, last), everything)
        for first, below in ((GRIDS_FROM, CLOSE_FROM - 1), (CLOSE_FROM, last))
        if first <= last
    ]
    return [
        Block(place, until) for zoom, until, rows in bands for place in occupied(connection, sight.plan, zoom, rows)
    ]


def occupied(connection: Connection, plan: Drawable, zoom: int, rows: str) -> list[Place]:
    """Return the tiles of a zoom that the boxes of rows reach into, by their ids."""
    query = OCCUPIED.format(rows=rows, extent=EXTENT, drawn=DRAWN_ZOOM, margin=MARGIN)
    driver = connection.connection.driver_connection
    assert driver is not None
    found = driver.execute(query, {"source": plan.source_id, "zoom": zoom}).fetchall()
    return sorted(((zoom, x, y) for x, y in found), key=lambda place: zxy_to_tileid(*place))


@contextmanager
def same_state(engine: Engine, who: Identity, connections: int) -> Iterator[list[Connection]]:
    """Give connections that change nothing, and all see one state of the database, as somebody sees it."""
    engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with ExitStack() as open_:
        first = open_.enter_context(engine.begin())
        state = first.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        others = [open_.enter_context(engine.begin()) for _ in range(connections - 1)]
        for other in others:
            other.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{state}'")
        for each in (first, *others):
            as_identity(each, who)
            driver = each.connection.driver_connection
            assert driver is not None
            driver.execute(SETTLED)
        yield [first, *others]


def drawn_in_order(
    connections: Sequence[Connection], sight: Sight, blocks: Sequence[Block]
) -> Generator[Tiles, None, None]:
    """Yield the tiles of blocks in their order; each connection draws one at a time, few of them ahead."""
    idle: SimpleQueue[Driver] = SimpleQueue()
    for each in connections:
        driver = each.connection.driver_connection
        assert driver is not None
        idle.put(driver)

    def draw(block: Block) -> Tiles:
        connection = idle.get()
        try:
            return sight.draw(connection, block)
        finally:
            idle.put(connection)

    with ThreadPoolExecutor(len(connections)) as pool:
        waiting: deque[Future[Tiles]] = deque()
        left = iter(blocks)
        try:
            for block in left:
                waiting.append(pool.submit(draw, block))
                if len(waiting) >= AHEAD * len(connections):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
