"""Draws values that a model accepts, out of its JSON Schema, and reuses what was said before so that ids and names meet."""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

Memory = dict[str, list[Any]]
"""What was said under a field's name."""

PLAIN = st.text(alphabet="abcXYZ 019客户", min_size=1, max_size=12).filter(lambda said: bool(said.strip()))


class NotDrawn(Exception):
    """No value that fits was found in a few tries."""


def model(draw: Any, kind: type[BaseModel], memory: Memory) -> BaseModel:
    """A value of ``kind``.

    Raises:
        NotDrawn: the schema alone does not say what the model wants.
    """
    schema = kind.model_json_schema(mode="validation")
    for _ in range(4):
        drawn = value(draw, schema, schema.get("$defs", {}), memory)
        try:
            return kind.model_validate(drawn)
        except (ValidationError, ValueError):
            continue
    raise NotDrawn(kind.__name__)


def value(draw: Any, schema: dict[str, Any], defs: dict[str, Any], memory: Memory, name: str = "") -> Any:
    """A JSON value that ``schema`` describes; half of the time one that was said before under this name."""
    if "$ref" in schema:
        return value(draw, defs[schema["$ref"].rsplit("/", 1)[1]], defs, memory, name)
    if memory.get(name) and draw(st.integers(0, 3)):
        return draw(st.sampled_from(memory[name][-8:]))
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return value(draw, draw(st.sampled_from(schema[union])), defs, memory, name)
    return _of_type(draw, schema, defs, memory, name)


def _of_type(draw: Any, schema: dict[str, Any], defs: dict[str, Any], memory: Memory, name: str) -> Any:
    match schema.get("type"):
        case "object" if "properties" in schema:
            required = set(schema.get("required", ()))
            asked = [field for field in schema["properties"] if field in required or draw(st.booleans())]
            return {field: value(draw, schema["properties"][field], defs, memory, field) for field in asked}
        case "object":
            return {}
        case "array":
            return _array(draw, schema, defs, memory, name)
        case "integer":
            return draw(st.integers(schema.get("minimum", -1000), schema.get("maximum", 10**6)))
        case "number":
            low, high = schema.get("minimum", schema.get("exclusiveMinimum", -10)), schema.get("maximum", 1000)
            return str(draw(st.decimals(low, high, places=2).filter(lambda drawn: drawn != schema.get("exclusiveMinimum"))))
        case "boolean":
            return draw(st.booleans())
        case "null" | None:
            return None
        case _:
            return _text(draw, schema)


def _array(draw: Any, schema: dict[str, Any], defs: dict[str, Any], memory: Memory, name: str) -> list[Any]:
    if "prefixItems" in schema:
        return [value(draw, item, defs, memory) for item in schema["prefixItems"]]
    size = draw(st.integers(schema.get("minItems", 0), min(schema.get("maxItems", 3), 3)))
    return [value(draw, schema.get("items", {}), defs, memory) for _ in range(max(size, schema.get("minItems", 0)))]


def _text(draw: Any, schema: dict[str, Any]) -> str:
    match schema.get("format"):
        case "uuid":
            return str(draw(st.uuids()))
        case "date":
            return draw(st.dates(*map(_date, ("2026-01-01", "2026-12-31")))).isoformat()
        case "date-time":
            return f"{draw(st.dates(*map(_date, ('2026-01-01', '2026-12-31')))).isoformat()}T12:00:00Z"
        case _ if "pattern" in schema and schema.get("pattern", "").startswith("^[^"):
            return str(draw(PLAIN))
        case _ if "pattern" in schema:
            return draw(st.from_regex(schema["pattern"], fullmatch=True).filter(lambda said: len(said) <= schema.get("maxLength", 10**4)))
        case _:
            return str(draw(PLAIN))


def _date(text: str) -> Any:
    return date.fromisoformat(text)


def remember(memory: Memory, said: BaseModel) -> None:
    """Keep what a command or event said, field by field, nested ones too."""
    _remember(memory, said.model_dump(mode="json"))


def _remember(memory: Memory, said: Any, name: str = "") -> None:
    if name and said is not None and said not in memory.setdefault(name, []):
        memory[name].append(said)
    if isinstance(said, dict):
        for field, inner in said.items():
            _remember(memory, inner, field)
    elif isinstance(said, list):
        for inner in said:
            _remember(memory, inner)
