"""Kept parts: a build with them is the same, and makes anew only what changed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geo.merge
from data.kept_folder import LOCK, KeptFolder, kept_folder, locked, put
from data.kept_parts import KeptParts
from geo.errors import InputError
from geo.merge import Mosaic, merge
from geo.running import in_order
from geo.sources import Parameters, Sources
from tests.api.running import ROOT
from tests.geo.messy import messy_sources


class Counting:
    """Runs in order, and counts what it was asked for."""

    def __init__(self, until: int = 10**6) -> None:
        self.made, self.until = 0, until

    def __call__(self, function, items, /):
        return [self.one(function, item) for item in items]

    def one(self, function, item):
        if self.made == self.until:
            raise KeyboardInterrupt
        self.made += 1
        return function(item)


@pytest.fixture(autouse=True)
def communities_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each community go to a worker alone, so that a small town has several parts."""
    monkeypatch.setattr(geo.merge, "BATCH", 1)


def merged(sources: Sources, folder: Path, counting: Counting, parameters: Parameters | None = None) -> Mosaic:
    return merge(sources, parameters or Parameters(), run=KeptParts(KeptFolder(folder), counting))


def same(one: Mosaic, other: Mosaic) -> None:
    every = np.arange(len(one.area))
    one, other = one.of(every), other.of(every)
    for name, value in vars(one).items():
        there = getattr(other, name)
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(pd.DataFrame(value), pd.DataFrame(there))
        elif name == "home":
            assert value.tolist() == there.tolist()
        elif value.dtype == object:
            assert (shapely.to_wkb(value) == shapely.to_wkb(there)).all(), name
        else:
            np.testing.assert_array_equal(value, there, err_msg=name)


def changed(sources: Sources, seed: int) -> Sources:
    """Move a few units by some metres, or leave one out."""
    rng = np.random.default_rng(seed)
    units = sources.units.copy()
    rows = rng.choice(len(units), size=min(2, len(units)), replace=False)
    shapes = np.asarray(units.geometry.array, dtype=object).copy()
    shapes[rows] = shapely.transform(shapes[rows], lambda xy: xy + rng.integers(-9, 9, 2))
    units = units.set_geometry(shapes, crs=units.crs)
    return replace(sources, units=units.drop(index=rows[:1]).reset_index(drop=True) if seed % 2 else units)


def test_a_build_begun_again_takes_every_part_as_it_is(tmp_path):
    sources, first, again = messy_sources(5), Counting(), Counting()
    one = merged(sources, tmp_path, first)
    same(merged(sources, tmp_path, again), one)
    same(merge(sources, Parameters(), run=in_order), one)
    assert first.made >= len(sources.communities) > 1
    assert again.made == 0


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_build_of_changed_sources_is_what_a_build_from_nothing_is(tmp_path_factory, seed: int):
    folder, sources = tmp_path_factory.mktemp("parts"), messy_sources(5)
    merged(sources, folder, Counting())
    same(merged(changed(sources, seed), folder, Counting()), merge(changed(sources, seed), Parameters()))


def test_an_interrupted_build_goes_on_where_it_was(tmp_path):
    sources, whole = messy_sources(5), Counting()
    merged(sources, tmp_path / "whole", whole)
    with pytest.raises(KeyboardInterrupt):
        merged(sources, tmp_path / "parts", Counting(until=2))
    assert len(list((tmp_path / "parts").iterdir())) == 2
    rest = Counting()
    same(merged(sources, tmp_path / "parts", rest), merge(sources, Parameters()))
    assert rest.made == whole.made - 2


def test_other_parameters_take_none_of_the_parts(tmp_path):
    sources, first, other = messy_sources(5), Counting(), Counting()
    merged(sources, tmp_path, first)
    wider = Parameters(sliver_width=3.0)
    same(merged(sources, tmp_path, other, wider), merge(sources, wider))
    assert other.made >= len(sources.communities)


def test_a_damaged_part_is_made_anew(tmp_path):
    sources = messy_sources(5)
    one = merged(sources, tmp_path, Counting())
    spoilt, *_ = tmp_path.iterdir()
    spoilt.write_bytes(spoilt.read_bytes()[:100])
    again = Counting()
    same(merged(sources, tmp_path, again), one)
    assert again.made == 1


def test_a_worker_that_can_not_write_parts_is_told_of_in_a_line(tmp_path):
    kept = KeptParts(KeptFolder(tmp_path / "elsewhere"), in_order)
    (tmp_path / "elsewhere").rmdir()
    with pytest.raises(InputError, match=r"^--parts .*elsewhere: no such file or directory; every worker has to be"):
        merge(messy_sources(5), Parameters(), run=kept)


def test_a_worker_with_other_programs_makes_no_part(tmp_path, monkeypatch: pytest.MonkeyPatch):
    class Elsewhere(Counting):
        def one(self, function, item):
            with monkeypatch.context() as there:
                there.setattr("data.kept_parts.programs", lambda: ("last year's",))
                return super().one(function, item)

    with pytest.raises(InputError, match=r"^a worker has another version of One Grid, or of its libraries"):
        merged(messy_sources(5), tmp_path, Elsewhere())
    assert list(tmp_path.iterdir()) == []


def test_parts_lie_in_one_folder_whichever_a_worker_lives_in(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    kept = KeptParts(KeptFolder(Path("parts")), Counting())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    merge(messy_sources(5), Parameters(), run=kept)
    assert {path.name for path in (tmp_path / "parts").iterdir()} == kept.folder.used()


def test_what_could_not_be_written_leaves_nothing_behind(tmp_path):
    def full(file) -> None:
        file.write(b"some")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(InputError, match="no space left"):
        put(tmp_path / "a.part", full)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_refused_and_left_as_it_is(tmp_path):
    other = tmp_path / f"{'0' * 64}.jpg"
    other.touch()
    with pytest.raises(InputError, match=r"holds 0+\.jpg, which is not ours"), kept_folder(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == [other]


def test_who_interrupts_the_last_of_it_is_told_that_the_build_is_written(tmp_path, monkeypatch):
    def interrupt(_) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(KeptFolder, "forget_others", interrupt)
    with pytest.raises(KeyboardInterrupt, match="the build is written"), kept_folder(tmp_path):
        pass


def test_the_lock_is_never_older_than_what_the_last_build_kept(tmp_path):
    with kept_folder(tmp_path):
        pass
    lock = tmp_path / LOCK
    os.utime(lock, (0, 0))
    with kept_folder(tmp_path):
        assert lock.stat().st_mtime > 0


def test_parts_of_no_more_use_are_forgotten(tmp_path):
    sources = messy_sources(5)
    with kept_folder(tmp_path):
        pass
    merged(sources, tmp_path, Counting(), Parameters(sliver_width=3.0))
    with kept_folder(tmp_path) as kept:
        merge(sources, Parameters(), run=KeptParts(kept, in_order))
    assert {path.name for path in tmp_path.glob("*.npz")} == kept.used()


def test_a_build_that_fails_leaves_the_parts_of_others_for_the_next_one(tmp_path):
    with kept_folder(tmp_path):
        pass
    merged(messy_sources(5), tmp_path, Counting())
    before = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt, match="the same command goes on from there"), kept_folder(tmp_path):
        raise KeyboardInterrupt
    assert before and before <= set(tmp_path.iterdir())


def test_a_second_build_with_the_parts_of_one_that_runs_is_refused_in_a_line(tmp_path):
    refused = pytest.raises(InputError, match=r"^--parts .*: another build uses it; wait for its end, or name another")
    with kept_folder(tmp_path), refused, kept_folder(tmp_path):
        pytest.fail("two builds have one folder")
    with kept_folder(tmp_path):
        pass


def test_a_build_that_was_killed_holds_its_parts_no_longer(tmp_path):
    program = (
        "import sys; from pathlib import Path; from data.kept_folder import locked; lock = locked(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", f"{program}; print('taken', flush=True); sys.stdin.read()", tmp_path]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "taken\n"
        with pytest.raises(InputError, match="another build uses it"):
            locked(tmp_path)
        other.kill()
        other.wait()
    locked(tmp_path).close()
