"""What a command says: progress on a terminal, plain lines elsewhere; one line for what it refuses."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

STAGES = {
    "read": "reading the layers",
    "repair": "repairing polygons",
    "communities": "making the communities a partition",
    "relate": "finding which unit meets which community",
    "merge": "merging, community by community",
    "join": "joining the communities",
    "land": "numbering the grids, carrying households and people, proving the partition",
    "staffing": "holding staff and scores against the standards",
    "gaps": "looking for gaps",
    "write": "writing",
    "read_build": "reading the build",
    "read_plan": "reading the plan",
    "import_sources": "keeping what edits never change",
    "import_grids": "keeping the grids",
    "renew": "bringing planners' decisions to the new build",
    "approve": "putting the plan in force",
    "publish": "drawing the tiles",
    "backup": "backing up",
    "verify": "restoring the backup into a scratch database, to prove it",
    "restore": "restoring",
}


class Stages:
    """Shows the stages of long work as they begin, and how far each is."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.console = Console(stderr=True, highlight=False)
        self.began: list[tuple[str, float]] = []
        self.bar: Progress | None = None
        self.task = None

    def __call__(self, stage: str) -> None:
        """Begin a stage."""
        self.began.append((stage, time.perf_counter()))
        words = STAGES.get(stage, stage)
        if self.bar is None:
            if not self.quiet:
                print(f"onegrid: {words}", file=sys.stderr, flush=True)
        else:
            self._finish()
            self.task = self.bar.add_task(words, total=None)

    def done(self, finished: int, total: int) -> None:
        """Say how many parts of the present stage are finished."""
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, completed=finished, total=total)

    def warn(self, sentence: str) -> None:
        """Say what the user should know before trusting the result."""
        line = f"onegrid: {sentence}"
        if self.bar is None:
            print(line, file=sys.stderr, flush=True)
        else:
            self.console.print(line, markup=False, soft_wrap=True)

    def seconds(self) -> dict[str, float]:
        """Return how long each stage took."""
        ends = [*(start for _, start in self.began[1:]), time.perf_counter()]
        return {stage: end - start for (stage, start), end in zip(self.began, ends, strict=True)}

    def _finish(self) -> None:
        if self.bar is not None and self.task is not None:
            total = self.bar.tasks[self.task].total or 1
            self.bar.update(self.task, completed=total, total=total)


@contextmanager
def stages() -> Iterator[Stages]:
    """Show stages: bars on a terminal, a line each elsewhere."""
    shown = Stages()
    if not shown.console.is_terminal:
        yield shown
        return
    columns = (TextColumn("{task.description:<44}", markup=False), BarColumn(bar_width=28), TimeElapsedColumn())
    with Progress(*columns, console=shown.console) as shown.bar:
        yield shown
        shown._finish()
