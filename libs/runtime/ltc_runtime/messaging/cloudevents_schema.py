"""The headers of a message as a JSON Schema, and as an example."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from ltc_events import Event

from .cloudevents import Envelope, headers_of

_UUID = {"type": "string", "format": "uuid"}
_TRACE = {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"}
_FROM_ONE = {"type": "string", "pattern": "^[1-9][0-9]{0,18}$"}
_FROM_NOUGHT = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,18})$"}
_AT = datetime(2026, 3, 31, 8, tzinfo=UTC)
_EXAMPLES = UUID("5c2e3a52-6ef0-4f0e-8d0b-3a7f1c2f9d10")


def headers_schema() -> dict[str, Any]:
    """The headers that every message carries; their values are text."""
    properties: dict[str, tuple[dict[str, Any], str]] = {
        "ce_specversion": ({"const": "1.0"}, "CloudEvents 1.0"),
        "ce_id": (_UUID, "The event: count it by this."),
        "ce_source": ({"type": "string", "pattern": "^/ltc/[a-z]+-svc$"}, "The service that publishes it."),
        "ce_type": (
            {"type": "string", "pattern": r"^ltc\.[a-z]+\.[a-z-]+\.v[1-9][0-9]*$"},
            "What happened, with the version of the schema.",
        ),
        "ce_subject": (_UUID, "The aggregate; also the key of the message."),
        "ce_time": ({"type": "string", "format": "date-time"}, "When it happened in the business."),
        "ce_dataschema": ({"type": "string", "format": "uri", "pattern": "^urn:ltc:schema:"}, "The name of the payload's JSON Schema."),
        "content-type": ({"const": "application/json"}, "What the value is."),
        "ce_origin": ({"type": "string"}, "The service whose log it stands in."),
        "ce_logid": (_UUID, "That log."),
        "ce_position": (_FROM_ONE, "Its position there, from 1."),
        "ce_prev": (
            _FROM_NOUGHT,
            "The position published before it in the same partition; 0 for the first. Shows whether anything is missing.",
        ),
        "ce_partition": (_FROM_NOUGHT, "The partition it was published in."),
        "ce_hash": ({"type": "string", "pattern": "^[0-9a-f]{64}$"}, "The hash of its row in the publisher's log."),
        "ce_streamkind": ({"type": "string"}, "The kind of aggregate."),
        "ce_sequence": (_FROM_ONE, "The version of the aggregate after it, from 1."),
        "ce_correlationid": (_UUID, "The deal."),
        "ce_causationid": (_UUID, "The event or command that caused it, if any."),
        "traceparent": (_TRACE, "W3C trace context, if any."),
        "ce_traceparent": (_TRACE, "The same, as an attribute."),
    }
    optional = {"ce_causationid", "traceparent", "ce_traceparent"}
    return {
        "title": "CloudEventHeaders",
        "description": "CloudEvents 1.0, Kafka binding, binary mode: attributes are headers.",
        "type": "object",
        "properties": {name: {**schema, "description": said} for name, (schema, said) in properties.items()},
        "required": [name for name in properties if name not in optional],
    }


def headers_example(event: type[Event]) -> dict[str, str]:
    """Headers as an event of this type has them."""

    def id(what: str) -> UUID:
        return uuid5(_EXAMPLES, f"{event.event_type} {what}")

    envelope = Envelope(
        origin=event.origin(), log_id=id("log"), position=41, prev=40, partition=2, hash=bytes.fromhex("0f" * 32), event_id=id("event"),
        type=event.event_type, stream=next(iter(event.model_fields)).removesuffix("_id"), stream_id=id("aggregate"), version=3,
        occurred_at=_AT, correlation_id=id("deal"),
        causation_id=id("cause"), traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", data=b"{}",
    )  # fmt: skip
    return {name: value.decode() for name, value in headers_of(envelope)}
