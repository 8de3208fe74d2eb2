"""Spans of telling and hearing: one act is followed across services by them.

Live, a message is one PRODUCER span whose context travels in its ``traceparent``, and one CONSUMER span as its child.
Catching up on a backlog makes one span per batch, linked to the events in it, and leaves their contexts alone.
Messaging names of OpenTelemetry are still in development; this is their only place.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ..telemetry import CONSUMER, PRODUCER, Span
from .cloudevents import Envelope

LIVE_BATCH = 32
"""More events than these at once are a backlog."""

LIVE_SECONDS = 30.0
"""Events older than this are a backlog."""

MAX_LINKS = 128

SYSTEM = "messaging.system"
DESTINATION = "messaging.destination.name"
PARTITION = "messaging.destination.partition.id"
OPERATION = "messaging.operation.type"
MESSAGE = "messaging.message.id"
BATCH = "messaging.batch.message_count"
GROUP = "messaging.consumer.group.name"


def sampled(traceparent: str | None) -> bool:
    """Whether this trace is sampled."""
    return traceparent is not None and int(traceparent[-2:], 16) & 1 == 1


def is_live(count: int, oldest: datetime) -> bool:
    """Whether events are published or consumed as they happen; by system time."""
    return count <= LIVE_BATCH and (datetime.now(UTC) - oldest).total_seconds() < LIVE_SECONDS


def telling(topic: str, envelope: Envelope) -> Span:
    """The span of telling one event live, a child of what caused it."""
    return Span(f"send {topic}", PRODUCER, envelope.traceparent, _one(topic, "send", envelope))


def hearing(topic: str, envelope: Envelope, group: str) -> Span:
    """The span of hearing one message live, a child of its telling."""
    return Span(f"process {topic}", CONSUMER, envelope.traceparent, {**_one(topic, "process", envelope), GROUP: group})


def telling_many(topic: str, events: Sequence[Envelope]) -> Span:
    """The span of telling a backlog."""
    return Span(f"send {topic}", PRODUCER, None, _many(topic, "send", events), _links(events))


def hearing_many(topic: str, events: Sequence[Envelope], group: str) -> Span:
    """The span of hearing a backlog."""
    return Span(f"process {topic}", CONSUMER, None, {**_many(topic, "process", events), GROUP: group}, _links(events))


def _one(topic: str, operation: str, envelope: Envelope) -> dict[str, Any]:
    return {
        SYSTEM: "kafka", DESTINATION: topic, PARTITION: str(envelope.partition), OPERATION: operation, MESSAGE: str(envelope.event_id),
        "ltc.event.type": envelope.type, "ltc.position": envelope.position, "ltc.correlation_id": str(envelope.correlation_id),
    }  # fmt: skip


def _many(topic: str, operation: str, events: Sequence[Envelope]) -> dict[str, Any]:
    return {SYSTEM: "kafka", DESTINATION: topic, OPERATION: operation, BATCH: len(events)}


def _links(events: Sequence[Envelope]) -> list[str]:
    return [envelope.traceparent for envelope in events if envelope.traceparent is not None and sampled(envelope.traceparent)][:MAX_LINKS]
