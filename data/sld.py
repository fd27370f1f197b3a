"""A style as SLD 1.1 (OGC Symbology Encoding), for programs other than QGIS. It has no labels."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from data.styles import CASING_MM, PAPER, Look, Style

SLD, SE, OGC = "http://www.opengis.net/sld", "http://www.opengis.net/se", "http://www.opengis.net/ogc"
PIXELS_A_MM = 1 / 0.28
"""The pixel of the Symbology Encoding standard is 0.28 mm."""
HATCH_PIXELS = 9


def style_sld(style: Style) -> str:
    """Write one rule for each value, and an else-rule for all others where the style has one."""
    for prefix, uri in (("", SLD), ("se", SE), ("ogc", OGC)):
        ET.register_namespace(prefix, uri)
    root = ET.Element(f"{{{SLD}}}StyledLayerDescriptor", version="1.1.0")
    layer = ET.SubElement(root, f"{{{SLD}}}NamedLayer")
    child(layer, "Name", style.layer)
    user = ET.SubElement(layer, f"{{{SLD}}}UserStyle")
    child(user, "Name", style.name)
    rules = child(user, "FeatureTypeStyle")
    for value, (legend, look) in style.looks.items():
        rule = child(rules, "Rule")
        child(rule, "Name", legend)
        condition(rule, style.column, value)
        rule.extend(symbolizers(look, style.draws))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def condition(rule: ET.Element, column: str, value: str) -> None:
    """Say for which features a rule holds."""
    if not value:
        child(rule, "ElseFilter")
        return
    test = ET.SubElement(ET.SubElement(rule, f"{{{OGC}}}Filter"), f"{{{OGC}}}PropertyIsEqualTo")
    ET.SubElement(test, f"{{{OGC}}}PropertyName").text = column
    ET.SubElement(test, f"{{{OGC}}}Literal").text = value


def symbolizers(look: Look, draws: str) -> Iterator[ET.Element]:
    """Yield what is drawn, bottom first: fill, hatches, casing, outline, mark; of lines the outline, of points dots."""
    if draws == "marker":
        yield dot(look.fill)
        return
    if look.fill:
        polygon = ET.Element(f"{{{SE}}}PolygonSymbolizer")
        parameter(child(polygon, "Fill"), "fill", look.fill)
        yield polygon
    for angle in look.hatch:
        polygon = ET.Element(f"{{{SE}}}PolygonSymbolizer")
        graphic = child(child(child(polygon, "Fill"), "GraphicFill"), "Graphic")
        mark = child(graphic, "Mark")
        child(mark, "WellKnownName", "horline")
        stroke(mark, look.line, 0.2)
        child(graphic, "Size", str(HATCH_PIXELS))
        ET.SubElement(child(graphic, "Rotation"), f"{{{OGC}}}Literal").text = str(angle)
        yield polygon
    if look.casing:
        yield outline(PAPER, look.width_mm + CASING_MM)
    yield outline(look.line, look.width_mm, look.dash_mm)
    if look.mark:
        yield dot(look.line)


def dot(colour: str) -> ET.Element:
    """Draw a dot."""
    point = ET.Element(f"{{{SE}}}PointSymbolizer")
    graphic = child(point, "Graphic")
    mark = child(graphic, "Mark")
    child(mark, "WellKnownName", "circle")
    parameter(child(mark, "Fill"), "fill", colour)
    child(graphic, "Size", "6")
    return point


def outline(colour: str, width_mm: float, dash_mm=()) -> ET.Element:
    """Draw the border of a polygon."""
    element = ET.Element(f"{{{SE}}}LineSymbolizer")
    stroke(element, colour, width_mm, dash_mm)
    return element


def stroke(parent: ET.Element, colour: str, width_mm: float, dash_mm=()) -> None:
    """Add a pen."""
    pen = child(parent, "Stroke")
    parameter(pen, "stroke", colour)
    parameter(pen, "stroke-width", f"{width_mm * PIXELS_A_MM:.2g}")
    if dash_mm:
        parameter(pen, "stroke-dasharray", " ".join(f"{x * PIXELS_A_MM:.2g}" for x in dash_mm))


def child(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    """Add an element of the Symbology Encoding."""
    element = ET.SubElement(parent, f"{{{SE}}}{name}")
    element.text = text
    return element


def parameter(parent: ET.Element, name: str, value: str) -> None:
    """Add a parameter of a pen or a fill."""
    child(parent, "SvgParameter", value).set("name", name)
