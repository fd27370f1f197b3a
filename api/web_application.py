"""The map application as its build left it: which files there are, and what browsers are told of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from api.encodings import taken

BUILT = Path(str(files("web"))) / "app" / "dist"
"""What ``npm run build`` writes, and a wheel carries."""
START = "index.html"
ASSETS = "assets"
"""The folder of files that are named by what is in them: they never change."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""What the page may do. The worker of the map has the policy of its own file, so that every file says it."""
TILES_BY = ("connect-src", "img-src")
"""How a map fetches tiles."""
NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>One Grid · 多网合一</title>
<p lang="zh-CN">地图应用尚未构建：请看 ./scripts/run 最后说了什么，照办后再运行一次，然后重新加载本页。</p>
<p>The map application was not built: look at what ./scripts/run said last, mend that, run it again,
then load this page again.
<a href="/api/docs">The interface for programs</a> is there.</p>
</html>
"""

ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""In which forms the build leaves a file beside the plain one, best first, and how they end."""
NAME = re.compile(r"[\w-][\w.-]*")
KINDS = {".js": "text/javascript", ".mjs": "text/javascript", ".html": "text/html; charset=utf-8"}
"""Where a machine's table of types may say something else."""


def policy(base_map: Sequence[str] = ()) -> str:
    """Return what the page may do where it may fetch tiles of a base map from some origins.

    >>> policy() == POLICY, "connect-src 'self' https://tiles.street.cn;" in policy(["https://tiles.street.cn"])
    (True, True)
    """
    told = POLICY
    for how in TILES_BY:
        told = told.replace(f"{how} 'self'", " ".join([how, "'self'", *base_map]))
    return told


def find_file(folder: Path, name: str) -> Path | None:
    """Return a file of the application by its name within a folder; None: there is none.

    >>> find_file(Path("/etc"), "../etc/hostname") is None
    True
    """
    if NAME.fullmatch(name) is None or name.endswith(tuple(ENCODINGS.values())):
        return None
    path = folder / name
    return path if path.is_file() else None


def encoded(path: Path, accepted: str) -> tuple[Path, str | None]:
    """Choose the form of a file for a browser: the best that it accepts and the build has left, and what it is called.

    Parameters
    ----------
    path
        The plain file.
    accepted
        The header ``Accept-Encoding``.

    >>> encoded(Path("/nowhere/map.js"), "gzip, br")
    (PosixPath('/nowhere/map.js'), None)
    """
    wanted = taken(accepted)
    for name, suffix in ENCODINGS.items():
        packed = path.with_name(path.name + suffix)
        if name in wanted and packed.is_file():
            return packed, name
    return path, None


def kind_of(path: Path) -> str:
    """Return the media type of a file.

    >>> kind_of(Path("map.mjs")), kind_of(Path("icon.svg"))
    ('text/javascript', 'image/svg+xml')
    """
    return KINDS.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
