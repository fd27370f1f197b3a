"""The dossier of a piece of a plan: what its ledgers hang on beside the grids, and what no edit changes.

A plan of 400,000 grids is never loaded whole. Its ledgers are recomputed for the communities that an edit touched, from
their `geo.edits.ground.Ground` and this. To load the two for some communities C:

The ground
    1. all grids of C, and the buildings on them;
    2. of other communities, the grids that have a face claimed by both units of a pair that overlaps in C too, and the
       buildings there: such an overlap is one gap wherever it lies, about the grid that holds most of it;
    3. of other communities, all grids of every compound that claims a face in C, or has a grid there: a compound is
       judged once, by its main grid and all its households.

    More grids and buildings, such as those an edit looks at around it, do no harm.

The dossier
    4. the communities C, with the rows of the tables that are about them themselves; of the communities of 2 and 3,
       whether they are villages;
    5. the units that claim a face in C, or have a grid there;
    6. the holes whose community is one of C, and the buildings in them;
    7. the premises on C;
    8. the facilities of the plan, and the stretches of road around C: see `geo.walking.Walks.along`;
    9. the exceptions that name a gap by its id, where that gap may be one of those found (an id holds the code of its
       grid or community, or its units), and those that name one of the units of 5. Exceptions of a grid or a community
       are among its records; those of the other communities of 2 and 3 themselves are here, with ``community``.

The result is then what the build, or the whole plan, would say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyproj
import shapely

from geo.arrays import Geometries
from geo.edits.ground import Record
from geo.sources import Parameters
from geo.standards import Standards
from geo.walking import Walks


@dataclass(frozen=True)
class Community:
    """A community whose ledgers are wanted: its code, whether it is a village, its land (Polygon or MultiPolygon), and
    the rows of tables that are about it itself (``whole`` in `geo.tables.Matched`)."""

    code: str
    rural: bool
    polygon: shapely.Geometry
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Unit:
    """A source unit, as the layer ``units`` of a build has it.

    ``home`` is the community that holds most of it, None if none does; ``counted`` tells whether its layer counts its
    households. ``share`` is, by community, the part of the land it claims that lies there
    (`geo.plans.shares.claimed_shares`).
    """

    layer: str
    source_id: str
    name: str | None = None
    home: str | None = None
    counted: bool = False
    owners_committee: str | None = None
    property_company: str | None = None
    property_party: str | None = None
    share: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Hole:
    """A hole between communities: the key that names it, the community that it has most border with, its polygon."""

    key: str
    community: str
    polygon: shapely.Geometry


@dataclass(frozen=True, eq=False)
class Dossier:
    """What the ledgers of some communities hang on beside their grids; see the module for what to load.

    Parameters
    ----------
    crs
        The working CRS, as everything here is in it.
    parameters, standards, not_evaluated
        Of the build: see `geo.facts` for reading them back. A kind in ``not_evaluated`` is left out.
    tables
        The tables that the build had, by the names of `geo.tables.COLUMNS`: no row is not the same as no table.
    years
        By purpose of money, the latest year that the whole table has (`geo.funding.latest_years`).
    members_known
        Whether any unit or building of the plan counts party members.
    buildings_counted
        Whether there is a building layer at all: then households are where buildings are, in the ground.
    communities
        Those whose ledgers are wanted, all their grids being in the ground.
    rural
        By code, whether another community is a village, for those that grids of the ground lie in and that matter.
    units, holes
        See the module.
    premises
        Points, those on the communities at least; None where the build had no such layer.
    walks
        The ways to facilities (`geo.walking.Walks.along`, or all of them); None where none was measured.
    exceptions
        Rows of the table of exceptions that name a gap by id, a unit, or another community: ``gap_id``, or ``kind``
        and ``layer`` and ``source_id``, or ``kind`` and ``community``.
    """

    crs: pyproj.CRS
    parameters: Parameters
    standards: Standards | None
    not_evaluated: Mapping[str, str]
    tables: frozenset[str]
    years: Mapping[str, int | None]
    members_known: bool
    buildings_counted: bool
    communities: Sequence[Community]
    rural: Mapping[str, bool] = field(default_factory=dict)
    units: Sequence[Unit] = ()
    holes: Sequence[Hole] = ()
    premises: Geometries | None = field(default_factory=lambda: np.empty(0, dtype=object))
    walks: Walks | None = None
    exceptions: tuple[Record, ...] = ()
