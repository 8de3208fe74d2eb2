"""The frozen files: where they are, what they would be today, and how they are written (``python -m tests.contracts``)."""

import json
import random
import re
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from uuid import UUID

from ltc_events import Event, event_classes

from .growth import breaks

HERE = Path(__file__).parent
SCHEMAS, GOLDEN, APIS = HERE / "schemas", HERE / "golden", HERE / "openapi"
SERVICES = ("lead-svc", "opportunity-svc", "contract-svc", "order-svc", "billing-svc")


def load_services() -> dict[str, Any]:
    """The pages of the five services, by name; loading them makes their events known."""
    return {entry.name: entry.load() for entry in entry_points(group="ltc.services") if entry.name in SERVICES}


def events() -> dict[str, type[Event]]:
    """Every event of the five services, private and published."""
    load_services()
    return {
        name: known
        for name, known in sorted(event_classes().items())
        if known.origin() in SERVICES and not known.__module__.startswith("tests")
    }


def schema(event: type[Event]) -> dict[str, Any]:
    """The schema of an event as it is written."""
    return event.model_json_schema(mode="serialization")


def frozen(folder: Path) -> dict[str, Any]:
    """The frozen files of a folder, by name."""
    return {path.name.removesuffix(".json"): json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def text(content: Any) -> str:
    """One form of a frozen file, so that its diff is what changed."""
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


EXAMPLES = ("piece", "CNY", "LE-000001", "0f" * 32, "UTC", "09:00-18:00")
"""One of them fits every pattern there is."""


def sample(event: type[Event]) -> Event:
    """A full example of an event, the same each time: every optional field is there."""
    drawn = random.Random(event.event_type)
    said = event.model_json_schema(mode="validation")
    return event.model_validate(filled(said, said.get("$defs", {}), drawn))


def filled(part: dict[str, Any], defs: dict[str, Any], drawn: random.Random) -> Any:
    """A value for one part of a schema."""
    if "$ref" in part:
        return filled(defs[part["$ref"].rsplit("/", 1)[1]], defs, drawn)
    if "anyOf" in part:
        return filled(part["anyOf"][0], defs, drawn)
    if "const" in part or "enum" in part:
        return part.get("const", part.get("enum", [None])[0])
    match part.get("type"):
        case "object":
            return {name: filled(inner, defs, drawn) for name, inner in part.get("properties", {}).items()}
        case "array":
            return [filled(part["items"], defs, drawn) for _ in range(max(1, part.get("minItems", 1)))]
        case "integer":
            return max(1, part.get("minimum", 1))
        case "number":
            return "0.5"
        case "boolean":
            return True
        case _:
            return _filled_text(part, drawn)


def _filled_text(part: dict[str, Any], drawn: random.Random) -> str:
    id = str(UUID(int=drawn.getrandbits(128), version=4))
    if part.get("format") == "ltc-sealed":
        return f"sealed.v1.{id}.{'A' * 40}"
    texts = {"uuid": id, "date": "2026-03-31", "date-time": "2026-03-31T08:00:00Z"}
    fitting = (text for text in EXAMPLES if re.search(part.get("pattern", ""), text) and len(text) <= part.get("maxLength", 64))
    return texts.get(part.get("format", "")) or next(fitting)


def openapi(service: str) -> dict[str, Any]:
    """What an API says of itself. Its log is never opened for that."""
    from unittest.mock import MagicMock

    from ltc_runtime.edge.app import create_app
    from ltc_runtime.settings import Settings

    described = create_app(load_services()[service], MagicMock(), Settings(jwks="none.json")).openapi()
    return {**described, "info": {**described["info"], "version": "-"}}


def freeze() -> list[str]:
    """Write what is new and what grew; name what broke, which is written nowhere."""
    SCHEMAS.mkdir(exist_ok=True)
    GOLDEN.mkdir(exist_ok=True)
    APIS.mkdir(exist_ok=True)
    for service in SERVICES:
        (APIS / f"{service}.json").write_text(text(openapi(service)))
    broken = []
    for name, event in events().items():
        path, now = SCHEMAS / f"{name}.json", schema(event)
        if path.exists() and (lines := breaks(json.loads(path.read_text()), now)):
            broken += [f"{name} {line}" for line in lines]
        else:
            path.write_text(text(now))
            golden = GOLDEN / f"{name}.json"
            if not golden.exists():  # what was once stored is never written again
                golden.write_text(text(json.loads(sample(event).model_dump_json())))
    return broken
