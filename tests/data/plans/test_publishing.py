"""A plan in force as one PMTiles file: the server's tiles, all of them, and nothing that is not for everybody."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles

from data.database.access import Access
from data.plans.approving import approve
from data.plans.importing import import_build
from data.plans.life import branch, move
from data.plans.plan import find_plan
from data.plans.tiles import MAX_ZOOM, draw, extent, look
from data.publishing.archive import TileArchive
from data.publishing.fourths import by_level
from data.publishing.log import publications
from data.publishing.publish import Order, publish
from data.users.errors import NotAllowed
from data.users.identity import Identity
from data.users.roles import Role
from data.users.transactions import Transactions
from geo.errors import InputError, NotADraftError
from tests.data.plans.conftest import COMMUNITIES, opened
from tests.data.plans.mvt import features, polygons
from tests.databases import database_like
from tests.loops import run_apart

TODAY = date(2026, 11, 21)
CHEN = Identity("chen", Role.approver)
Place = tuple[int, int, int]
PEOPLE = "SELECT attributes->>'name', attributes->>'phone' FROM onegrid.source_row WHERE layer = 'duty'"


@pytest.fixture(scope="module")
def in_force(pattern_database: Access, town_build: Path) -> Iterator[Access]:
    """Import the town as the plan in force, and branch a draft off it."""
    with database_like(pattern_database) as access, opened(access) as engine:
        import_build(engine, town_build, "town", by="importer")
        move(engine, "town", "submit", by="importer")
        approve(engine, "town", effective=date(2026, 1, 1), by="chen")
        branch(engine, "draft", of="town", by="li")
        yield access


@pytest.fixture(scope="module")
def file(in_force: Access, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish it."""
    out = tmp_path_factory.mktemp("published") / "town.pmtiles"
    publish(in_force.application, Order("town", CHEN, TODAY), out, connections=2)
    return out


def tiles_of(file: Path) -> dict[Place, bytes]:
    """Read a file's tiles, by the library's reader."""
    with file.open("rb") as opened_file:
        return {tuple(place): gzip.decompress(tile) for place, tile in all_tiles(MmapSource(opened_file))}


async def served(access: Access, who: Identity, places: Any) -> dict[Place, bytes]:
    """Draw tiles as the server does, one at a time; those without anything left out."""
    transactions = Transactions(access.application)
    plan = await transactions.ask(lambda connection: look(connection, who, "town", TODAY))
    sides = await transactions.ask(lambda connection: extent(connection, who, plan))
    drawn = {}
    for place in places(sides):
        drawn[place] = await transactions.ask(lambda connection, place=place: draw(connection, who, plan, place))
    await transactions.close()
    return {place: tile for place, tile in drawn.items() if tile}


def around(sides: tuple[float, ...]) -> list[Place]:
    """Return every tile of every zoom within the plan's extent, and of each a tile beyond."""
    west, north, east, south = sides
    return [
        (zoom, column, row)
        for zoom in range(MAX_ZOOM + 1)
        for column in range(max(int(west * 2**zoom) - 1, 0), min(int(east * 2**zoom) + 2, 2**zoom))
        for row in range(max(int(north * 2**zoom) - 1, 0), min(int(south * 2**zoom) + 2, 2**zoom))
    ]


def test_every_tile_is_the_one_that_the_server_gives_a_viewer_and_no_tile_is_missing(file: Path, in_force: Access):
    there = run_apart(served(in_force, Identity("guest", Role.viewer), around))
    here = tiles_of(file)
    assert here.keys() == there.keys()
    assert {zoom for zoom, _, _ in here} == set(range(MAX_ZOOM + 1))
    for place, tile in here.items():
        assert features(tile) == features(there[place]), place


def test_every_polygon_is_valid_and_its_rings_are_wound_as_the_format_wants_them(file: Path):
    found = {(name, place[0]) for place, tile in tiles_of(file).items() for name, shape in polygons(tile) if shape}
    assert {zoom for name, zoom in found if name == "grids"} == {12, 13, 14, 15, 16, 17}
    for place, tile in tiles_of(file).items():
        for name, shape in polygons(tile):
            assert shape.is_valid, (place, name, shape.wkt)


def test_gdal_reads_every_layer_of_the_file(file: Path):
    layers = {"divisions", "grids", "units", "gaps", "premises", "facilities", "roads", "labels"}
    assert set(pyogrio.list_layers(file)[:, 0]) == layers
    grids = pyogrio.read_dataframe(file, layer="grids", columns=["code"])
    assert len(grids) > 0


def test_the_file_says_what_it_is_of_and_its_tiles_lie_in_order(file: Path, in_force: Access):
    with file.open("rb") as opened_file:
        reader = Reader(MmapSource(opened_file))
        header, said = reader.header(), reader.metadata()
    assert header["clustered"] and header["addressed_tiles_count"] == len(tiles_of(file))
    assert (header["min_zoom"], header["max_zoom"]) == (0, MAX_ZOOM)
    assert said["onegrid"]["published"] == "2026-11-21"
    assert header["center_zoom"] == 13
    assert (said["name"], said["onegrid"]["revision"]) == ("town", 2)
    assert {layer["id"] for layer in said["vector_layers"]} >= {"divisions", "grids", "gaps"}


def divisions(file: Path, zoom: int) -> pd.DataFrame:
    """Read the divisions of a zoom."""
    return pyogrio.read_dataframe(file, layer="divisions", ZOOM_LEVEL=str(zoom)).drop_duplicates("code")


def test_streets_stand_within_their_counties(file: Path):
    assert [set(divisions(file, zoom)["level"]) for zoom in (8, 9, 10, 11)] == [
        {"county"}, {"county", "street"}, {"county", "street"}, {"street", "community"},
    ]  # fmt: skip


def test_the_file_says_where_fourths_of_divisions_begin_which_no_tile_tells(file: Path):
    every = divisions(file, 11)
    communities = every[every["level"] == "community"]
    shares = {
        "gaps": communities["gaps"] / communities["grids"],
        "short": communities["short"] / communities["required"],
        "uncovered": 1 - communities["covered"] / communities["grids"],
    }
    assert len(communities) == COMMUNITIES
    wanted = {name: sorted({sorted(each)[at] for at in (2, 3, 5)} - {min(each)}) for name, each in shares.items()}
    with file.open("rb") as opened_file:
        said = Reader(MmapSource(opened_file)).metadata()["onegrid"]["fourths"]
    assert said == dict.fromkeys(("community", "street", "county"), wanted)


class Sums(NamedTuple):
    """What the grids of a division add up to."""

    digits: int
    gaps: int
    grids: int = 10
    required: int | None = 10
    short: int | None = 0
    covered: int | None = None


def test_counties_have_fourths_of_their_own_where_there_are_as_many_as_shades():
    few = [Sums(9, 70), Sums(9, 80), Sums(9, 90)]
    communities = [Sums(12, gaps, short=gaps, required=gaps and 10) for gaps in range(8)]
    counties = [Sums(6, 10 * number, covered=2 * number) for number in range(1, 5)]
    found = by_level([*communities, *few, *counties])
    assert found["community"] == {"gaps": [0.2, 0.4, 0.6], "short": [0.3, 0.5, 0.7], "uncovered": []}
    assert found["street"] == found["community"]
    assert found["county"] == {"gaps": [2, 3, 4], "short": [], "uncovered": pytest.approx([0.4, 0.6, 0.8])}


def test_no_duty_holder_and_no_telephone_number_is_in_the_file(file: Path, in_force: Access):
    with opened(in_force) as engine, engine.connect() as connection:
        people = connection.exec_driver_sql(PEOPLE).all()
    known = {said.encode() for one in people for said in one if said and len(said) > 1}
    assert len(known) > 10
    whole = b"".join(tiles_of(file).values())
    assert not [said.decode() for said in known if said in whole]


def test_published_again_on_the_same_day_the_file_is_the_same(file: Path, in_force: Access, tmp_path: Path):
    publish(in_force.application, Order("town", CHEN, TODAY), tmp_path / "again.pmtiles", connections=1)
    assert (tmp_path / "again.pmtiles").read_bytes() == file.read_bytes()


def test_the_log_and_the_record_say_who_published_what(in_force: Access, tmp_path: Path):
    made = publish(in_force.application, Order("town", CHEN, TODAY, last=9), tmp_path / "far.pmtiles")
    with opened(in_force) as engine, engine.connect() as connection:
        entry = publications(connection, find_plan(connection, "town"))[-1]
        last = connection.exec_driver_sql("SELECT actor, detail FROM onegrid.audit ORDER BY entry DESC LIMIT 1").one()
    assert (entry.made_by, entry.revision, entry.zooms, entry.sha256) == ("chen", made.revision, 9, made.sha256)
    assert last.actor == "chen" and last.detail["sha256"] == made.sha256
    assert {zoom for zoom, _, _ in tiles_of(tmp_path / "far.pmtiles")} == set(range(10))


@pytest.mark.parametrize("role", [Role.viewer, Role.supervisor, Role.planner])
def test_who_may_not_approve_may_not_publish(in_force: Access, tmp_path: Path, role: Role):
    with pytest.raises(NotAllowed, match=f"a {role.value} may not publish plans"):
        publish(in_force.application, Order("town", Identity("li", role), TODAY), tmp_path / "town.pmtiles")
    assert not list(tmp_path.iterdir())


def test_only_a_plan_in_force_is_published(in_force: Access, tmp_path: Path):
    with pytest.raises(NotADraftError, match="plan draft is a draft; only a plan in force is published"):
        publish(in_force.application, Order("draft", CHEN, TODAY), tmp_path / "draft.pmtiles")
    with pytest.raises(NotADraftError, match="in force from 2026-01-01 on; only a plan in force"):
        publish(in_force.application, Order("town", CHEN, date(2025, 12, 31)), tmp_path / "town.pmtiles")
    assert not list(tmp_path.iterdir())


def test_an_approver_of_a_part_publishes_that_part_alone(in_force: Access, tmp_path: Path):
    with opened(in_force) as engine, engine.connect() as connection:
        mine = connection.exec_driver_sql("SELECT min(community) FROM onegrid.drawn_grid").scalar_one()
    part = tmp_path / "part.pmtiles"
    publish(in_force.application, Order("town", Identity("chen", Role.approver, mine), TODAY), part)
    there = run_apart(served(in_force, Identity("guest", Role.viewer, mine), around))
    here = tiles_of(part)
    assert all(features(tile) == features(there[place]) for place, tile in here.items() if place in there)
    land = {"divisions", "grids", "gaps", "labels"}
    assert {place for place, tile in here.items() if land & features(tile).keys()} == {
        place for place, tile in there.items() if land & features(tile).keys()
    }
    with pytest.raises(InputError, match="there is no plan town"):
        publish(in_force.application, Order("town", Identity("chen", Role.approver, "110101"), TODAY), part)


def test_what_is_interrupted_leaves_no_file_and_the_old_one_as_it_was(
    in_force: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "town.pmtiles").write_bytes(b"old")

    def interrupt(done: int, of: int) -> None:
        if done > of // 2:
            raise KeyboardInterrupt

    with opened(in_force) as engine, engine.connect() as connection:
        before = len(publications(connection, find_plan(connection, "town")))
        with pytest.raises(KeyboardInterrupt):
            publish(in_force.application, Order("town", CHEN, TODAY), tmp_path / "town.pmtiles", progress=interrupt)
        assert len(publications(connection, find_plan(connection, "town"))) == before
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("town.pmtiles", b"old")]


def test_an_archive_keeps_tiles_that_are_the_same_once(tmp_path: Path):
    archive = TileArchive(tmp_path)
    one, other = gzip.compress(b"one"), gzip.compress(b"other")
    for place, tile in [((1, 0, 0), one), ((1, 0, 1), one), ((1, 1, 1), other), ((1, 1, 0), one)]:
        archive.add(place, tile)
    archive.add((0, 0, 0), other)
    archive.finish(tmp_path / "few.pmtiles", bounds=(-180, -85, 180, 85), metadata={})
    assert [path.name for path in tmp_path.iterdir()] == ["few.pmtiles"]
    found = tiles_of(tmp_path / "few.pmtiles")
    assert found == {(0, 0, 0): b"other", (1, 0, 0): b"one", (1, 0, 1): b"one", (1, 1, 1): b"other", (1, 1, 0): b"one"}
    with (tmp_path / "few.pmtiles").open("rb") as opened_file:
        header = Reader(MmapSource(opened_file)).header()
    counts = header["addressed_tiles_count"], header["tile_entries_count"], header["tile_contents_count"]
    assert counts == (5, 4, 3)


def test_an_archive_refuses_tiles_out_of_order(tmp_path: Path):
    archive = TileArchive(tmp_path)
    archive.add((1, 1, 1), b"")
    with pytest.raises(ValueError, match="comes behind"):
        archive.add((1, 0, 0), b"")
    archive.close()
