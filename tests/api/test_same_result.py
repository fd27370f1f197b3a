"""What must change nothing: the number of workers, a cluster in place of threads, the order of features."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from distributed import LocalCluster

from api.building import require_workers
from data.build_layers import LAYERS
from data.content import programs
from data.kept_folder import LOCK
from data.output import begun_build, read_build
from data.reading import read_sources
from geo.build import build
from geo.errors import InputError
from geo.running import in_order
from tests.api.conftest import Onegrid
from tests.api.running import TIMEOUT_S, command, environment, listing, onegrid
from tests.api.test_cases import CASES


def same_layers(one: Path, other: Path) -> None:
    """Require that two builds have the same rows in the same order, geometry to the last bit; files read may differ."""
    left, right = read_build(one), read_build(other)
    for name, layer in LAYERS.items():
        if layer.geometry:
            shapes = [np.asarray(layers[name].geometry.array, dtype=object) for layers in (left, right)]
            assert (shapely.to_wkb(shapes[0]) == shapely.to_wkb(shapes[1])).all(), name
            left[name], right[name] = (layers[name].drop(columns="geometry") for layers in (left, right))
        elif name == "build":
            left[name], right[name] = (
                rows[~rows["key"].str.startswith("input ")] for rows in (left[name], right[name])
            )
        pd.testing.assert_frame_equal(pd.DataFrame(left[name]), pd.DataFrame(right[name]))


def test_one_worker_and_two_write_the_same_bytes(city: Path, tmp_path: Path):
    for count in (1, 2):
        assert onegrid("build", city, "-o", tmp_path / f"{count}.gpkg", "--workers", count).status == 0
    assert (tmp_path / "1.gpkg").read_bytes() == (tmp_path / "2.gpkg").read_bytes()


def test_geoparquet_has_the_same_bytes_whoever_drew_up_the_ledgers(city: Path, tmp_path: Path):
    for count in (1, 2):
        assert onegrid("build", city, "-o", tmp_path / f"{count}", "--workers", count).status == 0
    one, two = ({Path(name).name: text for name, text in listing(tmp_path / str(count)).items()} for count in (1, 2))
    assert one == two


def require_same_bytes_however_grouped(layers: Path, out: Path) -> None:
    """Build with communities in sections of all, 40 and 7, and compare every file."""
    read = read_sources(layers, warn=lambda sentence: None)
    listed = []
    for size in (len(read.sources.communities), 40, 7):
        with begun_build(out / f"by {size}") as file:
            grid = build(
                read.sources,
                read.settings.parameters,
                run=file.parts(in_order),
                store=file,
                size=size,
                final=file.begin,
            )
            file.finish(grid, facts=read.facts())
        listed.append({Path(name).name: text for name, text in listing(out / f"by {size}").items()})
    assert listed[0] == listed[1] == listed[2]
    assert len(listed[0]) == len(LAYERS)


def test_geoparquet_of_the_demo_town_has_the_same_bytes_however_communities_are_grouped(city: Path, tmp_path: Path):
    require_same_bytes_however_grouped(city, tmp_path)


@pytest.mark.skipif(not CASES, reason="the real layers of ../shared/cases are not here")
@pytest.mark.parametrize("layers", CASES, ids=lambda layers: layers.parent.name)
def test_geoparquet_of_a_case_has_the_same_bytes_however_communities_are_grouped(layers: Path, tmp_path: Path):
    require_same_bytes_however_grouped(layers, tmp_path)


def test_files_by_county_hold_what_one_file_a_layer_does_and_are_read_by_every_command(city: Path, tmp_path: Path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert onegrid("build", city, "-o", whole).status == 0
    assert onegrid("build", city, "-o", cut, "--by-county", "--workers", 2).status == 0
    assert list((cut / "faces").iterdir())
    same_layers(whole, cut)
    assert onegrid("check", cut).status == 0
    again = onegrid("build", city, "-o", tmp_path / "again", "--previous", cut)
    assert again.status == 0
    assert set(read_build(tmp_path / "again", ["lineage"])["lineage"]["relation"]) == {"same"}


def test_a_build_begun_again_takes_its_finished_parts_and_writes_the_same_bytes(city: Path, tmp_path: Path):
    parts = tmp_path / "parts"
    made = []
    for count in (1, 2):
        out = tmp_path / f"{count}.gpkg"
        assert onegrid("build", city, "-o", out, "--parts", parts, "--workers", 2).status == 0
        made.append({path: path.stat().st_ino for path in parts.iterdir() if path.name != LOCK})
    assert {".npz", ".table", ".jurisdiction", ".walks"} <= {path.suffix for path in made[0]}
    assert made[0] == made[1]  # a piece that is made anew is another file
    assert (tmp_path / "1.gpkg").read_bytes() == (tmp_path / "2.gpkg").read_bytes()


def test_a_build_of_a_changed_layer_with_pieces_of_the_last_writes_the_bytes_of_one_from_nothing(
    city: Path, tmp_path: Path
):
    """One compound is moved by a metre: its neighbourhood is done anew, and nobody can tell from the result."""
    town = shutil.copytree(city.parent, tmp_path / "town")
    pieces = ("--parts", tmp_path / "parts")
    assert onegrid("build", town / city.name, "-o", tmp_path / "first", *pieces).status == 0
    before = {path.name for path in (tmp_path / "parts").iterdir()}
    path = town / tomllib.loads((town / city.name).read_text("utf-8"))["layers"]["compound"]["path"]
    compounds = gpd.read_parquet(path)
    shapes = np.asarray(compounds.geometry.array, dtype=object).copy()
    shapes[7] = shapely.transform(shapes[7], lambda xy: xy + 1e-5)
    compounds.set_geometry(shapes, crs=compounds.crs).to_parquet(path)
    for name, more in (("kept", pieces), ("anew", ())):
        assert onegrid("build", town / city.name, "-o", tmp_path / name, "--workers", 2, *more).status == 0
    one, two = ({Path(name).name: text for name, text in listing(tmp_path / name).items()} for name in ("kept", "anew"))
    assert one == two
    after = {path.name for path in (tmp_path / "parts").iterdir()}
    assert before & after and before - after and after - before


# a cluster


def cluster_of(workers: int) -> LocalCluster:
    """Start a Dask cluster of processes of one thread each, on ports that are free."""
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    )


def test_a_cluster_of_processes_writes_the_same_bytes_as_threads(city: Path, tmp_path: Path):
    assert onegrid("build", city, "-o", tmp_path / "threads.gpkg", "--workers", "2").status == 0
    with cluster_of(2) as cluster:
        address, before = cluster.scheduler_address, cluster.scheduler.transition_counter
        ended = onegrid("build", city, "-o", tmp_path / "cluster.gpkg", "--scheduler", address)
        assert ended.status == 0, ended.err
        assert cluster.scheduler.transition_counter > before  # it was the cluster that worked
    assert (tmp_path / "threads.gpkg").read_bytes() == (tmp_path / "cluster.gpkg").read_bytes()


def test_a_scheduler_that_is_not_there_is_refused(here: Onegrid, demo: Path, tmp_path: Path):
    for address in ("nonsense", "tcp://no.such.host.invalid:8786", "wow://127.0.0.1:8786"):
        refusal = here("build", demo, "-o", tmp_path / "grid.gpkg", "--scheduler", address).refusal
        assert refusal.startswith(f"--scheduler {address}: no Dask scheduler answers there: ")
    assert listing(tmp_path) == {}


def test_a_scheduler_without_workers_is_refused(here: Onegrid, demo: Path, tmp_path: Path):
    with cluster_of(0) as idle:
        address = idle.scheduler_address
        refusal = here("build", demo, "-o", tmp_path / "grid.gpkg", "--scheduler", address).refusal
    assert refusal == f"--scheduler {address}: has no workers; start some with `dask worker {address}`"
    assert listing(tmp_path) == {}


def test_a_cluster_with_other_programs_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("data.content.code_of_ours", lambda: "of last year")
    programs.cache_clear()
    try:
        with cluster_of(1) as cluster, pytest.raises(InputError) as refused:
            require_workers(cluster.scheduler_address)
    finally:
        programs.cache_clear()
    assert str(refused.value).startswith(f"--scheduler {cluster.scheduler_address}: a worker has another version of")


def test_a_cluster_that_goes_away_ends_the_build_in_a_line(city: Path, tmp_path: Path):
    with cluster_of(1) as cluster:
        address = cluster.scheduler_address
        with subprocess.Popen(
            command("build", city, "-o", tmp_path / "grid.gpkg", "--scheduler", address),
            stderr=subprocess.PIPE, text=True, env=environment(),
        ) as process:  # fmt: skip
            said = next(line for line in process.stderr if "merging" in line)
            cluster.close()
            said += process.communicate(timeout=TIMEOUT_S)[1]
    assert process.returncode == 2
    lost = f"onegrid: --scheduler {address}: the connection to it was lost; see to the cluster, and build again"
    assert any(line.startswith(lost) for line in said.splitlines())
    assert "Traceback" not in said, said
    assert listing(tmp_path) == {}


# the order of features


def shuffled(settings: Path, folder: Path, seed: int) -> Path:
    """Copy a demo with the features of every layer in another order, each format by its own means."""
    said = tomllib.loads(settings.read_text("utf-8"))
    for path in settings.parent.iterdir():
        if path.suffix in (".csv", ".toml"):
            (folder / path.name).write_bytes(path.read_bytes())
    for layer in said["layers"].values():
        for written in [layer["path"]] if isinstance(layer["path"], str) else layer["path"]:
            shuffle_file(settings.parent / written, folder / written, layer.get("layer"), layer.get("encoding"), seed)
    text = (folder / settings.name).read_text("utf-8")
    return Path(settings_with_ids(folder / settings.name, text))


def settings_with_ids(path: Path, text: str) -> Path:
    """Give communities the ids that a repair names them by: their codes, rather than their positions."""
    assert text.count('fields = { code = "代码"') == 1
    path.write_text(text.replace('fields = { code = "代码"', 'fields = { id = "代码", code = "代码"'), "utf-8")
    return path


def shuffle_file(source: Path, target: Path, layer: str | None, encoding: str | None, seed: int) -> None:
    if source.suffix == ".geojson":
        collection = json.loads(source.read_text("utf-8"))
        random.Random(seed).shuffle(collection["features"])
        target.write_text(json.dumps(collection, ensure_ascii=False), "utf-8")
        return
    frame = pyogrio.read_dataframe(source, layer=layer, encoding=encoding)
    mixed = frame.sample(frac=1, random_state=seed)
    assert len(frame) < 3 or not mixed.index.equals(frame.index)
    pyogrio.write_dataframe(mixed, target, layer=layer, encoding=encoding, append=layer is not None and target.exists())


def test_the_order_of_features_changes_neither_codes_nor_geometry(here: Onegrid, demo: Path, tmp_path: Path):
    builds = []
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        builds.append(folder / "grid.gpkg")
        assert here("build", shuffled(demo, folder, seed), "-o", builds[-1]).status == 0
    same_layers(*builds)
