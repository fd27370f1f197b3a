"""What is done with an upload in a process of its own: ``python -m api.uploading KIND FOLDER …``.

``look`` says what is in the files; ``build BYTES SECONDS DATA_DIR [PLAN]`` builds their one grid, carrying on the codes
of a plan, and takes no more memory and time of a processor than that in any of its processes; ``plan DATA_DIR NAME``
makes the build a draft. How it goes is written to the folder (`data.uploads.jobs`).
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from api.building import build_files
from api.importing import told
from api.planning import plans
from api.summary import not_evaluated
from data.output import read_facts
from data.plans.importing import import_build
from data.uploads.folders import GRIDS, Upload
from data.uploads.jobs import Job, end_with, few_at_a_time, one_at_a_time
from data.uploads.looking import look, outline
from geo.errors import InputError, OneGridError
from geo.result import OneGrid

LOG = logging.getLogger("onegrid.uploading")
NICE = 10
"""Who looks at the map goes first."""
LOOK_BYTES, LOOK_S = 4 << 30, 300
"""What looking into files may take, of memory and of the processor: a few kilobytes may swell to anything."""
GRACE_S = 20
LISTED = 500
"""How many repairs are listed; all are in the build."""


def looked(upload: Upload, job: Job) -> dict[str, Any]:
    """Look into the files."""
    with few_at_a_time(upload.place.parent):
        held_to(LOOK_BYTES, LOOK_S)
        job("look")
        look(upload)
    return {}


def built(upload: Upload, job: Job, memory: str, seconds: str, data_dir: str, plan: str = "") -> dict[str, Any]:
    """Build the one grid, and say what it came to."""
    held_to(int(memory), int(seconds))
    with one_at_a_time(upload.place.parent):
        grid = build_files(
            upload.mapping, upload.build, previous=f"plan:{plan}" if plan else None, data_dir=Path(data_dir),
            workers=None, scheduler=None, stage=job,
        )  # fmt: skip
    outline(grid.grids.to_crs("EPSG:4326"), upload.place / "preview" / f"{GRIDS}.json")
    result = came_to(grid, read_facts(upload.build))
    upload.keep("built", result)
    return result


def planned(upload: Upload, job: Job, data_dir: str, name: str) -> dict[str, Any]:
    """Make the build a draft plan of its owner's."""
    with plans(Path(data_dir)) as there:
        import_build(there.engine, upload.build, name, by=upload.owner, progress=told(job))
    return {"plan": name}


def came_to(grid: OneGrid, facts: Mapping[str, str]) -> dict[str, Any]:
    """Say what a build came to: how much there is, what is missing, what was changed, what has no place."""
    repairs = grid.repairs[["layer", "source_id", "problem", "action"]].astype(object)
    return {
        "grids": len(grid.grids),
        "communities": sorted(grid.grids["community_code"].unique().tolist()),
        "households": int(grid.grids["households"].sum()),
        "gaps": counts(grid.gaps, "ledger", "kind"),
        "units": counts(grid.units, "layer", "status"),
        "repairs": repairs.head(LISTED).where(repairs.notna(), None).to_dict("records"),
        "repairs_in_all": len(repairs),
        "not_evaluated": not_evaluated(facts),
    }


def counts(frame: Any, by: str, of: str) -> list[dict[str, Any]]:
    """Count rows by two columns."""
    return [{by: one, of: other, "count": int(count)} for (one, other), count in frame.groupby([by, of]).size().items()]


KINDS = {"look": looked, "build": built, "plan": planned}


def held_to(memory: int, seconds: int) -> None:
    """Let this process, and each that it begins, take no more memory than that and no more time of a processor.

    Whose time is up is told so; who does not listen, deep in a library, ends a little later.
    """
    signal.signal(signal.SIGXCPU, out_of_time)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + GRACE_S))


def out_of_time(*_: object) -> NoReturn:
    """Give up."""
    raise InputError("the files take more time of the processor than there is for them; bring fewer or smaller ones")


def run(arguments: Sequence[str]) -> None:
    """Do what is asked, and write how it ended; what is no fault of the input is in the log, not in the answer."""
    kind, folder, *more = arguments
    os.nice(NICE)
    place = Path(folder)
    begun = Upload(place, "", 0.0).read("upload")
    upload = Upload(place, begun["owner"], begun["begun_at"])
    end_with(upload)
    job = Job(upload, kind)
    try:
        job.write(state="done", result=KINDS[kind](upload, job, *more))
    except OneGridError as error:
        job.write(state="failed", error=str(error).replace(f"{upload.files}/", ""), code=error.code)
    except MemoryError:
        job.write(state="failed", error="the files take more memory than there is; bring fewer or smaller ones")
    except Exception:
        LOG.exception("an upload could not be worked on")
        job.write(state="failed", error="this went wrong in a way that it should not; the log of the upload has it")
        raise


if __name__ == "__main__":
    run(sys.argv[1:])
