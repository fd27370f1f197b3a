"""Telling the user of a layer that seems to come in another datum than declared. It stays as declared: it may be right.

A plain datum that was declared settles the matter. A shifted one does not: it moves the land by hundreds of metres, and
where the layer fits better without, that is said at each build.
"""

from __future__ import annotations

import pyproj

from data.layers_schema import Layer
from data.reading.placing import Warn
from data.reading.source_file import Repair, SourceFile
from geo.arrays import Geometries
from geo.datum import SHIFTED_DATUMS
from geo.datum_check import Fit, SuspectedDatum, suspect_datum

SUSPECTED = "suspected datum "
"""How the problem of a repair begins that tells of a layer which seems to come in another datum than was said."""
_FIGURES = {
    "inside": "inside the jurisdiction",
    "in_own_community": "inside one community",
    "on_borders": "on community borders",
}


def report_suspected_datum(
    file: SourceFile, units: Geometries, communities: Geometries, community: Layer, crs: pyproj.CRS, warn: Warn
) -> list[Repair]:
    """Look for another datum in a file of units; return a row, and warn unless a plain datum was declared.

    Parameters
    ----------
    units, communities
        Polygons in ``crs``, the working CRS.
    community
        What layers.toml says of the communities, which may be what is shifted.
    """
    found = suspect_datum(units, communities, crs, datum=file.spec.datum, community_datum=community.datum)
    if found is None:
        return []
    layer, spec = ("community", community) if found.of_communities else (file.layer, file.spec)
    written = ", ".join(community.path) if found.of_communities else file.written
    figures = f"{found.offset_m:.0f} m off; {_evidence(found)}"
    by = f", judging by {file.written}" if found.of_communities else ""
    if spec.datum in SHIFTED_DATUMS:
        warn(
            f'{written}: datum = "{spec.datum}" of [layers.{layer}] moves it away from where it fits{by}: {figures}; '
            f'write datum = "{found.datum}" if that is what it comes in'
        )
    elif not spec.datum_is_declared:
        warn(
            f"{written}: seems to come in {found.datum}{by}: {figures}; "
            f'if so, add datum = "{found.datum}" to [layers.{layer}], else datum = "{spec.datum}" to settle it'
        )
    return [Repair(layer, None, f"{SUSPECTED}{found.datum}", f"{written}: kept as {spec.datum}: {figures}")]


def _evidence(found: SuspectedDatum) -> str:
    """Word the figure that speaks loudest."""
    figure = max(_FIGURES, key=lambda name: _share(found.if_converted, name) - _share(found.as_read, name))
    now, then = (f"{100 * _share(fit, figure):.0f} %" for fit in (found.as_read, found.if_converted))
    return f"{now} of its borders lie {_FIGURES[figure]}, and {then} would"


def _share(fit: Fit, figure: str) -> float:
    share: float = getattr(fit, figure)
    return share
