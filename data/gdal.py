"""GDAL, by pyogrio, all of whose names are here, as in ``gdal.read_info``: loaded when the first of them is asked for.

Loaded it takes 29 MB of every process, and a server of plans goes without as long as nobody brings or takes away files
in its formats.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from types import ModuleType
from typing import Any


def __getattr__(name: str) -> Any:
    """Return what pyogrio has by a name."""
    return getattr(loaded(), name)


@cache
def loaded() -> ModuleType:
    """Load pyogrio; what GDAL has to say comes as exceptions, and nothing on stderr.

    pyogrio hears GDAL's errors on the thread alone that loaded it; on others GDAL would print them.
    """
    import pyogrio  # noqa: PLC0415 (the one place where it is loaded)

    pyogrio.set_gdal_config_options({"CPL_LOG": os.devnull})
    return pyogrio


def failures() -> tuple[type[Exception], ...]:
    """Return what it raises of files that it can't read or write; nothing before it is loaded."""
    errors = sys.modules.get("pyogrio.errors")
    return () if errors is None else (errors.DataSourceError, errors.DataLayerError, errors.FeatureError)
