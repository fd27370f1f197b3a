"""Uploads as folders: begun, found again by their owner, filled with files, thrown away.

========================  ==========================================================
``upload.json``           whose it is, and since when
``files/``                what was brought, ZIPs unpacked, and the layers.toml
``looked.json``           what is in the files (`data.uploads.looking`)
``preview/``              outlines for a map
``job.json``, ``lock``    what is being done with it (`data.uploads.jobs`)
``grid.gpkg``             its build, and ``built.json`` what it came to
========================  ==========================================================

::

    InputError
    ├── UnknownUploadError       there is no such upload
    └── UploadBusyError          something is being done with it
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from data.uploads.environment import COMPANIONS, GEODATABASE, LEADERS
from geo.errors import InputError

KEPT_S, BEGUN_S = 7 * 24 * 3600, 3600
"""How long an upload is kept, and a folder that is none yet, or none any more."""
GRIDS = "grids"
"""What the outline of a build is called among the previews; those of layers have numbers."""
MOST_FILES = 2000
MOST_UPLOADS = 10
"""Of one person at a time."""
LONGEST_NAME = 200
"""Bytes; file systems take 255."""
ID = re.compile(r"[0-9a-f]{24}")
ZIP = ".zip"


class UnknownUploadError(InputError):
    """There is no such upload, or it is somebody else's."""

    code = "unknown_upload"


class UploadBusyError(InputError):
    """Something is being done with the upload; it can't be changed meanwhile."""

    code = "upload_busy"


@dataclass(frozen=True)
class Upload:
    """Files that somebody brought.

    Parameters
    ----------
    place
        Its folder.
    owner
        Who began it.
    begun_at
        Seconds since 1970.
    """

    place: Path
    owner: str
    begun_at: float

    @property
    def id(self) -> str:
        """By which it is asked for."""
        return self.place.name

    @property
    def begun(self) -> Path:
        """Without which it is none any more."""
        return self.place / "upload.json"

    @property
    def files(self) -> Path:
        """Where its files are."""
        return self.place / "files"

    @property
    def mapping(self) -> Path:
        """The layers.toml."""
        return self.files / "layers.toml"

    @property
    def build(self) -> Path:
        """What was built of it."""
        return self.place / "grid.gpkg"

    def read(self, name: str) -> Any:
        """Return what is kept under a name, None: nothing."""
        with suppress(FileNotFoundError):
            return json.loads((self.place / f"{name}.json").read_bytes())
        return None

    def keep(self, name: str, said: Any) -> None:
        """Keep something under a name; who reads meanwhile finds the old or the new."""
        part = self.place / f".{name}.{os.getpid()}"
        part.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
        part.replace(self.place / f"{name}.json")

    def forget(self, *names: str) -> None:
        """Keep no longer what is under these names, nor the build, which came of it."""
        for name in (*names, "built"):
            (self.place / f"{name}.json").unlink(missing_ok=True)
        self.build.unlink(missing_ok=True)


def begin(root: Path, owner: str) -> Upload:
    """Begin an upload; old ones are swept away.

    Raises
    ------
    InputError
        The owner has `MOST_UPLOADS` already.
    """
    sweep(root)
    if sum(one.owner == owner for one in every(root)) >= MOST_UPLOADS:
        raise InputError(f"you have {MOST_UPLOADS} uploads; throw one away first")
    upload = Upload(root / secrets.token_hex(12), owner, time.time())
    upload.place.mkdir(parents=True, mode=0o700)
    upload.files.mkdir()
    upload.keep("upload", {"owner": owner, "begun_at": upload.begun_at})
    return upload


def sweep(root: Path) -> None:
    """Throw away what is older than `KEPT_S`, and what a server that was killed had only begun or half thrown away."""
    for old in every(root):
        if time.time() - old.begun_at > KEPT_S:
            discard(old)
    for place in root.glob("*/"):
        with suppress(FileNotFoundError):  # thrown away meanwhile
            if not (place / "upload.json").exists() and time.time() - place.stat().st_mtime > BEGUN_S:
                shutil.rmtree(place, ignore_errors=True)


def every(root: Path) -> Iterator[Upload]:
    """Yield all uploads."""
    for place in sorted(root.glob("*/upload.json")):
        with suppress(FileNotFoundError):  # thrown away meanwhile
            said = json.loads(place.read_bytes())
            yield Upload(place.parent, said["owner"], said["begun_at"])


def find(root: Path, upload_id: str, owner: str) -> Upload:
    """Return somebody's upload.

    Raises
    ------
    UnknownUploadError
        There is none of this id, or it is somebody else's.
    """
    found = next((one for one in every(root) if one.id == upload_id and one.owner == owner), None)
    if found is None:
        raise UnknownUploadError("there is no such upload; it may have become a plan, or be older than a week")
    return found


def discard(upload: Upload) -> None:
    """Throw an upload away, with all that was brought; a process at work on it ends (`data.uploads.jobs`)."""
    upload.begun.unlink(missing_ok=True)
    shutil.rmtree(upload.place, ignore_errors=True)


def require_name(name: str) -> None:
    """Refuse a file's name that leads elsewhere, or that nothing here can read.

    Raises
    ------
    InputError
        It is no plain name, or of a format that is not read.
    """
    plain = PurePosixPath(name).name == name and name.isprintable() and not name.startswith(".") and "\\" not in name
    if not plain or len(name.encode()) > LONGEST_NAME:
        raise InputError(f"{name[:80]!r} is no name of a file; give it a plain one, without folders")
    if Path(name).suffix.lower() not in (*LEADERS, *COMPANIONS, ZIP):
        raise InputError(f"{name}: files of this kind are not read; bring {', '.join(LEADERS)}, or a ZIP of them")


def bytes_in(upload: Upload) -> int:
    """Return how many bytes the files take."""
    return sum(path.stat().st_size for path in upload.files.rglob("*") if path.is_file())


def files_of(upload: Upload) -> list[Path]:
    """List the files, a FileGDB as one."""
    return [
        path
        for path in sorted(upload.files.iterdir())
        if path != upload.mapping and (path.is_file() or path.suffix.lower() == GEODATABASE)
    ]


def remove_file(upload: Upload, name: str) -> None:
    """Take a file away.

    Raises
    ------
    InputError
        There is none of this name.
    """
    path = next((path for path in files_of(upload) if path.name == name), None)
    if path is None:
        raise InputError(f"{name[:80]!r}: there is no such file in this upload")
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    upload.forget("looked", "job")
