"""The frozen files: where they are, what they would be today, and how they are written (``python -m tests.contracts``)."""

import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from ltc_events import Event, event_classes
from ltc_events.samples import sample

from .growth import breaks

HERE = Path(__file__).parent
SCHEMAS, GOLDEN, APIS, TOPICS = HERE / "schemas", HERE / "golden", HERE / "openapi", HERE / "asyncapi"
SERVICES = ("lead-svc", "opportunity-svc", "contract-svc", "order-svc", "billing-svc")


def load_services() -> dict[str, Any]:
    """The pages of the five services, by name; loading them makes their events known."""
    return {entry.name: entry.load() for entry in entry_points(group="ltc.services") if entry.name in SERVICES}


def events() -> dict[str, type[Event]]:
    """Every event of the five services and the kit, private and published."""
    load_services()
    return {
        name: known
        for name, known in sorted(event_classes().items())
        if known.origin() in (*SERVICES, "kit-svc") and not known.__module__.startswith("tests")
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


def openapi(service: str) -> dict[str, Any]:
    """What an API says of itself. Its log is never opened for that."""
    from unittest.mock import MagicMock

    from ltc_runtime.http.app import create_app
    from ltc_runtime.settings import Settings

    described = create_app(load_services()[service], MagicMock(), Settings(jwks="none.json")).openapi()
    return {**described, "info": {**described["info"], "version": "-"}}


def asyncapi(service: str) -> dict[str, Any]:
    """What a service says of its topic."""
    from ltc_runtime.messaging.asyncapi import asyncapi

    return asyncapi([load_services()[service]], "-")


def freeze() -> list[str]:
    """Write what is new and what grew; name what broke, which is written nowhere."""
    SCHEMAS.mkdir(exist_ok=True)
    GOLDEN.mkdir(exist_ok=True)
    APIS.mkdir(exist_ok=True)
    TOPICS.mkdir(exist_ok=True)
    for service in SERVICES:
        (TOPICS / f"{service}.json").write_text(text(asyncapi(service)))
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
