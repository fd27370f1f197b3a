"""On which line of a TOML file each key stands, which `tomllib` does not tell.

>>> key_lines('[a]\\nb = { c = 1,\\td.e = 2 }\\n')[("a", "b", "d", "e")]
2
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence

Path = tuple[str | int, ...]
"""Keys from the top; a number is a place in an array."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL
)  # fmt: skip
_BARE = re.compile(r"[^,\]}#\n]*")


def key_lines(text: str) -> dict[Path, int]:
    """Return the line, from 1, where each key of a valid TOML text is first written, tables among them.

    Parts of a dotted key and of the name of a table are keys too. Whoever asks has parsed the text: of one that is no
    TOML the answer means nothing.
    """
    return _Scanner(text).document()


def place_of(file: str, lines: Mapping[Path, int], keys: Sequence[str | int]) -> str:
    """Name the file and the line of a key, or of the last table around it that is written.

    >>> lines = key_lines("\\n[a]\\nb = 1\\n")
    >>> place_of("x.toml", lines, ("a", "b")), place_of("x.toml", lines, ("a", "c")), place_of("x.toml", lines, ("d",))
    ('x.toml: line 3', 'x.toml: line 2', 'x.toml')
    """
    for end in range(len(keys), 0, -1):
        if tuple(keys[:end]) in lines:
            return f"{file}: line {lines[tuple(keys[:end])]}"
    return file


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def document(self) -> dict[Path, int]:
        table: Path = ()
        tables: dict[Path, int] = {}
        while self._skip(_BLANK) and self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header(tables)
            else:
                self._pair(table)
        return self.lines

    def _header(self, tables: dict[Path, int]) -> Path:
        """Take ``[a.b]`` or ``[[a.b]]``; in an array of tables, the name is followed by the table's number."""
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        table: Path = ()
        for part in self._key():
            table = self._noted((*table, part))
            table = (*table, tables[table]) if table in tables else table
        if several:
            name = table[:-1] if isinstance(table[-1], int) else table
            tables[name] = tables.get(name, -1) + 1
            table = self._noted((*name, tables[name]))
        self.at = self.text.index("]]" if several else "]", self.at) + (2 if several else 1)
        return table

    def _pair(self, table: Path) -> None:
        for part in self._key():
            table = self._noted((*table, part))
        self.at = self.text.index("=", self.at) + 1
        self._value(table)

    def _key(self) -> list[str]:
        """Take a dotted key; quoted parts are read as TOML reads them."""
        names = []
        while True:
            self._skip(_SPACE)
            part = _KEY_PART.match(self.text, self.at)
            assert part, f"no key at {self.at}"
            self.at = part.end()
            names.append(next(iter(tomllib.loads(f"{part[0]} = 0"))))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        opened = self.text[self.at]
        if opened in "[{":
            self._inside(path, "]" if opened == "[" else "}")
        else:
            self._skip(_STRING if opened in "\"'" else _BARE)

    def _inside(self, path: Path, end: str) -> None:
        """Take an array or an inline table."""
        self.at += 1
        number = 0
        while self._skip(_BLANK) and self.text[self.at] != end:
            if self.text[self.at] == ",":
                self.at += 1
            elif end == "}":
                self._pair(path)
            else:
                self._value(self._noted((*path, number)))
                number += 1
        self.at += 1

    def _noted(self, path: Path) -> Path:
        self.lines.setdefault(path, bisect_right(self._starts, self.at))
        return path

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.at)
        assert found, f"unexpected text at {self.at}"
        self.at = found.end()
        return True
