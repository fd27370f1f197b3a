"""Kept results are those of the work: tables as their files have them, ways as they were measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.build_file import layer_of
from data.build_layers import LAYERS
from data.demo import write_demo
from data.kept_folder import KeptFolder
from data.kept_results import KeptResults
from data.layer_types import typed
from data.reading import Read, read_sources
from data.reading.table_rows import read_rows
from geo.build import build
from geo.errors import InputError
from geo.gathering import walks_to
from geo.sources import Parameters, Sources


class Watched(KeptResults):
    """Says which work was done."""

    def __init__(self, folder: Path) -> None:
        super().__init__(KeptFolder(folder))
        self.done: list[str] = []

    def __call__(self, work: Callable[[], Any], name: str, /, *hangs_on: Any) -> Any:
        def watched() -> Any:
            self.done.append(name)
            return work()

        return super().__call__(watched, name, *hangs_on)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layers.toml of a demo town, with all tables, one of them in GBK."""
    return write_demo(tmp_path_factory.mktemp("results") / "town", communities=30, seed=1)


def read(layers: Path, kept: Watched | None = None) -> tuple[Read, list[str]]:
    said: list[str] = []
    more = {} if kept is None else {"once": kept}
    return read_sources(layers, warn=said.append, **more), said


def test_tables_that_were_kept_are_as_their_files_have_them(town: Path, tmp_path: Path):
    plain, said = read(town)
    for done in (["table"] * 5, []):
        kept = Watched(tmp_path)
        again, also = read(town, kept)
        assert (kept.done, also) == (done, said)
        for (name, one), (_, other) in zip(plain.sources.tables.present(), again.sources.tables.present(), strict=True):
            pd.testing.assert_frame_equal(one, other, obj=name)
        pd.testing.assert_frame_equal(pd.DataFrame(plain.sources.repairs), pd.DataFrame(again.sources.repairs))
        assert plain.facts() == again.facts()


def test_a_table_that_changed_is_read_anew_and_no_other(town: Path, tmp_path: Path):
    read(town, Watched(tmp_path))
    file = town.parent / "经费.csv"
    before = file.read_bytes()
    file.write_bytes(before.replace(b",2026,", b",2025,", 1))
    kept = Watched(tmp_path)
    years = read(town, kept)[0].sources.tables.funding["year"]
    file.write_bytes(before)
    assert kept.done == ["table"]
    assert (years == 2025).sum() == 1


def test_a_table_that_changes_while_it_is_read_is_refused(town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = town.parent / "经费.csv"
    before = file.read_bytes()

    def written_meanwhile(path: Path, *rest: Any) -> Any:
        rows = read_rows(path, *rest)
        if path == file:
            file.write_bytes(before + b"\n")
        return rows

    monkeypatch.setattr("data.reading.tables.read_rows", written_meanwhile)
    kept = Watched(tmp_path)
    with pytest.raises(InputError, match=r"^经费\.csv: changed while it was read"):
        read(town, kept)
    file.write_bytes(before)
    assert kept.done[-1] == "table"
    assert len(list(tmp_path.iterdir())) == len(kept.done) - 1


def test_a_table_whose_columns_are_mapped_otherwise_is_read_anew(town: Path, tmp_path: Path):
    read(town, Watched(tmp_path))
    other = town.with_name("other.toml")
    other.write_text(town.read_text("utf-8").replace(', phone = "工作电话"', ""), "utf-8")
    kept = Watched(tmp_path)
    assert read(other, kept)[0].sources.tables.roster["phone"].isna().all()
    assert kept.done == ["table"]


@pytest.fixture(scope="module")
def sources(town: Path) -> Sources:
    return read(town)[0].sources


@pytest.mark.parametrize("roads", [True, False])
def test_ways_that_were_kept_are_those_that_were_measured(sources: Sources, tmp_path: Path, roads: bool):
    sources = sources if roads else replace(sources, roads=None)
    west, south, east, north = sources.communities.total_bounds
    places = np.random.default_rng(3).uniform([west, south], [east, north], (500, 2))
    measured = walks_to(sources).to_nearest(places, np.full(500, 1.3))
    for done in (["walks"], []):
        kept = Watched(tmp_path)
        walks = walks_to(sources, kept)
        assert kept.done == done
        np.testing.assert_array_equal(walks.to_nearest(places, np.full(500, 1.3)), measured)


def test_a_facility_that_moved_has_the_ways_measured_anew(sources: Sources, tmp_path: Path):
    walks_to(sources, Watched(tmp_path))
    kept = Watched(tmp_path)
    walks_to(replace(sources, facilities=sources.facilities.set_geometry(sources.facilities.translate(1.0))), kept)
    assert kept.done == ["walks"]


def test_a_build_with_kept_results_has_the_layers_of_one_without(sources: Sources, tmp_path: Path):
    plain = build(sources, Parameters())
    for done in ({"jurisdiction", "walks"}, set()):
        kept = Watched(tmp_path)
        again = build(sources, Parameters(), once=kept)
        assert set(kept.done) == done
        for name, layer in LAYERS.items():
            if name != "build":
                one, other = (typed(layer_of(grid, name), layer) for grid in (plain, again))
                pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), obj=name)


def moved(sources: Sources) -> Sources:
    return replace(sources, communities=sources.communities.set_geometry(sources.communities.translate(1.0)))


def test_communities_that_moved_are_made_a_partition_anew_and_no_way_is_measured(sources: Sources, tmp_path: Path):
    build(sources, Parameters(), once=Watched(tmp_path))
    kept = Watched(tmp_path)
    build(moved(sources), Parameters(), once=kept)
    assert kept.done == ["jurisdiction"]


def test_a_damaged_result_is_made_anew(town: Path, sources: Sources, tmp_path: Path):
    read(town, Watched(tmp_path))
    walks_to(sources, Watched(tmp_path))
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-50])
    kept = Watched(tmp_path)
    assert read(town, kept)[0].facts() == read(town)[0].facts()
    walks_to(sources, kept)
    assert sorted(kept.done) == ["table"] * 5 + ["walks"]


def test_what_is_kept_of_tables_is_its_owners_alone(town: Path, tmp_path: Path):
    """They hold names and telephone numbers of duty-holders."""
    read(town, Watched(tmp_path))
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
