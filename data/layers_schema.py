"""What a layers.toml may say: its tables and keys as models, frozen, with every unknown key an error.

Described for users in docs/architecture.md ("Input"); read by `data.layers_file`.
"""

from __future__ import annotations

import codecs
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from geo.crs import parse_crs, require_projected_metres
from geo.datum import Datum
from geo.errors import CRSError
from geo.sources import SOURCE_LAYERS


def _one_or_several(value: Any) -> Any:
    """Turn one path or a list of paths into a tuple."""
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list) or not paths or not all(isinstance(path, str) and path.strip() for path in paths):
        raise PydanticCustomError("path", "must be a path, or a list of paths")
    if len(set(paths)) != len(paths):
        raise PydanticCustomError("path", "names a file twice")
    if not all(path.isprintable() for path in paths):  # "D:\\new" in TOML is "D:", the end of a line, and "ew"
        raise PydanticCustomError("path", "a backslash made another character of the letter after it; write / instead")
    return tuple(paths)


def _known_encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except LookupError:
        raise PydanticCustomError("encoding", "unknown encoding; write GBK, GB18030 or UTF-8") from None
    return value


def _known_crs(value: str) -> str:
    try:
        parse_crs(value)
    except CRSError as error:
        raise PydanticCustomError("crs", "{reason}", {"reason": str(error)}) from None
    return value


def _metric_crs(value: str) -> str:
    try:
        require_projected_metres(parse_crs(value))
    except CRSError as error:
        raise PydanticCustomError("crs", "{reason}", {"reason": str(error)}) from None
    return value


def _different(value: Any) -> Any:
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, tuple) and len(set(map(str, value))) != len(value):
        raise PydanticCustomError("twice", "names a layer twice")
    return value


Text = Annotated[str, Field(min_length=1)]
Paths = Annotated[tuple[str, ...], BeforeValidator(_one_or_several)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
SourceLayer = Literal["courtyard", "compound", "patrol_zone"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Fields(_Table):
    """Which column of a file holds what; names are case-sensitive."""

    id: Text | None = None

    def columns(self) -> dict[str, str]:
        """Return the mapped columns by what they hold, in the order of this class."""
        return {key: column for key, column in self if column is not None}


class CommunityFields(Fields):
    """Columns of the community layer."""

    code: Text
    name: Text | None = None
    street: Text | None = None
    rural: Text | None = None
    phone: Text | None = None
    street_name: Text | None = None
    county_name: Text | None = None


class UnitFields(Fields):
    """Columns of a source layer."""

    name: Text | None = None
    households: Text | None = None
    population: Text | None = None
    party_members: Text | None = None
    owners_committee: Text | None = None
    property_company: Text | None = None
    property_party: Text | None = None


class AreaFields(Fields):
    """Columns of the management areas."""

    name: Text | None = None
    type: Text | None = None


class BuildingFields(Fields):
    """Columns of the buildings."""

    name: Text | None = None
    households: Text | None = None
    population: Text | None = None
    party_members: Text | None = None


class PlaceFields(Fields):
    """Columns of premises and facilities."""

    name: Text | None = None
    kind: Text | None = None


class LineFields(Fields):
    """Columns of roads and barriers."""

    name: Text | None = None


class Layer(_Table):
    """One layer: its files, what they do not say themselves, and which column holds what."""

    path: Paths
    layer: Text | None = None
    encoding: Encoding | None = None
    crs: Annotated[str, AfterValidator(_known_crs)] | None = None
    datum: Datum = "CGCS2000"
    fields: Fields = Fields()

    @property
    def datum_is_declared(self) -> bool:
        """Whether the file names the datum, rather than leaving the default."""
        return "datum" in self.model_fields_set


class CommunityLayer(Layer):
    """The communities, in which every grid nests."""

    fields: CommunityFields


class UnitLayer(Layer):
    """Compounds, courtyards or patrol zones."""

    fields: UnitFields = UnitFields()


class AreaLayer(Layer):
    """Management areas."""

    fields: AreaFields = AreaFields()


class BuildingLayer(Layer):
    """Buildings."""

    fields: BuildingFields = BuildingFields()


class PlaceLayer(Layer):
    """Premises or facilities."""

    fields: PlaceFields = PlaceFields()


class LineLayer(Layer):
    """Roads or barriers."""

    fields: LineFields = LineFields()


class Layers(_Table):
    """All layers by name."""

    community: CommunityLayer
    compound: UnitLayer | None = None
    courtyard: UnitLayer | None = None
    patrol_zone: UnitLayer | None = None
    management_area: AreaLayer | None = None
    building: BuildingLayer | None = None
    premises: PlaceLayer | None = None
    facility: PlaceLayer | None = None
    road: LineLayer | None = None
    barrier: LineLayer | None = None


class TableFields(_Table):
    """Which column of a table holds what; the first four say which place a row is about."""

    grid_code: Text | None = None
    layer: Text | None = None
    source_id: Text | None = None
    community: Text | None = None

    def columns(self) -> dict[str, str]:
        """Return the mapped columns by what they hold, in the order of this class."""
        return {key: column for key, column in self if column is not None}

    @property
    def is_keyed(self) -> bool:
        """Whether the columns can say which place a row is about."""
        return self.grid_code is not None or self.community is not None or self.layer is not None

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if self.source_id is not None and self.layer is None:
            raise PydanticCustomError("key", "source_id needs layer beside it, which says whose id it is")
        if self.layer is not None and self.source_id is None and self.community is None:
            raise PydanticCustomError("key", "layer needs source_id beside it")
        if not self.is_keyed and self._needs_key():
            raise PydanticCustomError("key", "name no place: map grid_code, or layer and source_id")
        return self

    def _needs_key(self) -> bool:
        return True


class RosterFields(TableFields):
    """Columns of the roster."""

    post: Text
    name: Text | None = None
    phone: Text | None = None
    full_time: Text | None = None
    force: Text | None = None
    organisation: Text | None = None


class PartyFields(TableFields):
    """Columns of the party organisations."""

    organisation_id: Text
    name: Text
    level: Text
    parent_id: Text | None = None
    members: Text | None = None
    secretary: Text | None = None


class FundingFields(TableFields):
    """Columns of the money."""

    year: Text
    purpose: Text
    amount: Text


class ScoreFields(TableFields):
    """Columns of the score sheets."""

    period: Text
    item: Text | None = None
    points: Text


class ExceptionFields(TableFields):
    """Columns of the gaps accepted as exceptions."""

    kind: Text | None = None
    post: Text | None = None
    facility: Text | None = None
    gap_id: Text | None = None
    reason: Text
    signer: Text
    signed: Text | None = None
    expires: Text

    @model_validator(mode="after")
    def _names_gaps(self) -> Self:
        if self.gap_id is None and self.kind is None:
            raise PydanticCustomError("key", "name no gap: map kind, or gap_id")
        return self

    def _needs_key(self) -> bool:
        return self.gap_id is None


class TableFile(_Table):
    """CSV or XLSX files beside the layers that make one table."""

    path: Paths
    encoding: Encoding | None = None
    sheet: Text | None = None
    fields: TableFields


class RosterFile(TableFile):
    """Who holds which post."""

    fields: RosterFields


class PartyFile(TableFile):
    """Party organisations."""

    fields: PartyFields


class FundingFile(TableFile):
    """Money by grid or community."""

    fields: FundingFields


class ScoreFile(TableFile):
    """Score sheets."""

    fields: ScoreFields


class ExceptionFile(TableFile):
    """Gaps accepted as exceptions."""

    fields: ExceptionFields


class Tables(_Table):
    """All tables by name."""

    roster: RosterFile | None = None
    party: PartyFile | None = None
    funding: FundingFile | None = None
    scores: ScoreFile | None = None
    exceptions: ExceptionFile | None = None


class Merge(_Table):
    """How layers are merged; defaults as in `geo.sources.Parameters`."""

    precedence: Annotated[tuple[SourceLayer, ...], BeforeValidator(_different)] = SOURCE_LAYERS  # type: ignore[assignment]
    same_layer: Literal["smaller", "larger", "first"] = "smaller"
    sliver_width: float = Field(default=2.0, ge=0, le=100, allow_inf_nan=False)
    min_area: float = Field(default=20.0, ge=0, le=1_000_000, allow_inf_nan=False)
    straddle_width: float = Field(default=5.0, ge=0, le=1_000, allow_inf_nan=False)


class Codes(_Table):
    """How grids are numbered."""

    profile: Literal["DB11/T 2157", "CJ/T 349"] = "DB11/T 2157"
    object_code: str = Field(default="000000", pattern=r"^[0-9]{6}$")


class LayersToml(_Table):
    """The whole file."""

    name: Text | None = None
    working_crs: Annotated[str, AfterValidator(_metric_crs)] | None = None
    merge: Merge = Merge()
    codes: Codes = Codes()
    layers: Layers
    tables: Tables = Tables()
    standards: dict[str, Any] = {}
