"""Reading all layers of a layers.toml.

Files are read side by side in threads (GDAL leaves Python's lock alone while it parses), then checked and brought to
the working CRS one after another, communities first, because they say where everything else must lie. Tables are read
meanwhile; what is wrong with them is said first. Whatever can't be used is refused with one line; whatever was changed
has a row in ``sources.repairs``.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import NamedTuple, NoReturn

import geopandas as gpd
import numpy as np
import pyproj
import pyproj.network

from data.layers_file import Settings, read_layers_file
from data.layers_schema import Layer
from data.reading.absent import no_such_file
from data.reading.datum_report import report_suspected_datum
from data.reading.fields import as_codes, as_text, positions, require_distinct, require_ids
from data.reading.fingerprint import sha256_of, sidecars_of
from data.reading.frames import KINDS, columns_of, join, join_units, repairs_frame
from data.reading.geometries import POLYGONS, is_usable, read_geometries, without_missing
from data.reading.identity_numbers import refuse_identity_numbers
from data.reading.input_files import Features, columns_in, read_features, tells_columns_apart
from data.reading.placing import Placed, Warn, bring, lonlat_bounds, place, require_near
from data.reading.record import InputFile
from data.reading.source_file import Repair, SourceFile
from data.reading.standards import standards_of, warn_of_places, with_code_profile
from data.reading.tables import read_tables
from geo.arrays import Geometries
from geo.crs import Bounds, area_of_use, crs_name, require_true_to_scale, working_crs_at
from geo.datum import SHIFTED_DATUMS
from geo.errors import CRSError, InputError
from geo.running import Once, each_time
from geo.sources import COUNTS, SOURCE_LAYERS, Sources

Progress = Callable[[int, int, str], None]
"""Called with files read, files in all, and the path of the last one."""

_PLURALS = {
    "management_area": "management_areas",
    "building": "buildings",
    "premises": "premises",
    "facility": "facilities",
    "road": "roads",
    "barrier": "barriers",
}
_HANDLED_BY_US = ("Non closed ring", "Several features with id")


@dataclass(frozen=True, eq=False)
class Read:
    """The layers of a layers.toml, and what they were read from."""

    sources: Sources
    settings: Settings
    inputs: tuple[InputFile, ...]

    def facts(self) -> dict[str, str]:
        """Return the rows of the table `build` that the input gives: its files, and the columns left out."""
        standards = self.sources.standards.files if self.sources.standards else ()
        rows = {f"input standards: {name}": f"sha256 {sha256}" for name, sha256 in standards}
        for one in self.inputs:
            rows |= one.facts()
        return rows


_File = tuple[str, str]
"""A layer's name, and a path as written there."""


class _Record(NamedTuple):
    """The SHA-256 of a file and of what belongs to it; its columns where reading it did not tell them."""

    sha256: str
    sidecars: Mapping[str, str]
    columns: tuple[str, ...]


def read_sources(
    path: Path,
    *,
    warn: Warn,
    standards: Path | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    once: Once = each_time,
) -> Read:
    """Read a layers.toml, every layer and every table it names.

    Parameters
    ----------
    path
        The layers.toml; the paths in it are relative to it.
    warn
        Called with one line for what the user should look at, though it is no error (a suspected datum, a guessed
        encoding, a rough transformation).
    standards
        A standards file instead of the shipped one, or for what it changes of it; layers.toml overrides both.
    progress
        Called after each file.
    workers
        Threads that read files; by default, as many as there are processors. The result does not depend on it.
    once
        Reads a table, or has what an earlier build read of the same files.

    Returns
    -------
    Layers in the working CRS, ready for the engine. Units keep null, empty and invalid geometries, which it judges.
    Other features without geometry are left out, with a row.

    Raises
    ------
    InputError
        One line that names file, feature, reason and remedy.
    """
    pyproj.network.set_network_enabled(active=False)  # a grid fetched on one machine would move the land on it alone
    settings = read_layers_file(Path(path))
    demanded = standards_of(settings, standards)
    settings = with_code_profile(settings, demanded)
    _require_files(settings)
    threads = ThreadPoolExecutor(workers or os.cpu_count() or 1)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            reading = threads.submit(read_tables, settings, warn, once)
            features, records = _start(settings, threads)
            later: list[str] = []
            reader = _Reader(settings, features, later.append, progress or (lambda *_: None))
            try:
                sources = _read_layers(reader)
            finally:
                tables = reading.result()
                for line in later:
                    warn(line)
            repairs = repairs_frame([*tables.repairs, *reader.repairs], sources.crs)
            sources = replace(sources, repairs=repairs, standards=demanded, tables=tables.tables)
            inputs = tuple(_recorded(one, records[one.layer, one.path].result()) for one in reader.inputs)
        finally:
            threads.shutdown(cancel_futures=True)
    lines = (" ".join(str(one.message).split()) for one in said if "openpyxl" not in PurePath(one.filename).parts)
    for line in dict.fromkeys(lines):
        if not line.startswith(_HANDLED_BY_US):
            warn(line)
    warn_of_places(settings, sources.communities, warn)
    _warn_of_missing_ids(settings, warn)
    return Read(sources, settings, (*inputs, *tables.inputs))


def _require_files(settings: Settings) -> None:
    """Refuse a layers.toml that names a file which is not there, before the work."""
    named = {
        **{f"layers.{name}": layer.path for name, layer in settings.layers.items()},
        **{f"tables.{name}": table.path for name, table in settings.tables.items()},
    }
    for table, paths in named.items():
        for written in paths:
            if not settings.located(written).exists():
                raise no_such_file(settings.located(written), written, table)


def _warn_of_missing_ids(settings: Settings, warn: Warn) -> None:
    """Say that units go by their numbers, where counts or rows of tables are kept under these."""
    bare = {name: settings.layers[name].fields for name in SOURCE_LAYERS if name in settings.layers}
    bare = {name: fields for name, fields in bare.items() if fields.id is None}
    counted = any(getattr(fields, count) for fields in bare.values() for count in COUNTS)
    keyed = [name for name, table in settings.tables.items() if table.fields.source_id]
    if bare and (counted or keyed):
        tables = f", by which {', '.join(keyed)} find them," if keyed else ""
        layers = ", ".join(f"[layers.{name}]" for name in bare)
        warn(
            f"{settings.path.name}: no fields.id in {layers}: features are numbered from 0 in the order of the file; "
            f"these numbers{tables} change when the file does; map the column of the id"
        )


def _start(
    settings: Settings, threads: ThreadPoolExecutor
) -> tuple[dict[_File, Future[Features]], dict[_File, Future[_Record]]]:
    """Start reading every file: the communities first, since all others wait for them, then the largest first.

    What is recorded of a file comes after all that: nothing waits for it until the end.
    """
    files = [(name, written) for name, layer in settings.layers.items() for written in layer.path]
    files.sort(key=lambda file: (file[0] != "community", -_size(settings.located(file[1]))))
    places = [(settings.located(written), written, settings.layers[name]) for name, written in files]
    features = [threads.submit(read_features, *place) for place in places]
    records = [threads.submit(_record, path, layer) for path, _, layer in places]
    return dict(zip(files, features, strict=True)), dict(zip(files, records, strict=True))


def _record(path: Path, layer: Layer) -> _Record:
    columns = columns_in(path) if tells_columns_apart(path, layer) else ()
    return _Record(sha256_of(path), sidecars_of(path), columns)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _read_layers(reader: _Reader) -> Sources:
    settings = reader.settings
    placed = reader.place("community", settings.working_crs and area_of_use(settings.working_crs))
    near = lonlat_bounds(placed)
    crs = _working_crs(settings, near, placed)
    communities = reader.frame(placed, crs)
    require_distinct([one.file for one in placed], "code", [as_codes(one.file) for one in placed])
    frames = {
        name: reader.frame(reader.place(name, near), crs, communities)
        for name in settings.layers
        if name != "community"
    }
    units = {name: frames[name] for name in SOURCE_LAYERS if name in frames}
    return Sources(
        name=settings.name,
        crs=crs,
        communities=communities,
        units=join_units(units, crs),
        **{_PLURALS[name]: frame for name, frame in frames.items() if name not in units},
    )


def _working_crs(settings: Settings, extent: Bounds, communities: Sequence[Placed]) -> pyproj.CRS:
    """Take the CRS given, or the zone of the middle of the communities' extent; it must measure true there."""
    west, south, east, north = extent
    crs = settings.working_crs or working_crs_at((west + east) / 2, (south + north) / 2)
    lon, lat = np.median(np.concatenate([one.true_lonlat() for one in communities]), axis=0).tolist()
    try:
        require_true_to_scale(crs, lon, lat)
    except CRSError as error:
        raise CRSError(f"{settings.path.name}: working_crs {error}") from None
    return crs


class _Reader:
    """Reads one layer after another, and keeps the record: repairs, and what was read."""

    def __init__(
        self,
        settings: Settings,
        features: dict[_File, Future[Features]],
        warn: Warn,
        progress: Progress,
    ) -> None:
        self.settings = settings
        self.repairs: list[Repair] = []
        self.inputs: list[InputFile] = []
        self._features = features
        self._count = len(features)
        self._warn = warn
        self._progress = progress

    def place(self, name: str, near: Bounds | None) -> list[Placed]:
        """Check a layer's features and find out where they are."""
        placed = []
        for file in self._files(name):
            geometries, repairs = read_geometries(file, KINDS[name])
            one = place(file, geometries, near)
            self.repairs += [*repairs, *one.repairs]
            placed.append(one)
        _require_drawn(placed)
        self.inputs += map(_input_file, placed)
        return placed

    def frame(
        self, placed: Sequence[Placed], crs: pyproj.CRS, communities: gpd.GeoDataFrame | None = None
    ) -> gpd.GeoDataFrame:
        """Bring a layer to the working CRS, near the communities, and make its frame."""
        columns, geometries = [], []
        for one in placed:
            values, repairs = columns_of(one.file)
            here = bring(one, crs, self._warn)
            self.repairs += repairs
            if communities is not None:
                self._compare(one.file, here, communities, crs)
            columns.append(values)
            geometries.append(here)
        _require_usable(placed, geometries)
        return self._without_missing(placed, join(columns, geometries, crs))

    def _files(self, name: str) -> list[SourceFile]:
        """Wait for a layer's files, and give every feature its id."""
        spec, files, first = self.settings.layers[name], [], 0
        for written in spec.path:
            features = self._features.pop((name, written)).result()  # out of memory once its layer is made
            self._progress(self._count - len(self._features), self._count, written)
            files.append(_source_file(self.settings, name, written, features, first))
            first += len(features)
        if not first:
            raise InputError(
                f"{', '.join(spec.path)}: holds no features; give the right file, or remove [layers.{name}]"
            )
        require_distinct(files, "id", [file.ids for file in files])
        for file in files:
            self._report_guess(file)
        return files

    def _report_guess(self, file: SourceFile) -> None:
        encoding = file.features.guessed_encoding
        if encoding in (None, "ASCII"):
            return
        self.repairs.append(file.repair("text encoding not stated", f"read as {encoding}"))
        self._warn(
            f"{file.written}: does not say (or says wrongly) how its text is encoded; read as {encoding}; "
            f'add encoding = "{encoding}" to [layers.{file.layer}] to settle it'
        )

    def _compare(
        self, file: SourceFile, geometries: Geometries, communities: gpd.GeoDataFrame, crs: pyproj.CRS
    ) -> None:
        """Hold a file against the communities: near them, and in no shifted datum."""
        require_near(file, geometries, tuple(communities.total_bounds))
        if file.layer in SOURCE_LAYERS:
            borders = np.asarray(communities.geometry.array, dtype=object)
            community = self.settings.layers["community"]
            self.repairs += report_suspected_datum(file, geometries, borders, community, crs, self._warn)

    def _without_missing(self, placed: Sequence[Placed], frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Leave out features without geometry, with a row; units stay, for the engine to reject."""
        if placed[0].file.layer in SOURCE_LAYERS:
            return frame
        there = [without_missing(one.file, one.geometries) for one in placed]
        self.repairs += [repair for _, repairs in there for repair in repairs]
        return frame[np.concatenate([keep for keep, _ in there])].reset_index(drop=True)


def _source_file(settings: Settings, name: str, written: str, features: Features, first: int) -> SourceFile:
    spec = settings.layers[name]
    mapped = spec.fields.columns()
    refuse_identity_numbers(written, features.columns, mapped)
    if "id" not in mapped:
        ids = positions(first, len(features))
    else:
        ids = as_text(features.columns["id"])
        require_ids(ids, written, mapped["id"])
    return SourceFile(name, spec, settings.located(written), written, features, ids)


def _require_drawn(placed: Sequence[Placed]) -> None:
    """Refuse a layer in which nothing is drawn, so that it is nowhere."""
    if not any(len(one.coordinates) for one in placed):
        _refuse_unusable(placed)


def _require_usable(placed: Sequence[Placed], geometries: Sequence[Geometries]) -> None:
    """Refuse a layer of polygons that has none with land in it; geometries are in the working CRS."""
    if KINDS[placed[0].file.layer] == POLYGONS and not any(map(is_usable, geometries)):
        _refuse_unusable(placed)


def _refuse_unusable(placed: Sequence[Placed]) -> NoReturn:
    written = ", ".join(one.file.written for one in placed)
    what = "usable polygon" if KINDS[placed[0].file.layer] == POLYGONS else "geometry"
    raise InputError(f"{written}: holds no {what}, only null, empty or flat ones; give the right file")


def _input_file(placed: Placed) -> InputFile:
    """Say what was read; `_recorded` adds what takes longer."""
    file, features = placed.file, placed.file.features
    datum = f" in {file.spec.datum}" if file.spec.datum in SHIFTED_DATUMS else ""
    return InputFile(
        layer=file.layer,
        path=file.written,
        sublayer=features.sublayer,
        driver=features.driver,
        crs=crs_name(placed.crs) + datum,
        features=len(features),
        mapped=tuple(file.spec.fields.columns().values()),
        dropped=features.dropped or (),
    )


def _recorded(read: InputFile, record: _Record) -> InputFile:
    dropped = tuple(column for column in record.columns if column not in read.mapped)
    sidecars = MappingProxyType(dict(record.sidecars))
    return replace(read, sha256=record.sha256, sidecars=sidecars, dropped=read.dropped or dropped)
