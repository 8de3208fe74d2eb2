"""OpenAPI documents compared with those of commit 9b257aa, before services were moved into features.

References are followed and texts are left out, so that only what a program sees counts. ``python -m tests.contracts.openapi_differences``
prints every difference that is not listed in ``openapi-differences.md``.
"""

import gzip
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
BEFORE = HERE / "openapi-before"
LISTED = HERE / "openapi-differences.md"
TEXTS = {"description", "summary", "title", "detail"}


class Listed(NamedTuple):
    """A difference that is intended."""

    service: str
    where: str
    """A path in the document; ``*`` stands for anything."""
    why: str


def resolved(node: Any, document: Any) -> Any:
    """The node without references, texts and names of components. A property may be called ``title``: only strings are texts."""
    if isinstance(node, list):
        return [resolved(each, document) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        target = document
        for step in node["$ref"][2:].split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return resolved(target, document)
    found = {name: resolved(each, document) for name, each in node.items() if not (name in TEXTS and isinstance(each, str))}
    if isinstance(required := found.get("required"), list):
        found["required"] = dict.fromkeys(sorted(required), True)
    if isinstance(parameters := found.get("parameters"), list):
        found["parameters"] = {f"{each['in']} {each['name']}": each for each in parameters}
    if "propertyName" in found and "mapping" in found:
        found["mapping"] = sorted(found["mapping"])
    return found


def operations(document: Any) -> dict[str, Any]:
    """The operations of a document, resolved, by method and path."""
    return {
        f"{method.upper()} {path}": resolved(operation, document)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def differences(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """Where two of them differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            if name in old and name in new:
                yield from differences(old[name], new[name], f"{at}/{name}" if at else name)
            else:
                yield f"{at}/{name} {'removed' if name in old else 'added'}".lstrip("/")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, f"{at}/{index}")
    elif old != new:
        yield f"{at} changed"


def before(service: str) -> dict[str, Any]:
    """The operations as they were; none of a service that is newer."""
    path = BEFORE / f"{service}.json.gz"
    found: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes())) if path.exists() else {}
    return found


def listed() -> list[Listed]:
    """The intended differences: the rows of the table."""
    rows = re.findall(r"^\| ([a-z-]+-svc) \| `([^`]+)` \| (.+) \|$", LISTED.read_text(), re.MULTILINE)
    return [Listed(*row) for row in rows]


def is_listed(service: str, difference: str, rows: list[Listed]) -> bool:
    """Whether a row allows a difference."""
    return any(row.service == service and fnmatchcase(difference, row.where.replace("[", "[[]")) for row in rows)


if __name__ == "__main__":
    from .frozen import SERVICES, openapi

    for service in SERVICES:
        for difference in differences(before(service), operations(openapi(service))):
            if not is_listed(service, difference, listed()):
                print(service, difference)
