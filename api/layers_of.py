"""What commands read: the layers of a build on disk, or of a plan in the database; one way for both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from data.build_layers import LAYERS, layers_meant
from data.output import Frame, read_build
from geo.errors import InputError

if TYPE_CHECKING:
    from data.plans.exporting import PlanLayers

PLAN = "plan:"
"""What the name of a plan begins with, where a path may stand."""

Columns = Mapping[str, Sequence[str]]


class Layers(Protocol):
    """The layers of a build or of a plan.

    ``files`` are not to be written over; ``stage`` is what reading is called (`api.console.STAGES`).
    """

    @property
    def files(self) -> list[Path]:
        """The files that are read."""

    @property
    def stage(self) -> str:
        """What reading is called."""

    def read(self, names: Iterable[str] | None = None, *, columns: Columns | None = None) -> dict[str, Frame]:
        """Read layers, as `data.output.read_build` does."""

    def codes_given(self) -> frozenset[str]:
        """Return all codes that it and its forebears ever gave out."""


@dataclass(frozen=True)
class BuildLayers:
    """The layers of a build on disk."""

    out: Path
    stage: str = "read_build"

    @property
    def files(self) -> list[Path]:
        """The build."""
        return [self.out]

    def read(self, names: Iterable[str] | None = None, *, columns: Columns | None = None) -> dict[str, Frame]:
        """Read layers."""
        return read_build(self.out, names, columns=columns)

    def codes_given(self) -> frozenset[str]:
        """Return the codes of the build, and of those that it was made after."""
        layers = self.read(["grids", "lineage"], columns={"grids": ["code"], "lineage": ["old_code", "new_code"]})
        columns = [layers["grids"]["code"], *(layers["lineage"][name] for name in ("old_code", "new_code"))]
        return frozenset(pd.concat(columns).dropna().astype(str))


@dataclass(frozen=True)
class LayersOfPlan:
    """The layers of a plan at a revision; each is read once."""

    source: PlanLayers
    stage: str = "read_plan"
    kept: dict[str, Frame] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        """None: a plan is in the database."""
        return []

    def read(self, names: Iterable[str] | None = None, *, columns: Columns | None = None) -> dict[str, Frame]:
        """Read layers."""
        wanted = list(LAYERS if names is None else names)
        unknown = [name for name in wanted if name not in LAYERS]
        if unknown:
            raise InputError(f"there is no layer {unknown[0]} in a plan; {layers_meant(unknown[0], LAYERS)}")
        for name in wanted:
            if name not in self.kept:
                self.kept[name] = self.source.layer(name)
        chosen = columns or {}
        return {name: self.kept[name][list(chosen[name])] if name in chosen else self.kept[name] for name in wanted}

    def codes_given(self) -> frozenset[str]:
        """Return the codes of the plan, of those that it came from, and all that were ever in force."""
        from data.plans.numbers import codes_given  # noqa: PLC0415 (builds need no database)

        return codes_given(self.source.connection, self.source.plan)


def is_plan(given: str) -> bool:
    """Tell whether a plan is meant, not a path; a file of such a name is ``./plan:…``.

    >>> is_plan("plan:town"), is_plan("./plan:town")
    (True, False)
    """
    return given.startswith(PLAN)


@contextmanager
def layers_of(given: str, *, data_dir: Path | None, today: date) -> Iterator[Layers]:
    """Give, for the length of a block, the layers of what a command was given.

    Parameters
    ----------
    given
        The path of a build, ``plan:NAME`` or ``plan:NAME@REVISION``.
    data_dir
        Where the command line says that plans are.
    today
        The day on which exceptions of a plan hold or have run out.

    Raises
    ------
    UnknownPlanError, InputError
        There is no such plan, or revision of it; the database can't be reached.
    """
    if not is_plan(given):
        yield BuildLayers(Path(given))
        return
    from api.planning import plans, state_named  # noqa: PLC0415 (builds need no database)
    from data.plans.exporting import PlanLayers  # noqa: PLC0415

    with plans(data_dir) as store, store.reading() as connection:
        state = state_named(connection, given.removeprefix(PLAN))
        yield LayersOfPlan(PlanLayers(connection, state.plan, state.at, today))
