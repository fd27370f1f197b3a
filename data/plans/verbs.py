"""What a planner may ask of a plan: the verbs, their arguments, and the edit that each stands for.

Positions are GeoJSON coordinates, in the CRS that the request names: longitude and latitude unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import numpy as np
import pyproj
import shapely
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from data.plans.verb_words import verb_refused
from geo.arrays import Floats, Ints
from geo.crs import from_lonlat, to_lonlat
from geo.edits.carve import carve_grid
from geo.edits.drawing import drawn
from geo.edits.ground import Edit, Fresh, Ground
from geo.edits.lock import lock_grid
from geo.edits.merge import merge_grids
from geo.edits.reassign import reassign_faces, reassign_unit
from geo.edits.reshape import reshape_grids
from geo.edits.retag import retag_grid
from geo.edits.split import split_grid
from geo.edits.vertices import delete_vertex, insert_vertex, move_vertex
from geo.errors import EditRefused, InputError, LineMissesGridError
from geo.noding import CELLS_PER_M

MOST_VERTICES = 10_000
"""Of a line: a drawn one has dozens."""

Position: TypeAlias = Annotated[tuple[float, float], Field(description="x and y, or longitude and latitude")]
Line: TypeAlias = Annotated[list[Position], Field(min_length=2, max_length=MOST_VERTICES)]
Code: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]


@dataclass(frozen=True)
class Scene:
    """Where an edit takes place: the ground, how positions come to the working CRS, and where new grids get their
    identity from."""

    ground: Ground
    to_working: Callable[[Floats], Floats]
    fresh: Fresh

    def line(self, line: Sequence[Position], snap_m: float) -> Ints:
        """Return a drawn line as segments in grid cells, drawn to the borders near it."""
        return drawn(self.to_working(np.array(line, dtype=np.float64)), self.ground, snapping_distance=snap_m)

    def place(self, position: Position) -> tuple[int, int]:
        """Return a position in grid cells."""
        x, y = np.rint(self.to_working(np.array([position], dtype=np.float64))[0] * CELLS_PER_M).astype(np.int64)
        return int(x), int(y)

    def vertex(self, position: Position, snap_m: float) -> tuple[int, int]:
        """Return the vertex of a border that a position means, in grid cells: the nearest within reach, else itself."""
        place = np.array(self.place(position))
        corners = shapely.get_coordinates([grid.polygon for grid in self.ground.grids.values()])
        away = np.hypot(*(corners * CELLS_PER_M - place).T)
        if len(corners) and away.min() <= snap_m * CELLS_PER_M:
            place = np.rint(corners[np.argmin(away)] * CELLS_PER_M).astype(np.int64)
        return int(place[0]), int(place[1])


class Verb(BaseModel):
    """An edit as it is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)

    verb: str
    snap_m: float = Field(0.5, ge=0, le=50, description="Metres within which what is drawn is drawn to borders")


class Split(Verb):
    """Split a grid along a line."""

    verb: Literal["split"] = "split"
    code: Code
    line: Line


class Merge(Verb):
    """Merge neighbouring grids into one of them."""

    verb: Literal["merge"] = "merge"
    codes: Annotated[list[Code], Field(min_length=1, max_length=999)]
    keep: Code


class Reshape(Verb):
    """Make a line the border between neighbouring grids."""

    verb: Literal["reshape"] = "reshape"
    codes: Annotated[list[Code], Field(min_length=2, max_length=999)]
    line: Line


class MoveVertex(Verb):
    """Move a vertex that grids share."""

    verb: Literal["move_vertex"] = "move_vertex"
    start: Position = Field(alias="from")
    to: Position


class InsertVertex(Verb):
    """Insert a vertex into a border."""

    verb: Literal["insert_vertex"] = "insert_vertex"
    at: Position


class DeleteVertex(Verb):
    """Delete a vertex of a border."""

    verb: Literal["delete_vertex"] = "delete_vertex"
    at: Position


class Carve(Verb):
    """Carve an area out of one grid or several."""

    verb: Literal["carve"] = "carve"
    polygon: Annotated[list[Position], Field(min_length=4, max_length=MOST_VERTICES)]
    name: Annotated[str | None, Field(max_length=200)] = None


class Reassign(Verb):
    """Give faces, named by their ids or by places in them, or all of a source unit, to another grid."""

    verb: Literal["reassign"] = "reassign"
    faces: Annotated[list[Code], Field(max_length=1000)] = []
    places: Annotated[list[Position], Field(max_length=1000)] = []
    unit: str | None = None
    to: Code


class Retag(Verb):
    """Change a grid's name, its management type, or both."""

    verb: Literal["retag"] = "retag"
    code: Code
    name: Annotated[str | None, Field(max_length=200)] = None
    management_type: str | None = None


class Lock(Verb):
    """Lock a grid against edits, or unlock it."""

    verb: Literal["lock"] = "lock"
    code: Code
    locked: bool = True


AnyVerb: TypeAlias = Annotated[
    Split | Merge | Reshape | MoveVertex | InsertVertex | DeleteVertex | Carve | Reassign | Retag | Lock,
    Field(discriminator="verb"),
]
VERBS: TypeAdapter[AnyVerb] = TypeAdapter(AnyVerb)
ARGUMENTS = {
    str(kind.model_fields["verb"].default): [
        field.alias or name for name, field in kind.model_fields.items() if name not in Verb.model_fields
    ]
    for kind in Verb.__subclasses__()
}
"""The arguments of each verb, beside ``snap_m``."""


def read_verb(said: object) -> AnyVerb:
    """Read an edit from a JSON object.

    Raises
    ------
    InputError
        It is none of the verbs, or an argument can't be used; which.
    """
    try:
        return VERBS.validate_python(said)
    except ValidationError as error:
        raise InputError(verb_refused(error.errors(include_url=False), ARGUMENTS)) from None


def written_verb(verb: Verb) -> dict[str, object]:
    """Write an edit's arguments, but for the verb, as they are kept in the log."""
    return verb.model_dump(mode="json", by_alias=True, exclude={"verb"}, exclude_defaults=True)


def codes_meant(verb: Verb) -> list[str]:
    """Return the grids that an edit names."""
    match verb:
        case Split() | Retag() | Lock():
            return [verb.code]
        case Merge():
            return [*verb.codes, verb.keep]
        case Reshape():
            return verb.codes
        case Reassign():
            return [verb.to, *(face.rpartition("-")[0] for face in verb.faces)]
    return []


def positions_meant(verb: Verb) -> list[Position]:
    """Return where an edit that names no grid is drawn."""
    match verb:
        case MoveVertex():
            return [verb.start]
        case InsertVertex() | DeleteVertex():
            return [verb.at]
        case Carve():
            return verb.polygon
    return []


def positions_drawn(verb: Verb) -> list[Position]:
    """Return every position that an edit names."""
    match verb:
        case Split() | Reshape():
            return verb.line
        case MoveVertex():
            return [verb.start, verb.to]
        case Reassign():
            return verb.places
    return positions_meant(verb)


def snapped_within(verb: Verb) -> float:
    """Return how far, in metres, from where it is drawn an edit that names no grid may change something.

    A vertex is the nearest within ``snap_m``. What is carved has vertices drawn as far, and follows borders that lie as
    far from the straight way between two of these.
    """
    match verb:
        case MoveVertex() | DeleteVertex():
            return verb.snap_m
        case Carve():
            return 2 * verb.snap_m
    return 0.0


def edit_of(verb: AnyVerb, scene: Scene) -> Edit:  # noqa: PLR0911 (a verb, a return)
    """Return the edit that a request stands for, on the ground of a scene."""
    snap_m = verb.snap_m
    match verb:
        case Split():
            return split_grid(verb.code, scene.line(verb.line, snap_m), fresh=scene.fresh)
        case Merge():
            return merge_grids(verb.codes, keep=verb.keep)
        case Reshape():
            return reshape_grids(verb.codes, scene.line(verb.line, snap_m))
        case MoveVertex():
            return move_vertex(scene.vertex(verb.start, snap_m), scene.place(verb.to))
        case InsertVertex():
            return insert_vertex(scene.place(verb.at))
        case DeleteVertex():
            return delete_vertex(scene.vertex(verb.at, snap_m))
        case Carve():
            return carve_grid(scene.line(verb.polygon, snap_m), name=verb.name, fresh=scene.fresh)
        case Reassign():
            return reassignment(verb, scene)
        case Retag():
            return retag_grid(verb.code, name=verb.name, management_type=verb.management_type)
        case Lock():
            return lock_grid(verb.code, locked=verb.locked)


def reassignment(verb: Reassign, scene: Scene) -> Edit:
    """Return the edit that gives faces, or a unit, to another grid."""
    if verb.unit is not None:
        return reassign_unit(verb.unit, to=verb.to)
    points = list(shapely.points(scene.to_working(np.array(verb.places, dtype=np.float64).reshape(-1, 2))))
    points += [point_in(scene.ground, face) for face in verb.faces]
    if not points:
        raise LineMissesGridError("name the faces, the places or the unit to reassign", [verb.to])
    return reassign_faces(np.array(points, dtype=object), to=verb.to)


def point_in(ground: Ground, face_id: str) -> shapely.Point:
    """Return a point in a face ("code-number", numbered from 1 as in the layer ``faces``)."""
    code, _, number = face_id.rpartition("-")
    faces = ground.grid(code).faces
    if not number.isdecimal() or not 1 <= int(number) <= len(faces):
        raise EditRefused(f"grid {code} has no face {face_id}; it has {len(faces)}", [code])
    return shapely.point_on_surface(faces[int(number) - 1].polygon)


def into(working: pyproj.CRS, given: pyproj.CRS) -> Callable[[Floats], Floats]:
    """Return the way from the CRS of a request to the working CRS."""
    if given == working:
        return lambda xy: xy
    return lambda xy: from_lonlat(to_lonlat(xy, given), working)
