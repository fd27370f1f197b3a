"""The standards of a plan: the shipped ones, a town's own file, what its layers.toml overrides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from data.layers_file import Settings
from data.reading.placing import Warn
from data.standards_file import read_standards
from geo.standards import Standards


def standards_of(settings: Settings, path: Path | None) -> Standards:
    """Read the standards that hold for the layers of a layers.toml; InputError as `read_standards`."""
    return read_standards(path, settings.standards, overrides_file=settings.path)


def with_code_profile(settings: Settings, standards: Standards) -> Settings:
    """Number grids by the profile of the standards, where layers.toml names none (rule 12)."""
    if settings.names_code_profile:
        return settings
    profile = standards.general.codes.profile.answer
    return replace(settings, parameters=replace(settings.parameters, code_profile=profile))  # type: ignore[arg-type]


def warn_of_places(settings: Settings, communities: pd.DataFrame, warn: Warn) -> None:
    """Say which places of [standards.at] in layers.toml are nowhere among its communities; a slip in a digit, maybe."""
    for prefix in settings.standards.get("at", {}):
        if not communities["code"].str.startswith(prefix).any():
            warn(f'{settings.path.name}: [standards.at."{prefix}"]: no community\'s code begins so; it changes nothing')
