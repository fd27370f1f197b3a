"""A build from files to files."""

from __future__ import annotations

import logging
import os
from contextlib import ExitStack, nullcontext
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from api.arguments import day_of
from api.console import Stages
from api.layers_of import layers_of
from api.places import require_apart
from data.build_file import BuildFile
from data.content import OTHER_PROGRAMS, programs
from data.kept_folder import KeptFolder, kept_folder
from data.kept_parts import KeptParts
from data.kept_results import KeptResults
from data.layers_file import read_layers_file
from data.output import begun_build, require_writable_build
from data.reading import read_sources
from geo.build import build
from geo.drawing_up import COMMUNITIES_A_GROUP
from geo.errors import InputError
from geo.result import OneGrid
from geo.running import Run, each_time
from geo.scale import cluster, threads
from geo.scale import workers as processes
from geo.sections import COMMUNITIES_A_SECTION

SECTIONS_A_WORKER = 4
"""Where a jurisdiction is small, so that none waits long for another at the end."""

MOST_KEPT = 8
"""Sections of a small jurisdiction whose pieces are kept, whoever works on them: so few that little is made twice."""

if TYPE_CHECKING:
    from distributed import Client


def build_files(
    layers: Path,
    out: Path,
    *,
    previous: str | Path | None,
    data_dir: Path | None = None,
    standards: Path | None = None,
    as_of: date | None = None,
    workers: int | None,
    scheduler: str | None,
    parts: Path | None = None,
    by_county: bool = False,
    stage: Stages,
) -> OneGrid:
    """Read the layers that a layers.toml names, build their one grid, write it.

    Parameters
    ----------
    previous
        An earlier build, or ``plan:NAME``, whose codes go on; None: there is none.
    data_dir
        Where plans are, as the command line says.
    parts
        A folder for finished pieces of builds, which are taken from there where what they hang on is the same, by one
        build at a time; see `data.kept_folder`.
    by_county
        Whether a directory of GeoParquet has a file a county, see `data.county_files`.

    Raises
    ------
    InputError
        The files can't be used, or ``out`` can't be written; nothing is left behind.
    """
    require_writable_build(out, by_county=by_county)
    require_apart(out, inputs_of(layers) + ([standards] if standards else []))
    count = workers or os.cpu_count() or 1
    if scheduler:
        quiet_cluster()
        stage.warn(f"the cluster: {require_workers(scheduler)}")
    forked = processes(count, stage.done)
    with kept_folder(parts) if parts else nullcontext() as kept, ExitStack() as building:
        stage("read")
        once = KeptResults(kept) if kept else each_time
        read = read_sources(layers, warn=stage.warn, standards=standards, once=once)
        old, used = earlier(previous, data_dir)
        file = building.enter_context(begun_build(out, run=forked, aside=count > 1, kept=kept, by_county=by_county))
        grid = build(
            read.sources,
            read.settings.parameters,
            previous=old,
            used_codes=used,
            as_of=as_of,
            run=merging(file, scheduler, forked, kept, stage),
            local=threads(count),
            forked=forked,
            store=file,
            size=section_size(len(read.sources.communities), MOST_KEPT if kept else SECTIONS_A_WORKER * count),
            once=once,
            progress=stage,
            final=file.begin,
        )
        stage("write")
        file.finish(grid, facts={"program": f"onegrid {version('onegrid')}", **read.facts()})
    return grid


def merging(file: BuildFile, scheduler: str | None, forked: Run, kept: KeptFolder | None, stage: Stages) -> Run:
    """Return how communities are merged, and where their parts are: in the folder of finished pieces, or as the build
    has them."""
    if kept:
        return KeptParts(kept, cluster(scheduler, stage.done) if scheduler else forked)
    return cluster(scheduler, stage.done, file.part) if scheduler else file.parts(forked)


def section_size(communities: int, sections: int) -> int:
    """Return into how large sections a jurisdiction is cut, if so many can be: none larger than memory wants."""
    return min(COMMUNITIES_A_SECTION, max(COMMUNITIES_A_GROUP, -(-communities // sections)))


def inputs_of(layers: Path) -> list[Path]:
    """List the files that a layers.toml names, and itself."""
    settings = read_layers_file(layers)
    written = [path for part in (settings.layers, settings.tables) for one in part.values() for path in one.path]
    return [layers, *map(settings.located, written)]


def quiet_cluster() -> None:
    """Have what is wrong with a cluster told by us alone, in a line."""
    import distributed  # noqa: F401, PLC0415 (which gives each of its loggers a level of its own)

    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("distributed", "asyncio", "tornado")):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def require_workers(scheduler: str) -> str:
    """Say how many workers a Dask scheduler has and where its dashboard is.

    Raises
    ------
    InputError
        No Dask scheduler answers at the address, or it has no workers.
    """
    from distributed import Client  # noqa: PLC0415 (only where there is a cluster)
    from distributed.comm import resolve_address  # noqa: PLC0415

    try:
        resolve_address(
            scheduler
        )  # a client that was given no address at all complains once more when it is thrown away
        with Client(scheduler, timeout="10s", set_as_default=False) as client:
            workers = client.ncores()
            require_same_programs(client, scheduler)
            dashboard = client.dashboard_link if "dashboard" in client.scheduler_info()["services"] else "none"
    except InputError:
        raise
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"--scheduler {scheduler}: no Dask scheduler answers there: {why}") from error
    if not workers:
        raise InputError(f"--scheduler {scheduler}: has no workers; start some with `dask worker {scheduler}`")
    return f"{len(workers)} workers, {sum(workers.values())} threads, dashboard {dashboard}"


def require_same_programs(client: Client, scheduler: str) -> None:
    """Refuse a cluster whose workers would make other results than this machine."""
    try:
        said = client.run(programs)
    except Exception as error:  # whatever a worker raises that has another version, or none
        raise InputError(f"--scheduler {scheduler}: {OTHER_PROGRAMS} ({error})") from error
    other = sorted(address for address, theirs in said.items() if theirs != programs())
    if other:
        raise InputError(f"--scheduler {scheduler}: {OTHER_PROGRAMS}: {', '.join(other)}")


def earlier(previous: str | Path | None, data_dir: Path | None) -> tuple[gpd.GeoDataFrame | None, frozenset[str]]:
    """Read the grids of an earlier build or of a plan, and all codes that it and its forebears gave out."""
    if previous is None:
        return None, frozenset()
    with layers_of(str(previous), data_dir=data_dir, today=day_of(None)) as layers:
        return layers.read(["grids"])["grids"], layers.codes_given()
