"""The file that a user writes: layers.toml, read, checked and frozen.

An error is one line that names the file, the table, the key and the reason.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import pyproj
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.layers_schema import Layer, LayersToml, TableFile
from data.toml_file import read_toml
from data.toml_lines import Path as Keys
from data.toml_lines import key_lines, place_of
from geo.crs import parse_crs
from geo.errors import InputError
from geo.sources import SOURCE_LAYERS, Parameters

Lines = Mapping[Keys, int]


@dataclass(frozen=True)
class Settings:
    """What a layers.toml says.

    Parameters
    ----------
    path
        The file itself; other paths are relative to it.
    name
        The jurisdiction's name; the name of the file's folder where the file gives none.
    working_crs
        None: to be chosen from the communities' extent.
    layers
        The layers that are there, by name, communities first.
    parameters
        How they are merged; every source layer has its place in ``precedence``.
    tables
        The tables that are there, by name.
    standards
        Overrides of the standards file, as written.
    names_code_profile
        Whether the file names a profile of grid codes, rather than leaving it to the standards.
    """

    path: Path
    name: str
    working_crs: pyproj.CRS | None
    layers: Mapping[str, Layer]
    parameters: Parameters
    tables: Mapping[str, TableFile]
    standards: Mapping[str, Any]
    names_code_profile: bool = False

    def located(self, written: str) -> Path:
        """Return where a path of this file leads."""
        return self.path.parent / written


def read_layers_file(path: Path) -> Settings:
    """Read and check a layers.toml.

    Raises
    ------
    InputError
        The file is missing, is no TOML, or holds an unknown key, a wrong type or a value out of range.
    """
    path = Path(path)
    text, tree = read_toml(path, "layers.toml")
    lines = key_lines(text)
    try:
        said = LayersToml.model_validate(tree)
    except ValidationError as error:
        raise InputError(_sentence(path, error.errors(), lines)) from None
    layers = {name: layer for name, layer in said.layers if layer is not None}
    settings = Settings(
        path=path,
        name=said.name or path.resolve().parent.name,
        working_crs=None if said.working_crs is None else parse_crs(said.working_crs),
        layers=MappingProxyType(layers),
        parameters=Parameters(
            precedence=_complete(place_of(path.name, lines, ("merge", "precedence")), said.merge.precedence, layers),
            same_layer=said.merge.same_layer,
            sliver_width=said.merge.sliver_width,
            min_area=said.merge.min_area,
            straddle_width=said.merge.straddle_width,
            code_profile=said.codes.profile,
            object_code=said.codes.object_code,
        ),
        tables=MappingProxyType({name: table for name, table in said.tables if table is not None}),
        standards=MappingProxyType(said.standards),
        names_code_profile="profile" in said.codes.model_fields_set,
    )
    _require_sources(settings, lines)
    return settings


def _complete(place: str, precedence: tuple[str, ...], layers: Mapping[str, Layer]) -> tuple[str, ...]:
    """Require a place for every source layer present; absent ones that are not named come last."""
    missing = [name for name in SOURCE_LAYERS if name in layers and name not in precedence]
    if missing:
        raise InputError(
            f"{place}: [merge] precedence leaves out {', '.join(missing)}; name every source layer of the file once"
        )
    return (*precedence, *(name for name in SOURCE_LAYERS if name not in precedence))


def _require_sources(settings: Settings, lines: Lines) -> None:
    file = settings.path.name
    sources = [name for name in SOURCE_LAYERS if name in settings.layers]
    if not sources:
        raise InputError(f"{file}: [layers] has no source layer; add at least one of {', '.join(SOURCE_LAYERS)}")
    for name in sources:
        if settings.parameters.same_layer == "first" and settings.layers[name].fields.id is None:
            raise InputError(
                f'{place_of(file, lines, ("merge", "same_layer"))}: [merge] same_layer = "first" needs ids, '
                f'and [layers.{name}] maps none; add fields.id, or take "smaller" or "larger"'
            )


def _sentence(path: Path, errors: list[ErrorDetails], lines: Lines) -> str:
    """Word the first error as one line: file, line, table, key, reason."""
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])
    keys = list(first["loc"])
    while keys and isinstance(keys[-1], int):
        keys.pop()
    table, key = ".".join(map(str, keys[:-1])), str(keys[-1])
    whole = first["type"] == "missing" and isinstance(first["loc"][-1], str) and _is_table(keys)
    if whole or first["type"] == "key":
        table, key = ".".join(map(str, keys)), ""
    missing = [str(e["loc"][-1]) for e in errors if e["type"] == "missing" and e["loc"][:-1] == first["loc"][:-1]]
    others = len(errors) - 1
    reason = _reason(first, table, key)
    if key in missing and len(missing) > 1:
        reason, others = f"{', '.join(missing)} are missing", len(errors) - len(missing)
    place = path.name if whole and len(keys) < 3 else place_of(path.name, lines, first["loc"])
    return f"{place}: {f'[{table}] ' if table else ''}{reason}{f' (and {others} more)' if others else ''}"


def _is_table(keys: list[Any]) -> bool:
    return (keys[0] == "layers" and len(keys) <= 2) or keys[-1] == "fields"


def _reason(error: ErrorDetails, table: str, key: str) -> str:
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        return f'unknown key "{key}"; {_suggestion(key, list(_known_keys(table)))}'
    if kind == "missing":
        return f"{key} is missing" if key else f"is missing{_needed(table)}"
    if kind in ("model_type", "dict_type"):
        return f"{key} must be a table, not {_shown(given)}"
    if kind == "literal_error":
        allowed = error["ctx"]["expected"].replace("'", '"')
        return f"{key} is {_shown(given)}; it must be {allowed}"
    if kind in ("crs", "key"):
        return f"{key}: {error['msg']}".removeprefix(": ")
    reason = error["msg"][0].lower() + error["msg"][1:]
    return f"{key} is {_shown(given)}: {reason.removeprefix('input ')}"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else str(value)


def _known_keys(table: str) -> Iterator[str]:
    """Yield the keys that a table may have, going down the models."""
    yield from _model(table).model_fields


def _needed(table: str) -> str:
    """Name the keys that a table of fields can't do without."""
    needed = [key for key, field in _model(table).model_fields.items() if field.is_required()]
    return f"; it needs {', '.join(needed)}" if needed and table.endswith(".fields") else ""


def _model(table: str) -> type[BaseModel]:
    """Return the model of a table, going down from the whole file."""
    model: type[BaseModel] = LayersToml
    for step in table.split(".") if table else []:
        annotation = model.model_fields[step].annotation
        model = next(kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type))
    return model


def _suggestion(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else f"known keys are {', '.join(known)}"
