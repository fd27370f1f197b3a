"""An office's tables: writes files and a layers.toml, and reads the tables alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from data.layers_file import read_layers_file
from data.reading.tables import ReadTables, read_tables
from geo.errors import InputError
from tests.data.reading.little_town import toml

A, B = "530102001001", "530102001002"
HEAD = '[layers.community]\npath = "x.gpkg"\nfields = { code = "c" }\n[layers.compound]\npath = "y.gpkg"\n'

ROSTER = {
    "layer": "图层",
    "source_id": "编号",
    "community": "社区",
    "post": "岗位",
    "name": "姓名",
    "phone": "电话",
    "full_time": "专职",
    "force": "力量",
    "organisation": "单位",
}
PARTY = {
    "organisation_id": "组织",
    "name": "名称",
    "level": "级别",
    "parent_id": "上级",
    "members": "党员数",
    "secretary": "书记",
    "grid_code": "网格",
}
FUNDING = {"community": "社区", "year": "年度", "purpose": "用途", "amount": "金额"}
SCORES = {"layer": "图层", "source_id": "编号", "period": "考核期", "item": "项目", "points": "分值"}
EXCEPTIONS = {
    "kind": "缺口",
    "grid_code": "网格",
    "gap_id": "缺口编号",
    "post": "岗位",
    "reason": "理由",
    "signer": "签批人",
    "signed": "签批",
    "expires": "有效期",
}
FIELDS = {"roster": ROSTER, "party": PARTY, "funding": FUNDING, "scores": SCORES, "exceptions": EXCEPTIONS}


class Office:
    """One table of an office, as a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys: dict[str, Any] = {}
        self.said: list[str] = []

    def csv(self, table: str, text: str | bytes, *, file: str = "a.csv", encoding: str = "utf-8", **keys: Any) -> None:
        """Write a file as it is given, mapped by those columns of `FIELDS` that its text names."""
        raw = text.encode(encoding) if isinstance(text, str) else text
        (self.folder / file).write_bytes(raw)
        self.table(table, file, text if isinstance(text, str) else raw.decode(encoding), **keys)

    def rows(self, table: str, *rows: Sequence[Any], **keys: Any) -> None:
        """Write rows, the header first, as CSV."""
        self.csv(table, "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows), **keys)

    def xlsx(self, table: str, *rows: Sequence[Any], file: str = "a.xlsx", **keys: Any) -> openpyxl.Workbook:
        """Write rows, the header first, as a workbook; return it, to be changed and saved again."""
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        book.save(self.folder / file)
        self.table(table, file, ",".join(map(str, rows[0])), **keys)
        return book

    def table(self, table: str, file: str, text: str, **keys: Any) -> None:
        """Map a table's columns."""
        there = re.split(r"[,;\t\r\n]", text)
        fields = {key: column for key, column in FIELDS[table].items() if column in there}
        before = self.keys.get(table, {"path": []})
        self.keys[table] = {"path": [*before["path"], file], "fields": before.get("fields", {}) | fields, **keys}

    def read(self) -> ReadTables:
        """Read the tables."""
        lines = [HEAD]
        for name, keys in self.keys.items():
            lines += [f"[tables.{name}]", *(f"{key} = {toml(value)}" for key, value in keys.items())]
        path = self.folder / "layers.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return read_tables(read_layers_file(path), self.said.append)

    def frame(self) -> pd.DataFrame:
        """Read the only table."""
        (table,) = (frame for _, frame in self.read().tables.present())
        return table

    def refusal(self) -> str:
        """Read, and return why that was refused, in one line."""
        with pytest.raises(InputError) as refused:
            self.read()
        assert "\n" not in str(refused.value)
        return str(refused.value)
