"""What QGIS finds in a build: a table of styles that it knows, with looks that everybody can tell apart."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest

from data import grid_overlays
from data.build_layers import LAYERS
from data.output import write_build
from data.qml import style_qml
from data.sld import style_sld
from data.styles import INK, PAPER, STYLES, Look, styles_of
from geo.gaps.ledger import LEDGERS
from geo.result import GRID_KINDS
from geo.rules import RULES
from geo.sources import SOURCE_LAYERS
from geo.themes import FORMS, SEVERITY, SHORTAGE, STARS
from tests.data.small_build import small_build
from web.reports import palette

SPATIAL = [*(name for name, layer in LAYERS.items() if layer.geometry), grid_overlays.NAME]
NAMESPACES = {"se": "http://www.opengis.net/se", "ogc": "http://www.opengis.net/ogc"}

# as QGIS 3.22 makes it (saveStyleToDatabase on a GeoPackage), in this order
QGIS_COLUMNS = [
    *("id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML"),
    *("styleSLD", "useAsDefault", "description", "owner", "ui", "update_time"),
]

# Machado, Oliveira, Fernandes 2009: what a reader without one kind of cone sees, in linear RGB
READERS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
    "all cones": np.eye(3).tolist(),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("styles") / "town.gpkg"
    write_build(small_build(), path, facts={})
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@pytest.fixture(params=STYLES, ids=lambda style: f"{style.layer}-{style.column}")
def style(request):
    return request.param


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, reader: str) -> np.ndarray:
    """CIE L*a*b* as this reader sees it."""
    rgb = np.clip(np.array(READERS[reader]) @ linear(colour), 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_the_table_of_styles_is_the_one_that_qgis_makes(database):
    assert [row["name"] for row in database.execute("PRAGMA table_info(layer_styles)")] == QGIS_COLUMNS
    registered = database.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchone()
    assert registered["data_type"] == "attributes"
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_every_spatial_layer_has_one_default_style_on_its_geometry_column(database):
    rows = database.execute("SELECT * FROM layer_styles WHERE useAsDefault").fetchall()
    assert sorted(row["f_table_name"] for row in rows) == sorted(SPATIAL)
    columns = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
    for row in rows:
        assert row["f_geometry_column"] == columns[row["f_table_name"]]
        assert (row["f_table_catalog"], row["f_table_schema"]) == ("", "")  # what QGIS asks for


def test_the_grids_have_a_second_style_by_management_type(database):
    rows = database.execute("SELECT * FROM layer_styles WHERE f_table_name = 'grids' ORDER BY id").fetchall()
    assert [row["useAsDefault"] for row in rows] == [1, 0]
    assert ET.fromstring(rows[1]["styleQML"]).find("renderer-v2").get("attr") == "management_type"


def test_gdal_still_lists_the_layers(tmp_path):
    write_build(small_build(), tmp_path / "town.gpkg", facts={})
    assert set(pyogrio.list_layers(tmp_path / "town.gpkg")[:, 0]) == {*LAYERS, grid_overlays.NAME, "layer_styles"}


def test_a_qml_has_a_symbol_for_each_category(style, database):
    root = ET.fromstring(style_qml(style))
    renderer = root.find("renderer-v2")
    assert renderer.get("type") == "categorizedSymbol"
    assert renderer.get("attr") in [row["name"] for row in database.execute(f"PRAGMA table_info({style.layer})")]
    categories = renderer.findall("categories/category")
    assert [category.get("value") for category in categories] == list(style.looks)
    symbols = {symbol.get("name"): symbol for symbol in renderer.findall("symbols/symbol")}
    assert [category.get("symbol") for category in categories] == list(symbols)
    for symbol in symbols.values():
        assert symbol.get("type") == style.draws
        for number, layer in enumerate(symbol.findall("layer")):  # a part's own symbol is named by its number
            for part in layer.findall("symbol"):
                assert part.get("name") == f"@{symbol.get('name')}@{number}"


def test_an_sld_has_a_rule_for_each_value_and_one_for_the_others(style):
    root = ET.fromstring(style_sld(style).encode())
    rules = root.findall(".//se:Rule", NAMESPACES)
    values = [rule.findtext(".//ogc:PropertyIsEqualTo/ogc:Literal", "", NAMESPACES) for rule in rules]
    assert values == list(style.looks)
    for rule, value in zip(rules, values, strict=True):
        assert (rule.find("se:ElseFilter", NAMESPACES) is not None) == (value == "")
        drawn = "Point" if style.draws == "marker" else "Line"
        assert rule.find(f"se:{drawn}Symbolizer", NAMESPACES) is not None


def test_the_grids_are_labelled_with_the_last_three_digits_of_their_code():
    for style in styles_of("grids"):
        settings = ET.fromstring(style_qml(style)).find("labeling/settings")
        assert settings.find("text-style").get("fieldName") == 'right("code", 3)'
        assert settings.find("rendering").get("scaleMax") == "20000"


def test_communities_are_a_dark_border_twice_that_of_a_grid_with_their_name_and_no_fill():
    (style,) = styles_of("communities")
    (look,) = [look for _, look in style.looks.values()]
    grid = next(iter(styles_of("grids")[0].looks.values()))[1]
    assert (look.fill, look.hatch, look.line) == ("", (), INK)
    assert look.width_mm == 2 * grid.width_mm
    settings = ET.fromstring(style_qml(style)).find("labeling/settings")
    assert settings.find("text-style").get("fieldName") == '"name"'
    assert int(settings.find("rendering").get("scaleMax")) > 20_000  # names of communities before numbers of grids


@pytest.mark.parametrize(
    ("layer", "column", "values"),
    [
        ("grids", "kind", GRID_KINDS.values()),
        ("faces", "rule", [*RULES, "override"]),
        ("gaps", "ledger", LEDGERS),
        ("units", "layer", SOURCE_LAYERS),
        ("lineage", "relation", ["same", "split", "merged", "new", "retired"]),
        ("grid_overlays", "shortage", [*SHORTAGE, ""]),
        ("grid_overlays", "form", [*FORMS, ""]),
        ("grid_overlays", "severity", ["none", *SEVERITY]),
        ("grid_overlays", "rating", [*STARS.values(), ""]),
    ],
)
def test_every_value_that_the_engine_writes_has_a_look(layer, column, values):
    (style,) = [style for style in styles_of(layer) if style.column == column]
    assert set(style.looks) == set(values)


@pytest.mark.parametrize(
    ("column", "colours"),
    [
        ("kind", palette.FILLS["kind"]),
        ("management_type", palette.FILLS["management_type"]),
        ("rule", palette.FILLS["rule"]),
        ("ledger", palette.LEDGERS),
        ("layer", palette.OUTLINES),
        ("shortage", palette.FILLS["shortage"]),
        ("form", palette.FILLS["form"]),
        ("severity", palette.FILLS["severity"]),
        ("rating", palette.FILLS["rating"]),
    ],
)
def test_the_colours_are_those_of_the_map_in_the_browser(column, colours):
    (style,) = [style for style in STYLES if style.column == column]

    def shown(look: Look) -> str:
        return look.line if column in ("ledger", "layer") else look.fill or "hatch"

    shown_as = {value or "unrated": shown(look) for value, (_, look) in style.looks.items()}
    assert {value: colour for value, colour in shown_as.items() if value in colours} == colours
    assert (INK, PAPER) == (palette.INK, palette.PAPER)


@pytest.mark.parametrize("reader", READERS)
def test_fills_and_inks_stay_apart_for_every_reader(style, reader):
    """Solids of one style by 10 units of CIE 1976 at least; hatches have their directions as well."""
    for kind in ("fill", "line"):
        looks = [look for _, look in style.looks.values() if bool(look.fill) == (kind == "fill")]
        seen = {getattr(look, kind): lab(getattr(look, kind), reader) for look in looks}
        for one, other in itertools.combinations(seen, 2):
            assert np.linalg.norm(seen[one] - seen[other]) > 10, (one, other)


def test_hatches_of_one_style_differ_in_direction():
    for style in STYLES:
        hatches = [tuple(look.hatch) for _, look in style.looks.values() if look.hatch]
        assert len(set(hatches)) == len(hatches), style.name


def test_borders_read_over_every_fill():
    """The line itself, or the paper under it, has a contrast of 3:1 against each fill of the grids."""
    for style in [*styles_of("grids"), *styles_of("grid_overlays")]:
        for _, look in style.looks.values():
            if look.fill:
                assert max(contrast(look.line, look.fill), look.casing * contrast(PAPER, look.fill)) >= 3


def test_the_management_types_are_one_ramp_from_light_to_dark():
    style = styles_of("grids")[1]
    steps = [luminance(look.fill) for _, look in style.looks.values() if look.fill]
    assert steps == sorted(steps, reverse=True)
    assert len(steps) == 4


def test_what_is_missing_is_hatched_and_never_filled():
    for layer, value in [("grids", "unclaimed"), ("faces", "fallback"), *(("gaps", ledger) for ledger in LEDGERS)]:
        _, look = styles_of(layer)[0].looks[value]
        assert look.hatch
        assert not look.fill


def test_party_red_is_kept_for_the_party():
    red = lab("#C8102E", "all cones")
    for style in STYLES:
        for _, look in style.looks.values():
            for colour in filter(None, (look.fill, look.line)):
                assert np.linalg.norm(lab(colour, "all cones") - red) > 25
