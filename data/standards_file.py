"""Standards files: the one that is shipped, a town's own, and what layers.toml overrides.

Each holds tables of values; a later one need only hold what differs. Under ``at`` stands what differs by place, by the
beginning of a division's code. The more specific place wins; in one place, the later file. A wrong value is refused
with one line: the file, the line, the key and the reason, also where two values only contradict each other together.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.standards_schema import Entry, Facility, StandardsToml
from data.toml_file import read_toml
from data.toml_lines import key_lines, place_of
from geo.errors import InputError
from geo.standards import PREFIX_DIGITS, Choice, Standard, Standards, Value, assembled

DEFAULT = Path(__file__).parent / "standards" / "default.toml"
"""The file that is shipped."""

_WHOLE_PLAN = ("codes", "unclear_holder")
"""Tables that can't differ by place."""
_PREFIX = re.compile("|".join(f"[0-9]{{{digits}}}" for digits in PREFIX_DIGITS))

Keys = tuple[str, ...]


@dataclass(frozen=True)
class _Given:
    """What one file says, and where."""

    name: str
    tree: Mapping[str, Any]
    lines: Mapping[tuple[str | int, ...], int]
    within: Keys = ()
    """The table of the file that holds the tree: ``standards`` in layers.toml."""

    def refuse(self, keys: Keys, reason: str) -> NoReturn:
        """Refuse a key, in one line."""
        raise InputError(f"{self.place((*keys, 'value'))}: {reason}")

    def place(self, keys: Keys) -> str:
        """Return file and line of a key, or of the last table around it that is written."""
        return place_of(self.name, self.lines, (*self.within, *keys))


@dataclass(frozen=True)
class _Tree:
    """Values merged from several files, and who gave each: the file, and the key as written there, the latest last."""

    values: Mapping[str, Any]
    givers: Mapping[Keys, tuple[_Given, Keys]]


def read_standards(
    path: Path | None = None, overrides: Mapping[str, Any] | None = None, *, overrides_file: Path | None = None
) -> Standards:
    """Read the standards that hold for a plan: the shipped ones, changed by a file, changed by layers.toml.

    Parameters
    ----------
    path
        A town's own file; it need only say what differs.
    overrides
        The table ``standards`` of layers.toml, as parsed.
    overrides_file
        That layers.toml, so that a refusal can name the line.

    Raises
    ------
    InputError
        A file is missing or no TOML; a key is unknown, a value of the wrong type or out of its range, or two contradict
        each other; one line with file, line, key and reason.
    """
    given = [_shipped()]
    files = [(DEFAULT.name, _sha256(DEFAULT))]
    if path is not None:
        given.append(_parsed(path))
        files.append((path.name, _sha256(path)))
    if overrides:
        given.append(_overrides(overrides, overrides_file))
        files += [(overrides_file.name, _sha256(overrides_file))] if overrides_file else []
    for one in given:
        _check_places(one)
    known: dict[str, Standard] = {}
    general = _merged(given, [])
    prefixes = sorted({prefix for one in given for prefix in one.tree.get("at", {})})
    chains = {prefix: [part for part in prefixes if prefix.startswith(part)] for prefix in prefixes}
    return Standards(
        general=_standard(general, known),
        places={prefix: _standard(_merged(given, chain), known) for prefix, chain in chains.items()},
        files=tuple(files),
    )


def read_any_standards(path: Path | None) -> Standards:
    """Read the shipped standards, as changed by a standards file, or by the table ``standards`` of a layers.toml.

    Raises
    ------
    InputError
        As `read_standards`.
    """
    given = None if path is None else _parsed(path)
    if path is None or given is None or "layers" not in given.tree:
        return read_standards(path)
    overrides = given.tree.get("standards", {})
    if not isinstance(overrides, dict):
        given.refuse(("standards",), f"standards must be a table, not {_shown(overrides)}")
    return read_standards(None, overrides, overrides_file=path)


@cache
def _shipped() -> _Given:
    return _parsed(DEFAULT)


def _parsed(path: Path) -> _Given:
    text, tree = read_toml(path, "standards file")
    return _Given(path.name, tree, key_lines(text))


def _overrides(tree: Mapping[str, Any], file: Path | None) -> _Given:
    if file is None:
        return _Given("[standards]", tree, {})
    return _Given(file.name, tree, _parsed(file).lines, ("standards",))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_places(given: _Given) -> None:
    """Refuse what is no place under ``at``, and what can't differ by place."""
    places = given.tree.get("at", {})
    if not isinstance(places, dict):
        given.refuse(("at",), f'at must be a table by code, such as [at."530102002".workers], not {_shown(places)}')
    for prefix, tree in places.items():
        if not _PREFIX.fullmatch(prefix):
            digits = ", ".join(map(str, PREFIX_DIGITS))
            given.refuse(("at", prefix), f"at {_shown(prefix)}: the beginning of a division's code has {digits} digits")
        if not isinstance(tree, dict):
            given.refuse(("at", prefix), f'at "{prefix}" must be a table, not {_shown(tree)}')
        for table in _WHOLE_PLAN:
            if table in tree:
                within = ".".join(map(quoted, (*given.within, "at", prefix)))
                given.refuse(("at", prefix, table), f"[{within}] {table} can't differ by place: one holds for a plan")


def _merged(given: Sequence[_Given], places: Sequence[str]) -> _Tree:
    """Lay what the files say over each other: first in general, then for each place, from the widest to the closest."""
    values: dict[str, Any] = {}
    givers: dict[Keys, tuple[_Given, Keys]] = {}
    for place in (None, *places):
        for one in given:
            here = one.tree if place is None else one.tree.get("at", {}).get(place, {})
            tree = {key: item for key, item in here.items() if key != "at" or place is not None}
            values = _overlay(values, tree, _Writer(one, () if place is None else ("at", place), givers), ())
    return _Tree(values, givers)


@dataclass(frozen=True)
class _Writer:
    """Notes down which file gives which key."""

    given: _Given
    within: Keys
    givers: dict[Keys, tuple[_Given, Keys]]

    def note(self, keys: Keys, written: Keys) -> None:
        self.givers.pop(keys, None)  # so that keys stand in the order in which they were last written
        self.givers[keys] = (self.given, (*self.within, *written))


def _overlay(
    base: Mapping[str, Any], tree: Mapping[str, Any], writer: _Writer, keys: Keys, written: Keys = ()
) -> dict[str, Any]:
    """Return ``base`` with what ``tree`` says instead; a value that comes without a source has the file for its own."""
    result = dict(base)
    for name, item in tree.items():
        key = _kind_named(base, name) if keys == ("facilities",) else name
        here, there = (*keys, key), (*written, name)
        writer.note(here, there)
        before = base.get(key)
        if _is_entry(item) or (_is_entry(before) and isinstance(item, dict)):
            result[key] = _changed(before, item, writer, here, there)
        elif isinstance(item, dict):
            result[key] = _overlay(before if isinstance(before, dict) else {}, item, writer, here, there)
        elif _is_entry(before) or (before is None and len(here) > 1 and here[:-1] != ("facilities",)):
            result[key] = _changed(before, {"value": item}, writer, here, there)
        else:
            result[key] = item
    return result


def _is_entry(item: Any) -> bool:
    return isinstance(item, dict) and "value" in item


def _changed(before: Any, item: Mapping[str, Any], writer: _Writer, keys: Keys, written: Keys) -> dict[str, Any]:
    for part in item:
        writer.note((*keys, part), (*written, part))
    entry = {**(before if _is_entry(before) else {}), **item}
    if "value" in item and "source" not in item and writer.given is not _shipped():
        entry["source"] = writer.given.name
    return entry


def _kind_named(facilities: Mapping[str, Any], name: str) -> str:
    """Return the kind of facility that goes by a name, or the name itself where it is a new kind."""
    for kind, facility in facilities.items():
        also = facility.get("also", {}).get("value", []) if isinstance(facility, dict) else []
        if isinstance(also, list) and name.lower() in [kind.lower(), *(str(one).lower() for one in also)]:
            return kind
    return name


def _standard(tree: _Tree, known: dict[str, Standard]) -> Standard:
    """Check merged values and make a standard of them, the same one for the same values."""
    text = json.dumps(tree.values, ensure_ascii=False, sort_keys=True, default=str)
    if text not in known:
        try:
            said = StandardsToml.model_validate(tree.values)
        except ValidationError as error:
            _refuse(tree, error.errors())
        known[text] = assembled(dict(_entries(said, ())))
    return known[text]


def _entries(part: Any, keys: Keys) -> list[tuple[Keys, Value[Any] | Choice[Any]]]:
    if isinstance(part, Entry):
        value = tuple(part.value) if isinstance(part.value, list) else part.value
        kind = Choice if isinstance(value, (bool, str, tuple)) else Value
        return [(keys, kind(value, part.unit, part.source))]
    inner = part.items() if isinstance(part, dict) else part
    return [entry for name, item in inner for entry in _entries(item, (*keys, name))]


def _refuse(tree: _Tree, errors: list[ErrorDetails]) -> NoReturn:
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])
    keys = tuple(str(step) for step in first["loc"] if step != "[key]")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    context = first.get("ctx", {})
    if first["type"] == "order":
        keys, reason = _order(tree, keys, context["low"], context["high"], context["relation"])
    elif "key" in context:
        keys = tuple(context["key"].split(".")) if "." in context["key"] else (*keys, context["key"])
        reason = f"{keys[-1]} {first['msg']}"
    else:
        reason = _reason(first, keys)
    giver, written = _giver(tree, keys)
    table = ".".join(map(quoted, (*giver.within, *written[: len(written) - 1])))
    giver.refuse(written, f"{f'[{table}] ' if table else ''}{reason}{more}")


def _giver(tree: _Tree, keys: Keys) -> tuple[_Given, Keys]:
    """Return the file that gave a key, or the table around it that it is missing from, and the key as written there."""
    for end in range(len(keys), 0, -1):
        if keys[:end] in tree.givers:
            giver, written = tree.givers[keys[:end]]
            return giver, (*written, *keys[end:])
    return _shipped(), keys


def _order(tree: _Tree, keys: Keys, low: str, high: str, relation: str) -> tuple[Keys, str]:
    """Word a contradiction of two values as a fault of the one that was written later."""
    latest = next(written[-1] for written in reversed(tree.givers) if written in ((*keys, low), (*keys, high)))
    key, other = (low, high) if latest == low else (high, low)
    table = tree.values
    for step in keys:
        table = table[step]
    words = {"at most": "at least", "below": "above"}[relation] if key == high else relation
    giver, written = _giver(tree, (*keys, other))
    where = giver.place((*written, "value")).removeprefix(f"{_giver(tree, (*keys, key))[0].name}: ")
    figure, limit = table[key]["value"], table[other]["value"]
    return (*keys, key), f"{key} is {_shown(figure)}; it must be {words} {other}, which is {_shown(limit)} ({where})"


def _reason(error: ErrorDetails, keys: Keys) -> str:
    key, given = keys[-1] if keys[-1].isprintable() else _shown(keys[-1]), error["input"]
    shown = _shown(given.value if isinstance(given, Entry) else given["value"] if _is_entry(given) else given)
    match error["type"]:
        case "extra_forbidden":
            reason = f"unknown key {_shown(keys[-1])}; {_suggestion(keys)}"
        case "missing":
            reason = f"{key} is missing"
        case "model_type" | "dict_type" | "entry":
            reason = f"{key} must be a table, not {shown}"
        case "string_pattern_mismatch":
            reason = f"{_shown(keys[-1])}: the name of a kind of facility has no dots and no quotes"
        case "unit":
            reason = f"{key} is in {_shown(given['unit'])}; it {error['msg']}"
        case "range" | "yes_no" | "one_of" | "names":
            reason = f"{key} is {shown}; it {error['msg']}"
        case _:
            reason = f"{'.'.join(keys[-2:])} is {shown}; it must be text"
    return reason


def _suggestion(keys: Keys) -> str:
    known = _known(keys[:-1])
    near = difflib.get_close_matches(keys[-1].lower(), known, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else f"known keys are {', '.join(known)}"


def _known(table: Keys) -> list[str]:
    """Return the keys that a table may have, going down the models."""
    model: type[BaseModel] = StandardsToml
    for step in table:
        annotation = Facility if model is StandardsToml and step == "facilities" else None
        if annotation:
            model = Facility
        elif not (model is Facility and step not in Facility.model_fields):
            inner = model.model_fields[step].annotation
            model = inner if isinstance(inner, type) else Entry
    return list(model.model_fields)


def quoted(key: str) -> str:
    """Write a key as TOML does.

    >>> quoted("workers"), quoted("530102002"), quoted("公厕")
    ('workers', '"530102002"', '"公厕"')
    """
    return key if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", key) else _shown(key)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
