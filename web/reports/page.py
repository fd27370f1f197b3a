"""The page around the map, in folium's classes, with nothing left that the browser would have to fetch.

folium and branca link scripts and styles from content delivery networks, and hand rendered text to Jinja a second
time. Here the map has no links at all (`OfflineMap`); scripts, styles and data are written as they are (`Verbatim`);
and the page forbids requests and foreign scripts by a Content-Security-Policy that names its own script by hash
(`OfflinePage`).
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from pathlib import Path
from typing import Any, ClassVar

import branca.element
import folium
import folium.map
from folium.template import Template

from web.reports.words import Language

STATIC = Path(__file__).parent / "static"
VENDOR = Path(__file__).parent / "vendor"

STYLES = ("map.css", "panels.css", "sheet.css")
SCRIPTS = (
    "text.js",
    "decode.js",
    "model.js",
    "services.js",
    "hatch.js",
    "painter.js",
    "flags.js",
    "fills.js",
    "overlays.js",
    "labels.js",
    "selection.js",
    "explain.js",
    "explain_services.js",
    "explain_grid.js",
    "explain_gap.js",
    "inspector.js",
    "ledgers.js",
    "search.js",
    "figures.js",
    "legend.js",
    "sheet.js",
    "app.js",
)
"""Our scripts in the order in which they need each other."""


class Verbatim(branca.element.Element):
    """Text that goes into the page as it is: branca's own elements are Jinja templates, which data must never be."""

    def __init__(self, text: str):
        super().__init__()
        self._name = "verbatim"
        self.text = text

    def render(self, **kwargs: Any) -> str:
        """Return the text."""
        return self.text


class OfflinePage(branca.element.Figure):
    """A page that may run one script, its own, and may request nothing."""

    def __init__(self, title: str, language: Language):
        super().__init__()
        self.title = title
        self.language = language

    def render(self, **kwargs: Any) -> str:
        """Return the whole page."""
        for child in self._children.values():
            child.render(**kwargs)
        script = "\n" + self.script.render(**kwargs) + "\n"
        return "\n".join(
            [
                "<!DOCTYPE html>",
                f'<html lang="{"zh-CN" if self.language == "zh" else "en"}">',
                "<head>",
                '<meta charset="utf-8">',
                f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                '<link rel="icon" href="data:,">',
                f"<title>{html.escape(self.title)}</title>",
                self.header.render(**kwargs),
                "</head>",
                "<body>",
                self.html.render(**kwargs),
                f"<script>{script}</script>",
                "</body>",
                "</html>",
                "",
            ]
        )


class OfflineMap(folium.Map):
    """A folium map without links and without a base map."""

    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []
    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <main class="folium-map" id={{ this.get_name()|tojson }}></main>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
            oneGrid.open({{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(
            tiles=None,
            zoom_snap=0.25,
            max_bounds_viscosity=0.8,
            zoom_delta=0.5,
            wheel_px_per_zoom_level=120,
            attribution_control=False,
        )
        self.options["maxZoom"] = 20  # folium's own argument is for tiles
        self._id = "onegrid"


class MapLayer(folium.map.Layer):
    """A layer that static/fills.js or static/overlays.js draws: a thematic fill (one at a time) or an overlay."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = oneGrid.{{ this._name }}({{ this._id|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, name: str, *, overlay: bool, show: bool):
        super().__init__(name=name, overlay=overlay, show=show)
        self._name = "overlay" if overlay else "fill"
        self._id = name


class Legend(folium.LayerControl):
    """The layer switch and the legend in one: what is on the map, counted, with a box to tick."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            oneGrid.legend.start(
                {{ this._parent.get_name() }},
                [{% for layer in this.base_layers.values() %}{{ layer }}, {% endfor %}],
                [{% for layer in this.overlays.values() %}{{ layer }}, {% endfor %}]
            );
        {% endmacro %}
        """
    )


def offline_page(title: str, language: Language, layers: list[MapLayer], data: dict[str, Any]) -> str:
    """Return one HTML file with the map of ``layers``, everything inside it.

    Parameters
    ----------
    title
        The title of the page, plain text.
    language
        The language that the page opens in.
    layers
        Fills and overlays, in drawing order.
    data
        What static/model.js reads.
    """
    page = OfflinePage(title, language)
    page.header.add_child(Verbatim(f"<style>\n{_styles()}\n</style>"))
    page.html.add_child(Verbatim((STATIC / "page.html").read_text("utf-8")))
    page.html.add_child(Verbatim(f'<script type="application/json" id="onegrid-data">{json_in_html(data)}</script>'))
    page.script.add_child(Verbatim(_scripts()))
    offline_map = OfflineMap()
    page.add_child(offline_map)
    for layer in layers:
        offline_map.add_child(layer)
    offline_map.add_child(Legend())
    return page.render()


def json_in_html(value: Any) -> str:
    """Return JSON that no HTML parser mistakes for markup.

    >>> json_in_html("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"


def _styles() -> str:
    leaflet = _leaflet("leaflet.css")
    for picture in ("layers", "layers-2x", "marker-icon"):  # of controls and markers that this map does not have
        leaflet = leaflet.replace(f"url(images/{picture}.png)", "none")
    return "\n".join([leaflet, *((STATIC / name).read_text("utf-8") for name in STYLES)])


def _scripts() -> str:
    ours = ((STATIC / name).read_text("utf-8") for name in SCRIPTS)
    licence = _leaflet("LICENSE").replace("*/", "")
    source, _, _ = _leaflet("leaflet.js").partition("//# sourceMappingURL")
    return "\n".join([f"/* Leaflet\n{licence}*/", source, "const oneGrid = {};", *ours])


def _leaflet(name: str) -> str:
    return (VENDOR / "leaflet" / name).read_text("utf-8")
