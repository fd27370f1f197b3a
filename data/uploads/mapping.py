"""Which file of an upload is which layer: what people say in the browser, as a layers.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import tomli_w

from data.layers_file import read_layers_file
from data.uploads.folders import Upload, files_of
from geo.errors import InputError

TABLES = ("layers", "tables")


def write_mapping(upload: Upload, said: Mapping[str, Any]) -> None:
    """Write the layers.toml of an upload, where it is sound.

    Parameters
    ----------
    said
        As in layers.toml; paths are names of files of the upload.

    Raises
    ------
    InputError
        It says what a layers.toml may not, or names a file that is not there; the one that was there stays.
    """
    written = as_toml(said)
    require_files(upload, said)
    before = upload.mapping.read_bytes() if upload.mapping.exists() else None
    upload.mapping.write_bytes(written)
    try:
        read_layers_file(upload.mapping)
    except InputError:
        if before is None:
            upload.mapping.unlink()
        else:
            upload.mapping.write_bytes(before)
        raise
    upload.forget("job")


def read_mapping(upload: Upload) -> dict[str, Any] | None:
    """Return what the layers.toml of an upload says; None: there is none."""
    return tomllib.loads(upload.mapping.read_text("utf-8")) if upload.mapping.exists() else None


def adopt_mapping(upload: Upload, brought: Path) -> None:
    """Take over a layers.toml that came with the files, where it is sound; its folders are left out, as theirs were."""
    try:
        said = tomllib.loads(brought.read_text("utf-8-sig"))
        write_mapping(upload, without_folders(said))
    except (InputError, tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        upload.mapping.unlink(missing_ok=True)  # people say it themselves
    finally:
        brought.unlink()


def without_folders(said: dict[str, Any]) -> dict[str, Any]:
    """Return what a layers.toml says, with the names of files as its paths."""
    for table in TABLES:
        for part in said.get(table, {}).values():
            paths = part["path"] if isinstance(part["path"], list) else [part["path"]]
            names = [PurePosixPath(path.replace("\\", "/")).name for path in paths]
            part["path"] = names if isinstance(part["path"], list) else names[0]
    return said


def require_files(upload: Upload, said: Mapping[str, Any]) -> None:
    """Refuse paths that are no names of files of the upload: they could lead to files of the server."""
    there = {path.name for path in files_of(upload)}
    for table in TABLES:
        parts = said.get(table)
        for name, part in parts.items() if isinstance(parts, Mapping) else ():
            paths = part.get("path") if isinstance(part, Mapping) else None
            for path in paths if isinstance(paths, list) else [paths]:
                if not isinstance(path, str) or path not in there:
                    raise InputError(f"[{table}.{name}] path: {str(path)[:80]!r} is no file of this upload")


def as_toml(said: Mapping[str, Any]) -> bytes:
    """Write what is said.

    Raises
    ------
    InputError
        TOML has no way to say it: a null in a list, half of a character.
    """
    try:
        return tomli_w.dumps(without_nothing(said)).encode()
    except (TypeError, ValueError) as error:
        raise InputError("layers.toml can't hold this: a list has a null in it, or a text half a character") from error


def without_nothing(said: Any) -> Any:
    """Return what is said without keys that say nothing: TOML has no null."""
    if isinstance(said, Mapping):
        return {key: without_nothing(value) for key, value in said.items() if value is not None}
    return [without_nothing(value) for value in said] if isinstance(said, list) else said
