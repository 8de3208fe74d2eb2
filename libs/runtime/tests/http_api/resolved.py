"""An OpenAPI document with what it shares put back in its place."""

from typing import Any


def resolved(document: dict[str, Any]) -> dict[str, Any]:
    """The document with references to parameters, headers, responses and examples replaced by what they name; those to schemas stay."""
    return {**document, "paths": _resolved(document["paths"], document)}


def _resolved(part: Any, document: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_resolved(each, document) for each in part]
    if not isinstance(part, dict):
        return part
    reference = part.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#/components/schemas/"):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return _resolved(found, document)
    return {name: _resolved(value, document) for name, value in part.items()}
