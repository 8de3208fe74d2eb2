"""The comparer of schemas itself: it lets contracts grow and nothing else."""

from copy import deepcopy
from typing import Any

import pytest

from .growth import breaks

SCHEMA: dict[str, Any] = {
    "title": "Told",
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "kind": {"enum": ["a", "b"], "type": "string"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
        "note": {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}], "default": None},
    },
    "required": ["id", "kind", "lines"],
    "$defs": {"Line": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The schema with one place changed, or removed where the value is ``...``."""
    new: Any = deepcopy(SCHEMA)
    *way, last = path.split("/")
    at = new
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return dict(new)


@pytest.mark.parametrize(
    "grown",
    [
        SCHEMA,
        changed("properties/more", {"type": "string"}),
        changed("$defs/Line/properties/more", {"type": "string"}),
        changed("$defs/New", {"type": "object"}),
        changed("description", "Said better."),
    ],
)
def test_a_schema_may_stay_or_grow_by_optional_properties(grown: dict[str, Any]) -> None:
    assert breaks(SCHEMA, grown) == []


@pytest.mark.parametrize(
    "broken",
    [
        changed("properties/note", ...),
        changed("properties/id/type", "integer"),
        changed("properties/id/format", ...),
        changed("properties/kind/enum", ["a", "b", "c"]),
        changed("properties/note/anyOf/0/maxLength", 8),
        changed("properties/lines/items/$ref", "#/$defs/Other"),
        changed("properties/note/default", "x"),
        changed("required", ["id", "kind"]),
        changed("required", ["id", "kind", "lines", "note"]),
        changed("$defs/Line/properties/n/minimum", 0),
        changed("$defs/Line", ...),
    ],
)
def test_anything_else_is_named_as_a_break(broken: dict[str, Any]) -> None:
    assert breaks(SCHEMA, broken)
