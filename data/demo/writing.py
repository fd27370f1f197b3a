"""Writing the demo town to files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from data import gdal
from data.demo.files import LAYER_FILES, TABLE_FILES, Format, LayerFile, TableFile
from data.demo.seeds import Seeds
from data.demo.settings import DEMO_MARK, layers_toml
from data.demo.town import Town, make_town
from geo.datum import to_datum
from geo.errors import InputError

MOST_COMMUNITIES = 60_000
SETTINGS = "layers.toml"
DECIMALS = 9
"""Of GeoJSON degrees: a tenth of a millimetre."""
SECOND_FILE_KIND = "公厕"
DBF_DATE = "2026-01-01"
"""A Shapefile names the day it was written; the demo always names this one."""


def write_demo(
    directory: Path,
    *,
    communities: int = 30,
    seed: int = 1,
    sparse: bool | None = None,
    format: Format = "office",
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write a realistic town with real-life mess: layers.toml and its files.

    From 30 communities on the town shows every kind of coverage gap. The same (communities, seed) give the same text
    files byte for byte, and the same features in the others.

    Parameters
    ----------
    directory
        Where to write; made when it is not there. An earlier demo in it is replaced, other files are left alone.
    communities
        How many, 1 to `MOST_COMMUNITIES`.
    seed
        Which of the towns of that size.
    sparse
        Whether there are fewer buildings a compound (2–3 instead of 6–10) and fewer rows in the tables; by default
        above 2,000 communities.
    format
        ``office``: a GBK Shapefile, GeoPackages and GeoJSON in several coordinate systems, one of them in GCJ-02.
        ``geoparquet``: one GeoParquet file a layer, for large demos.
    progress
        Called with a line at each stage.

    Returns
    -------
    The path of layers.toml, written last.

    Raises
    ------
    InputError
        ``communities`` or ``seed`` is out of range; ``directory`` can't be written to, or holds a file that is no
        demo's under a name that the demo needs. Nothing is left behind.
    """
    if not 1 <= communities <= MOST_COMMUNITIES:
        raise InputError(f"demo: {communities} communities asked for; give 1 to {MOST_COMMUNITIES:,}")
    if seed < 0:
        raise InputError(f"demo: seed {seed} is negative; give 0 or more")
    say = progress or (lambda line: None)
    directory = Path(directory)
    try:
        with _all_or_nothing(directory):
            return _write(directory, make_town(Seeds(communities, seed, sparse), say), format, say)
    except (OSError, *gdal.failures()) as error:
        raise InputError(f"demo: can't write to {directory}: {error}; choose another folder") from error


@contextmanager
def _all_or_nothing(directory: Path) -> Iterator[None]:
    """Make the folder; when the block fails or is interrupted, take away what was written, and the folder if new."""
    made = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    _require_ours(directory)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            _clear(directory)
            if made:
                directory.rmdir()
        raise


def _write(directory: Path, town: Town, form: Format, say: Callable[[str], None]) -> Path:
    _clear(directory)
    written = {}
    for key, file in LAYER_FILES.items():
        layer = _prepared(town.layers[key], file)
        say(f"writing {key}: {len(layer):,} features")
        files = _parquet(directory, key, layer) if form == "geoparquet" else _office(directory, layer, file)
        if files:
            written[key] = files
    for key, table_file in TABLE_FILES.items():
        say(f"writing {key}: {len(town.tables[key]):,} rows")
        _write_table(directory / table_file.path, town.tables[key], table_file)
    settings = directory / SETTINGS
    settings.write_bytes(layers_toml(town.name, written, form).encode())
    return settings


def _require_ours(directory: Path) -> None:
    """Refuse a folder in which the demo would replace somebody's own files."""
    settings = directory / SETTINGS
    there = [path for path in _files(directory) if path.exists()]
    if there and not (settings.is_file() and DEMO_MARK.encode() in settings.read_bytes()):
        raise InputError(f"demo: {directory} holds {there[0].name}, which is no demo's; choose another folder")


def _clear(directory: Path) -> None:
    """Remove what an earlier demo wrote here, in either format; layers.toml first."""
    for path in _files(directory):
        path.unlink(missing_ok=True)


def _files(directory: Path) -> Iterator[Path]:
    """Yield every file that a demo may write, layers.toml first."""
    yield directory / SETTINGS
    for key, file in LAYER_FILES.items():
        for path in (*file.path, f"{key}.parquet"):
            for suffix in (".shx", ".dbf", ".prj", ".cpg") if path.endswith(".shp") else ():
                yield (directory / path).with_suffix(suffix)
            yield directory / path
    for table in TABLE_FILES.values():
        yield directory / table.path


def _prepared(layer: gpd.GeoDataFrame, file: LayerFile) -> gpd.GeoDataFrame:
    """Return the layer with the columns, the coordinate system and the datum of its file."""
    columns = file.columns()
    table = layer[[*columns, "geometry"]].rename(columns=columns).to_crs(file.crs).reset_index(drop=True)
    if file.datum:
        table.geometry = shapely.transform(table.geometry, lambda degrees: to_datum(degrees, file.datum))
    return table


def _parquet(directory: Path, key: str, layer: gpd.GeoDataFrame) -> list[str]:
    """Write a layer as GeoParquet; return its file, or nothing where there are no features."""
    if not len(layer):
        return []
    layer.to_parquet(directory / f"{key}.parquet", index=False)
    return [f"{key}.parquet"]


def _office(directory: Path, layer: gpd.GeoDataFrame, file: LayerFile) -> list[str]:
    """Write a layer in the formats of its paths; return those that have features.

    A second path takes the rows of `SECOND_FILE_KIND`.
    """
    parts = [layer]
    if len(file.path) > 1:
        second = layer[file.fields["kind"]] == SECOND_FILE_KIND
        parts = [layer[~second], layer[second]]
    written = [(path, part) for path, part in zip(file.path, parts, strict=True) if len(part)]
    for path, part in written:
        if path.endswith(".shp"):
            _write_gbk_shapefile(directory / path, part)
        elif path.endswith(".geojson"):
            options = {"COORDINATE_PRECISION": str(DECIMALS)}
            gdal.write_dataframe(part, directory / path, driver="GeoJSON", use_arrow=True, layer_options=options)
        else:
            gdal.write_dataframe(part, directory / path, driver="GPKG", layer=file.sublayer, use_arrow=True)
    return [path for path, _ in written]


def _write_gbk_shapefile(path: Path, layer: gpd.GeoDataFrame) -> None:
    """Write a Shapefile as many offices have them: text in GBK, and nothing in it that says so."""
    options = {"DBF_DATE_LAST_UPDATE": DBF_DATE}
    gdal.write_dataframe(layer, path, encoding="GBK", geometry_type="Polygon", layer_options=options)
    path.with_suffix(".cpg").unlink()
    with path.with_suffix(".dbf").open("r+b") as dbf:
        dbf.seek(29)
        dbf.write(b"\0")


def _write_table(path: Path, table: pd.DataFrame, file: TableFile) -> None:
    """Write a CSV as Excel does: with a byte-order mark in UTF-8, without in GBK, and Windows line ends."""
    encoding = "utf-8-sig" if file.encoding == "UTF-8" else file.encoding
    table = table[list(file.fields)].rename(columns=file.fields)
    table.to_csv(path, index=False, encoding=encoding, lineterminator="\r\n")
