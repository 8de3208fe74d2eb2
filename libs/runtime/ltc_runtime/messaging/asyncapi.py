"""What services publish and consume, as AsyncAPI 3.0: written from the contracts, for subscribers without our code."""

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

from ltc_events import Event, event_classes
from ltc_events.samples import sample
from pydantic.json_schema import models_json_schema

from ..service import Service, topic_of
from .cloudevents_schema import headers_example, headers_schema

Document = dict[str, Any]

SCHEMAS = "#/components/schemas/"
BOOTSTRAP = "localhost:9092"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def asyncapi(services: Sequence[Service], version: str, prefix: str = "") -> Document:
    """The document of these services: the topics they write with all events there, and the topics they read with what they act on.

    Args:
        services: the document is written from their side.
        version: of the installation.
        prefix: what stands before the names of topics in this cluster.
    """
    sent = {service.name: published_by(service.name) for service in services}
    received = {service.name: consumed_by(service) for service in services}
    carried: dict[str, list[type[Event]]] = {}
    for events in (*sent.values(), *(group for consumed in received.values() for group in consumed.values())):
        for event in events:
            known = carried.setdefault(event.origin(), [])
            if event not in known:
                known.append(event)
    every = [event for events in carried.values() for event in events]
    return {
        "asyncapi": "3.0.0",
        "info": _info(services, version),
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {_short(owner): _channel(owner, events, prefix) for owner, events in carried.items()},
        "operations": {**_sends(sent), **_receives(received)},
        "components": {
            "messages": {event.__name__: _message(event) for event in every},
            "schemas": {"CloudEventHeaders": headers_schema(), **_payloads(every)},
            "securitySchemes": {"login": {"type": "scramSha512", "description": "The login of a service or an analyst."}},
        },
    }


def published_by(service: str) -> list[type[Event]]:
    """The published events of a service, by their types. Its page must have been loaded."""
    return [event for _, event in sorted(event_classes().items()) if event.published and event.origin() == service]


def consumed_by(service: Service) -> dict[str, list[type[Event]]]:
    """The events of others that a service acts on or shows, by publisher."""
    consumed = {*service.policies_of, *(on.event for projection in service.projections for on in projection.ons)}
    return {
        origin: sorted((event for event in consumed if event.published and event.origin() == origin), key=lambda event: event.event_type)
        for origin in service.consumes
    }


def schema_of(event: type[Event]) -> Document:
    """The JSON Schema of one event, standing alone."""
    return {"$schema": DIALECT, "$id": f"urn:ltc:schema:{event.event_type}", **event.model_json_schema(mode="serialization")}


def meaning(event: type[Event]) -> str:
    """What an event means, in one line."""
    return " ".join(inspect.cleandoc(event.__doc__ or event.__name__).split())


def example(event: type[Event]) -> Document:
    """A full example of its data."""
    data: Document = sample(event).model_dump(mode="json")
    return data


def _info(services: Sequence[Service], version: str) -> Document:
    names = ", ".join(service.name for service in services)
    return {
        "title": names if len(services) == 1 else "OpenLTC",
        "version": version,
        "description": (
            f"What {names} publishes and consumes over Kafka. Messages are CloudEvents 1.0, binary mode. One may come twice, and never out "
            "of order within a partition as far as `ce_position` goes: skip what is not beyond the last position of the same "
            "`ce_logid` and partition. Ignore fields you do not know. Amounts of money are integers in minor units."
        ),
    }


def _server() -> Document:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "The Kafka cluster. Which brokers, which login and whether TLS is between are the installation's own.",
        "variables": {"bootstrap": {"default": BOOTSTRAP, "description": "host:port of a broker"}},
        "security": [{"$ref": "#/components/securitySchemes/login"}],
    }


def _short(service: str) -> str:
    return service.removesuffix("-svc")


def _channel(owner: str, events: Iterable[type[Event]], prefix: str) -> Document:
    topic = prefix + topic_of(owner)
    return {
        "address": topic,
        "title": f"What {owner} publishes",
        "description": "Only its owner writes here. The key is the aggregate's id; nothing expires; the partition count never changes.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"} for event in events},
        "bindings": {"kafka": {"topic": topic, "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1}}},
    }


def _sends(sent: dict[str, list[type[Event]]]) -> Document:
    return {
        f"{_short(service)}_tells": _operation("send", service, f"{service} publishes its events", events)
        for service, events in sent.items()
        if events
    }


def _receives(received: dict[str, dict[str, list[type[Event]]]]) -> Document:
    return {
        f"{_short(service)}_hears_{_short(origin)}": {
            **_operation("receive", origin, f"{service} acts on what {origin} publishes", events),
            "bindings": {"kafka": {"groupId": {"type": "string", "const": service}}},
        }
        for service, consumed in received.items()
        for origin, events in consumed.items()
    }


def _operation(action: str, owner: str, summary: str, events: Iterable[type[Event]]) -> Document:
    channel = f"#/channels/{_short(owner)}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "summary": summary,
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"} for event in events],
    }


def _message(event: type[Event]) -> Document:
    kind = {"type": "object", "properties": {"ce_type": {"const": event.event_type}}}
    return {
        "name": event.event_type,
        "title": event.__name__,
        "summary": meaning(event),
        "contentType": "application/json",
        "headers": {"allOf": [{"$ref": SCHEMAS + "CloudEventHeaders"}, kind]},
        "correlationId": {"description": "The deal.", "location": "$message.header#/ce_correlationid"},
        "payload": {"$ref": SCHEMAS + event.__name__},
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid", "description": "The aggregate's id, as in ce_subject."}}},
        "examples": [{"name": "full", "summary": "Every field is there.", "headers": headers_example(event), "payload": example(event)}],
    }


def _payloads(events: Sequence[type[Event]]) -> Document:
    _, written = models_json_schema([(event, "serialization") for event in events], ref_template=SCHEMAS + "{model}")
    schemas: Document = written["$defs"]
    return schemas
