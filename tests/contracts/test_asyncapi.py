"""What outsiders are told of the topics: valid AsyncAPI by the official schema, true to what is sent, and served without a token."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import httpx
import jsonschema_rs
import pytest
from ltc_events.samples import sample
from ltc_runtime.http.app import ServiceApp, create_app
from ltc_runtime.messaging.asyncapi import asyncapi as document_of
from ltc_runtime.messaging.asyncapi import consumed_by
from ltc_runtime.settings import Settings

from .frozen import SERVICES, TOPICS, asyncapi, events, load_services, text

OFFICIAL = Path(__file__).parent / "official/asyncapi-3.0.0.json"
HOUSE = "the whole house"
PUBLISHED = {name: event for name, event in events().items() if event.published}


@cache
def document(of: str) -> dict[str, Any]:
    """The document of a service, or of all."""
    return document_of(list(load_services().values()), "-") if of == HOUSE else asyncapi(of)


@cache
def official() -> Any:
    """The AsyncAPI Initiative's own schema, in a validator that is not ours."""
    return jsonschema_rs.validator_for(json.loads(OFFICIAL.read_text()))


@pytest.mark.parametrize("of", [*SERVICES, HOUSE])
def test_a_document_is_valid_by_the_official_schema(of: str) -> None:
    assert [error.message[-300:] for error in official().iter_errors(document(of))] == []


def test_the_official_schema_finds_what_is_wrong() -> None:
    broken: Any = json.loads(json.dumps(document("lead-svc")))
    broken["operations"]["lead_tells"]["action"] = "shout"
    assert not official().is_valid(broken)
    broken = json.loads(json.dumps(document("lead-svc")))
    broken["channels"]["lead"]["topik"] = "x"
    assert not official().is_valid(broken)


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_is_what_its_snapshot_says(service: str) -> None:
    path = TOPICS / f"{service}.json"
    assert path.exists(), "new: write it with `python -m tests.contracts`"
    assert text(asyncapi(service)) == path.read_text(), "changed: look at it, then write it with `python -m tests.contracts`"


def references(part: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


@pytest.mark.parametrize("of", [*SERVICES, HOUSE])
def test_every_reference_leads_somewhere_and_nothing_is_there_for_nobody(of: str) -> None:
    whole = document(of)
    named = set(references(whole))
    for reference in named:
        found: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    held = {f"#/components/{kind}/{name}" for kind in ("messages", "schemas") for name in whole["components"][kind]}
    assert held <= named


def test_the_house_tells_every_published_event_and_nothing_private() -> None:
    whole = document(HOUSE)
    assert {message["name"] for message in whole["components"]["messages"].values()} == set(PUBLISHED)
    for name, event in PUBLISHED.items():
        channel = whole["channels"][event.origin().removesuffix("-svc")]
        assert event.__name__ in channel["messages"], name
        assert channel["address"] == f"ltc.{event.origin().removesuffix('-svc')}.v1"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_sends_to_its_own_topic_alone_and_receives_what_it_acts_on(name: str) -> None:
    whole, service = document(name), load_services()[name]
    own = name.removesuffix("-svc")
    by_action: dict[str, dict[str, set[str]]] = {"send": {}, "receive": {}}
    for operation in whole["operations"].values():
        channel = operation["channel"]["$ref"].rpartition("/")[2]
        by_action[operation["action"]][channel] = {message["$ref"].rpartition("/")[2] for message in operation["messages"]}
    assert by_action["send"] == {own: {event.__name__ for event in PUBLISHED.values() if event.origin() == name}}
    heard = {origin.removesuffix("-svc"): {event.__name__ for event in group} for origin, group in consumed_by(service).items()}
    assert by_action["receive"] == heard


def validator(whole: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A validator for a part of a document, whose references are those of the whole."""
    return jsonschema_rs.validator_for({**schema, "components": whole["components"]}, validate_formats=True)


@pytest.mark.parametrize("name", PUBLISHED)
def test_examples_fit_what_they_are_examples_of_and_are_readable_events(name: str) -> None:
    whole, event = document(HOUSE), PUBLISHED[name]
    message = whole["components"]["messages"][event.__name__]
    (given,) = message["examples"]
    assert [error.message for error in validator(whole, message["payload"]).iter_errors(given["payload"])] == []
    assert [error.message for error in validator(whole, message["headers"]).iter_errors(given["headers"])] == []
    assert event.model_validate(given["payload"]) == sample(event)
    other = next(other for other in PUBLISHED if other != name)
    assert not validator(whole, message["headers"]).is_valid({**given["headers"], "ce_type": other})
    assert not validator(whole, message["payload"]).is_valid({})


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_payload_in_the_document_says_what_the_frozen_schema_says(name: str) -> None:
    whole, event = document(HOUSE), PUBLISHED[name]
    frozen = event.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    for model, schema in frozen.pop("$defs", {}).items():
        assert whole["components"]["schemas"][model] == schema
    assert whole["components"]["schemas"][event.__name__] == frozen


@cache
def served(service: str) -> ServiceApp:
    """A service whose log nobody opens."""
    return create_app(load_services()[service], MagicMock(), Settings(jwks="none.json", topic_prefix="try."))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_serves_its_contracts_without_a_token(service: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served(service)), base_url="http://service") as client:
        whole = (await client.get("/asyncapi.json")).json()
        assert official().is_valid(whole)
        own = service.removesuffix("-svc")
        assert whole["channels"][own]["address"] == f"try.ltc.{own}.v1"
        listed = (await client.get("/schemas")).json()
        assert set(listed) == {message["name"] for message in whole["components"]["messages"].values()}
        for name, path in listed.items():
            answer = await client.get(path)
            assert answer.headers["content-type"] == "application/schema+json"
            assert answer.json()["$id"] == f"urn:ltc:schema:{name}"
            jsonschema_rs.validator_for(answer.json(), validate_formats=True).validate(sample(PUBLISHED[name]).model_dump(mode="json"))
        missing = await client.get("/schemas/ltc.lead.never-told.v1.json")
        assert (missing.status_code, missing.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("page", ["/events", "/docs", "/redoc"])
async def test_the_pages_for_people_load_nothing_from_elsewhere(service: str, page: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served(service)), base_url="http://service") as client:
        answer = await client.get(page)
        assert answer.status_code == 200
        assert "//" not in answer.text.replace("http://service", "").replace("://json-schema.org", "")
        if page == "/events":
            assert all(event.__name__ in answer.text for event in PUBLISHED.values() if event.origin() == service)
