"""``onegrid check`` on builds that somebody has changed: exit code 1, and what is wrong by name."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from data.output import read_build
from tests.api.conftest import Onegrid
from tests.api.running import command, environment


def change(path: Path, statement: str, *values: object) -> None:
    """Change a GeoPackage as any program may, with no regard for One Grid."""
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')  # they need SQL functions of GDAL
        database.execute(statement, values)
        database.commit()


def inner_vertex(grids: gpd.GeoDataFrame) -> tuple[int, int]:
    """Return a grid of one part and a vertex of its outer ring where it meets two others at least."""
    at, owner = shapely.get_coordinates(grids.geometry.array, return_index=True)
    _, place = np.unique(at, axis=0, return_inverse=True)
    meeting = pd.Series(owner).groupby(place).nunique()
    for grid in np.flatnonzero(grids["parts"] == 1):
        ring = shapely.get_coordinates(shapely.get_parts(grids.geometry.iloc[grid])[0].exterior)
        vertex = np.flatnonzero(meeting[place[owner == grid][: len(ring)]] >= 3)
        if len(vertex) and vertex[0] > 0:
            return grid, int(vertex[0])
    raise AssertionError("no three grids meet in the demo town")


def move_a_vertex(path: Path) -> tuple[str, np.ndarray]:
    """Move one corner of one grid by 3 m; return its code, and the ends of the edges that changed."""
    grids = read_build(path, ["grids"])["grids"]
    grid, vertex = inner_vertex(grids)
    (polygon,) = shapely.get_parts(grids.geometry.iloc[grid])
    ring = shapely.get_coordinates(polygon.exterior)
    ends = ring[vertex - 1 : vertex + 2].copy()
    ring[vertex] += [3.0, 0.0]
    ends = np.vstack([ends, ring[vertex]])
    shapes = np.array(grids.geometry.array, dtype=object)
    shapes[grid] = shapely.MultiPolygon([shapely.Polygon(ring, polygon.interiors)])
    rewrite(path, grids.set_geometry(shapes, crs=grids.crs))
    return grids["code"].iloc[grid], ends


def rewrite(path: Path, grids: gpd.GeoDataFrame) -> None:
    """Put other grids into a build."""
    layers = read_build(path)
    path.unlink()
    for name, frame in {**layers, "grids": grids}.items():
        pyogrio.write_dataframe(frame, path, layer=name, append=path.exists())


@pytest.fixture
def copy(grid: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(grid, tmp_path / "copy.gpkg"))


def failures(here: Onegrid, path: Path) -> dict[str, str]:
    """Check a build that must fail; return the figures that do, by name."""
    ended = here("check", path)
    assert ended.status == 1
    assert ended.err == ""
    *figures, verdict = ended.out.splitlines()
    failed = [line.removeprefix("FAIL ").split("  ", 1) for line in figures if line.startswith("FAIL ")]
    assert verdict == f"{len(failed)} check{'s' * (len(failed) > 1)} failed"
    return {name: value.strip() for name, value in failed}


def test_a_failure_is_told_also_to_who_reads_no_line_of_it(copy: Path):
    move_a_vertex(copy)
    with subprocess.Popen(command("check", copy), stdout=subprocess.PIPE, env=environment()) as process:
        process.stdout.close()
    assert process.returncode == 1


def test_a_vertex_that_was_moved_is_found_by_its_grid_and_its_place(here: Onegrid, copy: Path):
    code, ends = move_a_vertex(copy)
    failed = failures(here, copy)
    assert failed["areas written of grids"].endswith(f" of the largest, most {code}")
    assert failed["faces of each grid together"].endswith(f" of the largest, most {code}")
    seen = [failed.get("overlaps of grids", ""), failed.get("holes", "")]  # into a neighbour, away from it, or both
    assert re.fullmatch(rf"[\d.]+ m²: .*{code}.*", seen[0]) or seen[1].startswith("1, ")
    place = re.search(r"^4 edges, the first at \((.*), (.*)\)$", failed["edges that no neighbour matches"]).groups()
    assert tuple(map(float, place)) in {tuple(end) for end in ends.round(3)}


def test_a_grid_that_was_deleted_is_missed(here: Onegrid, copy: Path):
    """One with neighbours on all sides, so that it leaves a hole."""
    grids = read_build(copy, ["grids"])["grids"]
    town = shapely.union_all(grids.geometry.array)
    inside = grids[~shapely.intersects(grids.geometry.array, town.boundary)]
    households, land = int(inside["households"].iloc[0]), inside.area.iloc[0]
    change(copy, "DELETE FROM grids WHERE code = ?", inside["code"].iloc[0])
    failed = failures(here, copy)
    assert "edges that no neighbour matches" in failed
    assert failed["holes"].startswith(f"1, {land:,.2f} m², the first at (")
    assert failed["households"].endswith(f"; {households:,} missing")
    assert households > 0
    assert failed["faces whose grid is gone"] == inside["code"].iloc[0]


def test_a_code_given_twice_is_named(here: Onegrid, copy: Path):
    one, other = read_build(copy, ["grids"])["grids"]["code"].iloc[[0, 1]]
    change(copy, "UPDATE grids SET code = ? WHERE code = ?", one, other)
    assert failures(here, copy)["codes given twice"] == one


def test_a_grid_put_into_another_community_is_named(here: Onegrid, copy: Path):
    grids = read_build(copy, ["grids"])["grids"]
    code, other = grids["code"].iloc[0], grids["community_code"].iloc[-1]
    change(copy, "UPDATE grids SET community_code = ? WHERE code = ?", other, code)
    assert failures(here, copy) == {"codes outside their community": code}


def test_households_that_were_lost_are_counted(here: Onegrid, copy: Path):
    change(copy, "UPDATE grids SET households = households - 1 WHERE code = (SELECT min(code) FROM grids)")
    total = int(read_build(copy, ["units"])["units"]["households"].sum())
    assert failures(here, copy) == {"households": f"{total - 1:,} of {total:,}; 1 missing"}


def test_an_area_that_was_overwritten_is_noticed(here: Onegrid, copy: Path):
    change(copy, "UPDATE grids SET area_m2 = area_m2 * 1.01 WHERE code = (SELECT min(code) FROM grids)")
    code = read_build(copy, ["grids"])["grids"]["code"].min()
    failed = failures(here, copy)
    assert list(failed) == ["areas written of grids"]
    assert failed["areas written of grids"].endswith(f", most {code}")


def test_a_face_that_was_deleted_is_noticed(here: Onegrid, copy: Path):
    change(copy, "DELETE FROM faces WHERE face_id = (SELECT min(face_id) FROM faces)")
    assert list(failures(here, copy)) == ["faces of each grid together"]


def test_a_gap_given_twice_is_noticed(here: Onegrid, copy: Path):
    change(copy, "UPDATE gaps SET gap_id = (SELECT min(gap_id) FROM gaps)")
    assert list(failures(here, copy)) == ["repeated gap ids"]


def test_the_verdict_of_a_failed_check_survives_a_reader_who_stops(copy: Path):
    change(copy, "DELETE FROM faces")
    ran = subprocess.run(
        ["bash", "-c", '"$0" check "$1" | true; exit ${PIPESTATUS[0]}', *command(copy)],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (1, "")
