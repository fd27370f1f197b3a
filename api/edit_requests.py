"""Edits as they are asked for over HTTP: a verb with the revision that it was drawn on; shapes may be GeoJSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from data.plans import verbs
from data.plans.verbs import AnyVerb, read_verb

Revision = Annotated[int, Field(ge=0, le=2**31 - 2, description="The revision that it was drawn on.", examples=[12])]
KINDS = (
    verbs.Split, verbs.Merge, verbs.Reshape, verbs.MoveVertex, verbs.InsertVertex, verbs.DeleteVertex, verbs.Carve,
    verbs.Reassign, verbs.Retag, verbs.Lock,
)  # fmt: skip
EXAMPLES: dict[str, Any] = {
    "split": {"code": "530102001001003", "line": [[102.7, 25.0], [102.72, 25.01]]},
    "merge": {"codes": ["530102001001003", "530102001001004"], "keep": "530102001001003"},
    "carve": {"polygon": [[102.7, 25.0], [102.71, 25.0], [102.71, 25.01], [102.7, 25.0]], "name": "广场"},
    "reassign": {"places": [[102.7, 25.0]], "to": "530102001001004"},
}


def plain(said: Any) -> Any:
    """Take GeoJSON where positions are wanted: a LineString, the outer ring of a Polygon, places for faces."""
    if not isinstance(said, dict):
        return said
    said = dict(said)
    for name in ("line", "polygon"):
        shape = said.get(name)
        if isinstance(shape, dict) and shape.get("type") == "LineString":
            said[name] = shape.get("coordinates")
        elif isinstance(shape, dict) and shape.get("type") == "Polygon":
            rings = shape.get("coordinates")
            said[name] = rings[0] if isinstance(rings, list) and len(rings) == 1 else rings
    faces = said.get("faces")
    if isinstance(faces, list) and faces and isinstance(faces[0], list):
        said["places"] = said.pop("faces")
    return said


def asked_for(kind: type[verbs.Verb]) -> Any:
    """Return a verb with the revision beside it."""
    name = kind.model_fields["verb"].default
    example = {"verb": name, "base_revision": 12, **EXAMPLES.get(name, {})}
    config = ConfigDict(json_schema_extra={"examples": [example]} if name in EXAMPLES else {})
    fields: Any = {"verb": (Literal[name], ...), "base_revision": (Revision, ...)}
    model = create_model(
        f"{kind.__name__}Request", __base__=kind, __doc__=kind.__doc__,
        __validators__={"plain": model_validator(mode="before")(plain)}, **fields,
    )  # fmt: skip
    model.model_config.update(config)
    model.model_rebuild(force=True)
    return model


def union_of(kinds: Any) -> Any:
    """Return the union of some models."""
    union = kinds[0]
    for kind in kinds[1:]:
        union = union | kind
    return union


EditRequest: Any = Annotated[union_of([asked_for(kind) for kind in KINDS]), Field(discriminator="verb")]
"""Any verb, with ``base_revision``."""


def verb_of(asked: BaseModel) -> AnyVerb:
    """Return the verb of a request."""
    return read_verb(
        asked.model_dump(by_alias=True, exclude={"base_revision"}, exclude_unset=True) | {"verb": asked.verb}
    )  # type: ignore[attr-defined]
