"""Reading a TOML file that a user writes; a wrong one is refused with one line."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from geo.errors import InputError

_QUOTES = ("“", "”", "‘", "’", "＂", "＇", "「", "」", "《", "》")
_WIDE = dict(zip("＝，。：［］【】｛｝＃．", "=,.:[][]{}#.", strict=True))
"""What a Chinese keyboard types, and what TOML wants."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How text begins that has zero bytes; whatever else has them, as Shapefiles and workbooks do, is no text."""


def read_toml(path: Path, wanted: str) -> tuple[str, dict[str, Any]]:
    """Read a TOML file.

    Parameters
    ----------
    wanted
        What should be there, such as "layers.toml".

    Returns
    -------
    tuple
        Its text, with plain ends of lines, and what it says.

    Raises
    ------
    InputError
        The file is missing, can't be read, is no text, not UTF-8 or no TOML.
    """
    try:
        read = path.read_bytes()
        if b"\0" in read and not read.startswith(_UTF_16):
            raise InputError(f"{path.name}: is no {wanted}, and no text; give the path of a {wanted}")
        text = read.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the path of a {wanted}") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder; give the path of the {wanted} in it") from None
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: is not UTF-8; save it as UTF-8") from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, where = re.fullmatch(r"(.*?)(?: \(at (.*)\))?", str(error), re.DOTALL).groups()  # type: ignore[union-attr]
        if where == "end of document":
            where = f"line {len(text.splitlines()) or 1}, at its end"
        slip = _slip(text, reason, where or "")
        raise InputError(f"{path.name}: {where or 'somewhere'}: {reason[0].lower()}{reason[1:]}{slip}") from None


def _slip(text: str, reason: str, where: str) -> str:
    """Say what to write instead where a Chinese keyboard, or a path of Windows, is what TOML stumbled over."""
    if re.search(r"\\|hex|escape", reason, re.IGNORECASE):
        return "; write / in a path, and 'single quotes' around other text with a backslash"
    place = re.fullmatch(r"line (\d+), column (\d+)", where)
    if place is None:
        return ""
    line, column = text.split("\n")[int(place[1]) - 1], int(place[2])
    letter = line[column - 1 : column]
    if letter in _QUOTES:
        return f'; write straight quotes, "…", instead of {letter}'
    if letter in _WIDE:
        return f"; write {_WIDE[letter]} instead of {letter}"
    return ""
