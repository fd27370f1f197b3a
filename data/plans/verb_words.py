"""What is wrong with an edit as it is asked for, in words for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic_core import ErrorDetails

PLACES = {"move_vertex": ("from", "to"), "insert_vertex": ("at",), "delete_vertex": ("at",)}
WAYS = ("line", "polygon", "places")
"""Arguments that are a position, by verb, and those that are a list of some."""
POSITION = "must be two numbers, x and y, or longitude and latitude"
SENTENCES = {
    "missing": "is missing",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be a list",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
}
"""What is said after the name of an argument, by pydantic's kind of error."""


def verb_refused(errors: Sequence[ErrorDetails], verbs: Mapping[str, Sequence[str]]) -> str:
    """Say in one sentence what is wrong first.

    Parameters
    ----------
    errors
        Pydantic's, of a request; arguments of a verb stand below its name.
    verbs
        The arguments of each verb.
    """
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])
    kind, place = first["type"], first["loc"]
    if kind == "union_tag_invalid":
        return f"there is no verb {first['ctx']['tag']}; there are {', '.join(verbs)}"
    if kind == "union_tag_not_found":
        return f"an edit has a verb: {', '.join(verbs)}"
    if not place:
        return 'an edit is a JSON object, such as {"verb": "retag", "code": …, "name": …}'
    verb, argument, inside = str(place[0]), str(place[1]), place[2:]
    if kind == "extra_forbidden":
        return f"{verb} has no argument {argument}; it takes {', '.join(verbs[verb])}, and snap_m"
    is_place = argument in PLACES.get(verb, ())
    which = f"entry {int(inside[0]) + 1} of {argument}" if inside and not is_place else argument
    return f"{verb}: {which} {sentence(first, is_position=is_place or (argument in WAYS and len(inside) > 0))}"


def sentence(error: ErrorDetails, *, is_position: bool) -> str:
    """Say what is wrong with an argument, or an entry of it."""
    kind = error["type"]
    is_there = kind != "missing" or len(error["loc"]) > 2
    if is_position and is_there and kind != "finite_number":
        return POSITION
    told = SENTENCES.get(kind)
    return "can't be used as it is" if told is None else told.format(**error.get("ctx", {}))
