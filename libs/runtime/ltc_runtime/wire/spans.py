"""Spans of telling and hearing: one act is followed across services by them.

Live, a message is one PRODUCER span whose context travels in its ``traceparent``, and one CONSUMER span as its child.
Catching up on a backlog makes one span per batch, linked to the events in it, and leaves their contexts alone.
Messaging names of OpenTelemetry are still in development; this is their only place.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanContext, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AnyValue

from .cloudevents import Told

LIVE_BATCH = 32
"""More events than these at once are a backlog."""

LIVE_SECONDS = 30.0
"""Events older than this are a backlog."""

MAX_LINKS = 128

_SYSTEM = "messaging.system"
_DESTINATION = "messaging.destination.name"
_PARTITION = "messaging.destination.partition.id"
_OPERATION = "messaging.operation.type"
_BATCH = "messaging.batch.message_count"
_GROUP = "messaging.consumer.group.name"

_propagator = TraceContextTextMapPropagator()


def sampled(traceparent: str | None) -> bool:
    """Whether somebody records this trace."""
    return traceparent is not None and int(traceparent[-2:], 16) & 1 == 1


def is_live(count: int, oldest: datetime) -> bool:
    """Whether events are told or heard as they happen; by system time."""
    return count <= LIVE_BATCH and (datetime.now(UTC) - oldest).total_seconds() < LIVE_SECONDS


def telling(topic: str, told: Told) -> Span:
    """The span of telling one event live, a child of what caused it."""
    return _tracer().start_span(f"send {topic}", _parent(told.traceparent), SpanKind.PRODUCER, _attributes(topic, "send", told))


def hearing(topic: str, told: Told, group: str) -> Span:
    """The span of hearing one message live, a child of its telling."""
    attributes: dict[str, AnyValue] = {**_attributes(topic, "process", told), _GROUP: group}
    return _tracer().start_span(f"process {topic}", _parent(told.traceparent), SpanKind.CONSUMER, attributes)


def telling_many(topic: str, events: Sequence[Told]) -> Span:
    """The span of telling a backlog."""
    attributes: dict[str, AnyValue] = {_SYSTEM: "kafka", _DESTINATION: topic, _OPERATION: "send", _BATCH: len(events)}
    return _tracer().start_span(f"send {topic}", Context(), SpanKind.PRODUCER, attributes, _links(events))


def hearing_many(topic: str, events: Sequence[Told], group: str) -> Span:
    """The span of hearing a backlog."""
    attributes: dict[str, AnyValue] = {_SYSTEM: "kafka", _DESTINATION: topic, _OPERATION: "process", _BATCH: len(events), _GROUP: group}
    return _tracer().start_span(f"process {topic}", Context(), SpanKind.CONSUMER, attributes, _links(events))


def traceparent_of(span: Span) -> str | None:
    """How the span's context is written, if it has one."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, trace.set_span_in_context(span, Context()))
    return carrier.get("traceparent")


def _tracer() -> trace.Tracer:
    return trace.get_tracer("ltc_runtime.wire")


def _attributes(topic: str, operation: str, told: Told) -> dict[str, AnyValue]:
    return {
        _SYSTEM: "kafka", _DESTINATION: topic, _PARTITION: str(told.partition), _OPERATION: operation,
        "messaging.message.id": str(told.event_id), "ltc.event.type": told.type, "ltc.position": told.position,
        "ltc.correlation_id": str(told.correlation_id),
    }  # fmt: skip


def _parent(traceparent: str | None) -> Context:
    return _propagator.extract({"traceparent": traceparent or ""}, Context())


def _links(events: Iterable[Told]) -> list[Link]:
    contexts = [_context(told.traceparent) for told in events if sampled(told.traceparent)][:MAX_LINKS]
    return [Link(context) for context in contexts]


def _context(traceparent: str | None) -> SpanContext:
    return trace.get_current_span(_parent(traceparent)).get_span_context()
