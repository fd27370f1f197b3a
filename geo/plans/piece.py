"""A piece of a plan as the gap rules look at it (`geo.gaps.held.Held`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Floats, Geometries, Ints
from geo.columns import Columns
from geo.edits.ground import Grid, Ground
from geo.gaps.held import Held, Links
from geo.party import assigned
from geo.places import Places
from geo.plans.dossier import Dossier, Unit
from geo.plans.recorded import Records
from geo.rules import NOBODY

COMPOUND = "compound"


@dataclass(frozen=True, eq=False)
class Piece:
    """The grids that the ledgers of some communities look at, by code.

    ``own`` are the rows of those in the communities themselves, ``beyond`` those of compounds that land here too.
    """

    grids: Sequence[Grid]
    held: Held
    records: Records
    own: Ints
    beyond: Ints


def piece_of(ground: Ground, dossier: Dossier) -> Piece:
    """Gather what the ledgers of a dossier's communities look at."""
    inside = {one.code for one in dossier.communities}
    grids = concerned(ground, dossier, inside)
    code, grid_community = communities_of(grids, dossier)
    records = Records.of(grids, grid_community, code, dossier)
    compounds = compounds_of(dossier)

    def elsewhere(grid: Grid) -> bool:
        return grid.community not in inside and (grid.source_layer, grid.source_id) in compounds

    own = np.array([row for row, grid in enumerate(grids) if grid.community in inside], dtype=np.int64)
    return Piece(
        grids=grids,
        held=held_of(grids, ground, dossier, code, grid_community, records, own),
        records=records,
        own=own,
        beyond=np.array([row for row, grid in enumerate(grids) if elsewhere(grid)], dtype=np.int64),
    )


def concerned(ground: Ground, dossier: Dossier, inside: set[str]) -> list[Grid]:
    """Return the grids of the communities, and those elsewhere that their ledgers hang on, by code."""
    units = {label(one) for one in dossier.units}
    compounds = compounds_of(dossier)
    chosen = [
        grid
        for grid in ground.grids.values()
        if grid.community in inside
        or (grid.source_layer, grid.source_id) in compounds
        or any(len(units.intersection(face.claimants)) > 1 for face in grid.faces if len(face.claimants) > 1)
    ]
    return sorted(chosen, key=lambda grid: grid.code)


def compounds_of(dossier: Dossier) -> set[tuple[str, str]]:
    """Return the compounds among the units of a dossier, as grids name them."""
    return {(one.layer, one.source_id) for one in dossier.units if one.layer == COMPOUND}


def label(unit: Unit) -> str:
    """Name a unit as faces do."""
    return f"{unit.layer}:{unit.source_id}"


def communities_of(grids: Sequence[Grid], dossier: Dossier) -> tuple[NDArray[np.object_], Ints]:
    """Return the codes of the communities concerned, and the row of each grid's."""
    codes = sorted({*(one.code for one in dossier.communities), *(grid.community for grid in grids)})
    place = {code: row for row, code in enumerate(codes)}
    return np.array(codes, dtype=object), np.array([place[grid.community] for grid in grids], dtype=np.int64)


def held_of(
    grids: Sequence[Grid],
    ground: Ground,
    dossier: Dossier,
    code: NDArray[np.object_],
    grid_community: Ints,
    records: Records,
    own: Ints,
) -> Held:
    """Return what the gap rules look at; ``own`` are the rows of the grids in the dossier's communities."""
    units = units_of(grids, dossier)
    number = {label(unit): row for row, unit in enumerate(units)}
    faces = [face for grid in grids for face in grid.faces]
    face_grid = np.repeat(np.arange(len(grids)), [len(grid.faces) for grid in grids])
    claim_face = np.repeat(np.arange(len(faces)), [len(face.claimants) for face in faces])
    claim_unit = np.array([row for face in faces for row in sorted(number[one] for one in face.claimants)], np.int64)
    face_polygon = np.array([face.polygon for face in faces], dtype=object)
    grid_unit = np.array([number.get(f"{grid.source_layer}:{grid.source_id}", NOBODY) for grid in grids], np.int64)
    polygon = np.array([grid.polygon for grid in grids], dtype=object)
    rural = dict(dossier.rural) | {one.code: one.rural for one in dossier.communities}
    columns = grid_columns(grids, polygon, rural)
    land = {one.code: one.polygon for one in dossier.communities}
    sizes = np.array([len(code), len(units)])
    return Held(
        crs=dossier.crs,
        parameters=dossier.parameters,
        grid=columns,
        grid_polygon=polygon,
        grid_unit=grid_unit,
        grid_community=grid_community,
        face_polygon=face_polygon,
        face_grid=face_grid,
        face_area_m2=np.asarray(shapely.area(face_polygon), dtype=np.float64),
        claim_face=claim_face,
        claim_unit=claim_unit,
        unit=unit_columns(units),
        home=np.array([unit.home for unit in units], dtype=object),
        community={"code": code, "rural": np.array([rural[one] for one in code], dtype=np.bool_)},
        community_polygon=np.array([land.get(one) for one in code], dtype=object),
        hole=np.array([one.polygon for one in dossier.holes], dtype=object),
        hole_key=np.array([one.key for one in dossier.holes], dtype=object),
        hole_community=np.array([one.community for one in dossier.holes], dtype=object),
        links=Links.of(face_grid, claim_face, claim_unit, grid_unit, grid_community, sizes),
        buildings=buildings_of(ground, dossier),
        premises=None if dossier.premises is None else Places.of(dossier.premises, np.ones(len(dossier.premises))),
        standards=dossier.standards,
        roster=records.roster(),
        money=records.money(dossier.years),
        own_branch=records.own_branch(),
        assignments=assignments_of(columns, polygon, dossier, records, own),
        walks=dossier.walks,
        not_evaluated=dossier.not_evaluated,
        share=shares_of(grids, grid_unit, units),
    )


def units_of(grids: Sequence[Grid], dossier: Dossier) -> list[Unit]:
    """Return the units of a dossier, and whoever else has one of these grids or faces, by layer and id."""
    known = {label(one): one for one in dossier.units}
    others = {one for grid in grids for face in grid.faces for one in face.claimants}
    others |= {f"{grid.source_layer}:{grid.source_id}" for grid in grids if grid.source_layer != "community"}
    units = [*known.values(), *(unnamed(name) for name in others - known.keys())]
    return sorted(units, key=lambda unit: (unit.layer, unit.source_id))


def unnamed(name: str) -> Unit:
    """Return a unit of which no more is known than "layer:id"."""
    layer, _, source_id = name.partition(":")
    return Unit(layer, source_id)


def grid_columns(grids: Sequence[Grid], polygon: Geometries, rural: Mapping[str, bool]) -> Columns:
    """Return what is said of grids as columns (`geo.gaps.held.GRID_COLUMNS`)."""
    return {
        "code": texts(grid.code for grid in grids),
        "kind": texts(grid.kind for grid in grids),
        "community_code": texts(grid.community for grid in grids),
        "management_type": texts(grid.management_type for grid in grids),
        "households": counts(grid.households for grid in grids),
        "population": counts(grid.population for grid in grids),
        "party_members": counts(grid.party_members for grid in grids),
        "area_m2": np.asarray(shapely.area(polygon), dtype=np.float64),
        "rural": np.array([rural[grid.community] for grid in grids], dtype=np.bool_),
    }


def unit_columns(units: Sequence[Unit]) -> Columns:
    """Return what is said of units as columns; of households only whether they are counted is known."""
    names = ("layer", "source_id", "name", "owners_committee", "property_company", "property_party")
    return {
        **{name: texts(getattr(unit, name) for unit in units) for name in names},
        "households": counts(0 if unit.counted else None for unit in units),
        "label": texts(label(unit) for unit in units),
    }


def texts(values: Iterator[Any]) -> NDArray[np.object_]:
    """Return texts as an array."""
    return np.array(list(values), dtype=object)


def counts(values: Iterator[int | None]) -> Floats:
    """Return counts as an array, nan where unknown."""
    return np.array(list(values), dtype=np.float64)


def buildings_of(ground: Ground, dossier: Dossier) -> Places | None:
    """Return the buildings with their households; None where the build had no such layer."""
    if not dossier.buildings_counted:
        return None
    return Places.of(ground.buildings.point, ground.buildings.counts[:, 0].astype(np.float64))


def shares_of(grids: Sequence[Grid], grid_unit: Ints, units: Sequence[Unit]) -> Floats:
    """Return which part of the land that each grid's unit claims lies in the grid's community; 0 for unclaimed land."""
    pairs = zip(grids, grid_unit.tolist(), strict=True)
    return np.array([0.0 if row == NOBODY else units[row].share.get(grid.community, 0.0) for grid, row in pairs])


def assignments_of(grid: Columns, polygon: Geometries, dossier: Dossier, records: Records, own: Ints) -> Columns | None:
    """Return the party organisation of each grid, None where nobody says anything of members and organisations.

    Those of grids elsewhere are not looked for: they hang on their own communities.
    """
    if dossier.standards is None or ("party" not in dossier.tables and not dossier.members_known):
        return None
    form, organisation = records.forms()
    found = assigned(
        grid["code"][own],
        grid["community_code"][own],
        grid["party_members"][own],
        polygon[own],
        (form[own], organisation[own]),
        dossier.standards,
    )
    columns = {name: np.full(len(polygon), None, dtype=object) for name in found}
    for name, values in found.items():
        columns[name][own] = values
    columns["members"] = grid["party_members"]
    return columns
