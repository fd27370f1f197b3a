"""A build as plain tables of PostGIS, and what a planner's office would do to them by hand: no history, no proof."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from data.build_file import typed_layers
from data.database.url import DatabaseURL
from data.geopackage import write
from data.output import read_build
from tests.bench.plan_edits import Split

LAYERS = ("grids", "faces", "gaps")
INDEXES = """
CREATE INDEX ON plain.grids (code);
CREATE INDEX ON plain.faces (code);
CREATE INDEX ON plain.gaps (code);
CREATE TABLE plain.commits (number integer);
ANALYZE plain.grids, plain.faces, plain.gaps;
"""
SPLIT_GRID = """
WITH old AS (SELECT * FROM plain.grids WHERE code = %(code)s FOR UPDATE),
cut AS (
    SELECT ST_SnapToGrid(part.geom, 0.001) AS geom FROM old, ST_Dump(ST_Split(old.geom, %(line)s::geometry)) AS part),
part AS (SELECT geom, ST_Area(geom) AS area, row_number() OVER (ORDER BY ST_Area(geom) DESC) AS rank FROM cut),
kept AS (
    UPDATE plain.grids AS g SET geom = part.geom, area_m2 = part.area,
        households = round(g.households * part.area / g.area_m2)
    FROM part WHERE g.code = %(code)s AND part.rank = 1 RETURNING part.area)
INSERT INTO plain.grids (code, kind, name, community_code, source_layer, source_id, households, area_m2, geom)
SELECT %(code)s || '-' || part.rank, old.kind, old.name, old.community_code, old.source_layer, old.source_id,
    old.households - round(old.households * (1 - part.area / old.area_m2)), part.area, part.geom
FROM part, old WHERE part.rank > 1 RETURNING (SELECT area FROM kept) AS largest
"""
SPLIT_FACES = """
WITH gone AS (DELETE FROM plain.faces WHERE code = %(code)s AND ST_Intersects(geom, %(line)s::geometry) RETURNING *)
INSERT INTO plain.faces (face_id, code, claimants, rule, area_m2, geom)
SELECT gone.face_id, g.code, gone.claimants, gone.rule, ST_Area(part.geom), ST_SnapToGrid(part.geom, 0.001)
FROM gone CROSS JOIN ST_Dump(ST_Split(gone.geom, %(line)s::geometry)) AS part
JOIN plain.grids AS g ON (g.code = %(code)s OR g.code LIKE %(code)s || '-%%')
    AND ST_Contains(g.geom, ST_PointOnSurface(part.geom))
"""
SNAP_NEIGHBOURS = """
UPDATE plain.grids AS n SET geom = ST_Snap(n.geom, ST_Points(g.geom), 0.002)
FROM plain.grids AS g
WHERE g.code = %(code)s AND n.code <> g.code AND ST_DWithin(n.geom, g.geom, 0.01)
    AND ST_DWithin(n.geom, %(line)s::geometry, 0.01)
"""
DIFFERING = """
SELECT count(*) FROM plain.grids AS a FULL JOIN plain.copied_grids AS b USING (code)
WHERE a.geom IS NULL OR b.geom IS NULL OR ST_AsBinary(a.geom) <> ST_AsBinary(b.geom)
"""


@dataclass(frozen=True)
class PlainTables:
    """The grids, faces and gaps of a build as tables; ``load_s`` is what loading them took, seconds."""

    connection: psycopg.Connection
    srid: int
    load_s: float

    @classmethod
    def load(cls, build: Path, folder: Path, url: DatabaseURL) -> PlainTables:
        """Load a build by ogr2ogr, from the GeoPackage that GDAL likes best."""
        file = folder / "plain.gpkg"
        layers = read_build(build, LAYERS)
        write(typed_layers(layers), file)
        connection = psycopg.connect(url.libpq, autocommit=True)
        connection.execute("CREATE SCHEMA plain")
        start = time.perf_counter()
        target = " ".join(f"{key}='{value}'" for key, value in conninfo_to_dict(url.libpq).items())
        options = ["-lco", "SCHEMA=plain", "-lco", "GEOMETRY_NAME=geom", "-nlt", "GEOMETRY"]
        subprocess.run(
            ["ogr2ogr", "--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL", f"PG:{target}", file, *LAYERS, *options],
            check=True,
        )
        connection.execute(INDEXES)
        load_s = time.perf_counter() - start
        file.unlink()
        return cls(connection, layers["grids"].crs.to_epsg(), load_s)

    def counted(self) -> tuple[int, int]:
        """Return the numbers of grids and gaps."""
        found = self.connection.execute(
            "SELECT (SELECT count(*) FROM plain.grids), (SELECT count(*) FROM plain.gaps)"
        ).fetchone()
        assert found is not None
        return found

    def copy(self) -> None:
        """Copy the tables, as a second version of a plan."""
        for layer in LAYERS:
            self.connection.execute(f"CREATE TABLE plain.copied_{layer} AS TABLE plain.{layer}")
        self.connection.execute("CREATE INDEX ON plain.copied_grids (code)")

    def split(self, one: Split) -> float:
        """Split a grid; return the area of the larger part."""
        values = {"code": one.code, "line": f"SRID={self.srid};{one.line.wkt}"}
        with self.connection.transaction():
            found = self.connection.execute(SPLIT_GRID, values).fetchone()
            self.connection.execute(SPLIT_FACES, values)
            self.connection.execute(SNAP_NEIGHBOURS, values)
        assert found is not None
        return float(found[0])

    def commit(self) -> None:
        """Write a row, and have it on disk."""
        self.connection.execute("INSERT INTO plain.commits VALUES (1)")

    def differing(self) -> int:
        """Count the grids that differ between the tables and their copy."""
        found = self.connection.execute(DIFFERING).fetchone()
        assert found is not None
        return int(found[0])

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
