"""A build that is being imported: its layers, each read when it is first asked for."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from data.build_layers import LAYERS
from data.output import Frame, read_build, read_crs, read_wkb
from data.plans.shapes import drawn
from geo.arrays import Geometries, Ints
from geo.errors import InputError


class Build(dict[str, Frame]):
    """The layers of a build without geometry, which is read as bytes, and drawn only where it is computed with."""

    def __init__(self, out: Path) -> None:
        super().__init__()
        self.out = out
        self.shapes: dict[str, pa.ChunkedArray] = {}
        self.geometries: dict[str, Geometries] = {}

    def __missing__(self, name: str) -> Frame:
        """Read a layer."""
        self[name] = read_build(self.out, [name], columns={name: list(LAYERS[name].columns)})[name]
        return self[name]

    def wkb(self, name: str) -> pa.ChunkedArray:
        """Read the geometry of a layer."""
        if name not in self.shapes:
            self.shapes[name] = read_wkb(self.out, name)
        return self.shapes[name]

    def drawn(self, name: str) -> Geometries:
        """Return the geometry of a layer to compute with."""
        if name not in self.geometries:
            self.geometries[name] = drawn(self.wkb(name))
        return self.geometries[name]

    def keep(self, name: str, rows: Ints) -> None:
        """Forget the rows of a layer but some, of which alone is asked from now on."""
        self[name] = self[name].iloc[rows].reset_index(drop=True)
        self.shapes[name] = self.wkb(name).take(pa.array(rows))

    def srid(self) -> int:
        """Return the EPSG code of its working CRS.

        Raises
        ------
        InputError
            It has none.
        """
        crs = read_crs(self.out)
        if crs is None:
            raise InputError(f"{self.out}: not a build of One Grid, its layer grids has no coordinate system")
        code = crs.to_epsg()
        if code is None:
            raise InputError(
                f"{self.out}: its working CRS {crs.name} has no EPSG code, which a plan needs; "
                'build it again with working_crs = "EPSG:…", or without any'
            )
        return int(code)
