"""Data directories to be spoilt, each with a cluster of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.cluster import running_cluster
from tests.data.cluster.using import eventually, stopped

Copied = Callable[..., Path]


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a cluster, once for each worker; return its data directory, in which nothing runs."""
    data_dir = tmp_path_factory.mktemp("pattern") / "data"
    with running_cluster(data_dir):
        pass
    (data_dir / "cluster" / "local.conf").write_text("fsync = off\n")  # what is tested here are kills, not power cuts
    return data_dir


@pytest.fixture
def copied(pattern: Path, tmp_path: Path) -> Iterator[Copied]:
    """Copy the cluster to a data directory of this name; what still runs there at the end is a failure."""
    made: list[Path] = []

    def copied(name: str = "data") -> Path:
        data_dir = tmp_path / name
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", pattern, data_dir], check=True)
        made.append(data_dir)
        return data_dir

    yield copied
    assert all(eventually(lambda data_dir=data_dir: stopped(data_dir)) for data_dir in made)


@pytest.fixture
def data_dir(copied: Copied) -> Path:
    """Return a data directory with a cluster."""
    return copied()
