"""A style as QML, the way QGIS 3 writes it. What is left out has QGIS's own default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from data.styles import CASING_MM, PAPER, Look, Style

WRITTEN_FOR = "3.22.0"

GEOMETRY_TYPES = {"marker": "0", "line": "1", "fill": "2"}
"""The numbers that QGIS has for points, lines and polygons."""


def style_qml(style: Style) -> str:
    """Write a categorised renderer, with labels where the style has them."""
    root = ET.Element(
        "qgis", version=WRITTEN_FOR, styleCategories="Symbology|Labeling", labelsEnabled=flag(bool(style.label))
    )
    levels = any(look.casing for _, look in style.looks.values())
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="categorizedSymbol",
        attr=style.column,
        symbollevels=flag(levels),  # all casings first, then all borders
        forceraster="0",
        enableorderby="0",
    )
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for number, (value, (legend, look)) in enumerate(style.looks.items()):
        ET.SubElement(categories, "category", symbol=str(number), value=value, label=legend, render="true")
        symbols.append(symbol(str(number), style.draws, *symbol_layers(style.draws, look, number)))
    if style.label:
        root.append(labeling(style))
    ET.SubElement(root, "layerGeometryType").text = GEOMETRY_TYPES[style.draws]
    ET.indent(root)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode") + "\n"


def symbol_layers(draws: str, look: Look, number: int) -> Iterator[ET.Element]:
    """Yield the parts of a symbol, bottom first."""
    if draws == "marker":
        yield dot(look.fill, look.line, look.width_mm)
    elif draws == "line":
        yield line(look.line, look.width_mm, dash=look.dash_mm)
    else:
        yield from fill_layers(look, number)


def dot(fill: str, outline: str, width_mm: float) -> ET.Element:
    """Draw a dot with an outline."""
    return part("SimpleMarker", {"name": "circle", "color": rgba(fill), "size": "1.6", "size_unit": "MM",
                                 "outline_color": rgba(outline), "outline_width": f"{width_mm:g}"})  # fmt: skip


def fill_layers(look: Look, number: int) -> Iterator[ET.Element]:
    """Yield the parts of a polygon's symbol, bottom first: fill, hatches, casing, outline, mark."""
    if look.fill:
        yield part("SimpleFill", {"color": rgba(look.fill), "style": "solid", "outline_style": "no"})
    for order, angle in enumerate(look.hatch, start=bool(look.fill)):
        pattern = part("LinePatternFill", {"angle": str(angle), "distance": "1.8", "distance_unit": "MM"})
        pattern.append(symbol(f"@{number}@{order}", "line", line(look.line, 0.2)))
        yield pattern
    if look.casing:
        yield line(PAPER, look.width_mm + CASING_MM)
    yield line(look.line, look.width_mm, dash=look.dash_mm, level=int(look.casing))
    if look.mark:
        order = bool(look.fill) + len(look.hatch) + look.casing + 1
        centre = part("CentroidFill", {"point_on_surface": "1", "point_on_all_parts": "0"})
        centre.append(symbol(f"@{number}@{order}", "marker", dot(look.line, PAPER, 0.2)))
        yield centre


def line(colour: str, width_mm: float, *, dash=(), level: int = 0) -> ET.Element:
    """Draw a line; ``level`` is its turn among the symbol levels."""
    options = {"line_color": rgba(colour), "line_width": f"{width_mm:g}", "line_width_unit": "MM", "joinstyle": "round"}
    if dash:
        options |= {"use_custom_dash": "1", "customdash": ";".join(f"{x:g}" for x in dash), "customdash_unit": "MM"}
    return part("SimpleLine", options, level=level)


def symbol(name: str, kind: str, *layers: ET.Element) -> ET.Element:
    """Put symbol layers into a symbol."""
    element = ET.Element("symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    element.extend(layers)
    return element


def part(class_name: str, options: Mapping[str, str], *, level: int = 0) -> ET.Element:
    """Make a symbol layer with its options, as a map and, for QGIS before 3.18, as properties."""
    element = ET.Element("layer", {"class": class_name, "enabled": "1", "locked": "0", "pass": str(level)})
    table = ET.SubElement(element, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(table, "Option", name=name, type="QString", value=value)
    for name, value in options.items():
        ET.SubElement(element, "prop", k=name, v=value)
    return element


def labeling(style: Style) -> ET.Element:
    """Label each polygon inside, each point beside it, in ink with a halo, from the style's scale on."""
    element = ET.Element("labeling", type="simple")
    settings = ET.SubElement(element, "settings", calloutType="simple")
    text = ET.SubElement(settings, "text-style", fieldName=style.label, isExpression="1", fontFamily="Noto Sans",
                         fontSize="8", fontSizeUnit="Point", fontWeight="50", textColor="31,42,54,255",
                         textOpacity="1", multilineHeight="1")  # fmt: skip
    ET.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM", bufferOpacity="1",
                  bufferColor=rgba(PAPER), bufferNoFill="1", bufferJoinStyle="128")  # fmt: skip
    ET.SubElement(settings, "placement", placement="1", centroidInside="1", centroidWhole="1", priority="5")
    ET.SubElement(settings, "rendering", drawLabels="1", scaleVisibility="1", scaleMin="0",
                  scaleMax=str(style.label_scale), fontMaxPixelSize="10000", maxNumLabels="2000",
                  obstacle="1", obstacleFactor="1")  # fmt: skip
    return element


def rgba(colour: str) -> str:
    """Word a colour as QGIS does.

    >>> rgba("#FF8000")
    '255,128,0,255'
    """
    return ",".join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5)) + ",255"


def flag(value: bool) -> str:
    """Word a truth value as QGIS does."""
    return str(int(value))
