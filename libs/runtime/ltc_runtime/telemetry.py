"""Traces: one act can be followed across services by one trace id.

Spans go out by OTLP (http/protobuf) when the standard ``OTEL_EXPORTER_OTLP_ENDPOINT`` (or ``..._TRACES_ENDPOINT``) is
set; otherwise nothing is recorded and only the ``traceparent`` is handed on. ``OTEL_SDK_DISABLED``,
``OTEL_TRACES_EXPORTER=none``, ``OTEL_TRACES_SAMPLER`` and the ``OTEL_BSP_*`` bounds are honoured.

A finished span is handed to the SDK's batch processor as the read-only span it would have become. The SDK's own way
there (context variables, limits and locks for spans that live long and are written by many) costs several times the rest.
"""

import os
import random
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from time import time_ns
from types import TracebackType
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Decision, ParentBased, Sampler
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from prometheus_client import Counter

TRACEPARENT = "traceparent"
SERVER, PRODUCER, CONSUMER, INTERNAL = SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.INTERNAL

_FORM = re.compile(r"^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$")
_SCOPE = InstrumentationScope("openltc")
_SAMPLED, _NOT_SAMPLED = TraceFlags(1), TraceFlags(0)
_UNSET, _ERROR = Status(StatusCode.UNSET), Status(StatusCode.ERROR)
_QUEUE = 16_384
_SECONDS = 1.0
_random = random.Random()
os.register_at_fork(after_in_child=_random.seed)


DROPPED = Counter("ltc_spans_dropped", "Finished spans that never reached the collector.", ["reason"])


class _Exporter(SpanExporter):
    """Counts what the collector did not take; it is not kept, so that a collector that is away costs no memory."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._inner.export(spans)
        if result is not SpanExportResult.SUCCESS:
            DROPPED.labels("not taken").inc(len(spans))
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()


class _Processor(BatchSpanProcessor):
    """Counts what finds the queue full; the oldest goes then."""

    def on_end(self, span: ReadableSpan) -> None:
        batch = self._batch_processor
        if len(batch._queue) >= batch._max_queue_size:
            DROPPED.labels("queue full").inc()
        super().on_end(span)


@dataclass(slots=True)
class _Outlet:
    """Where finished spans go."""

    processor: SpanProcessor
    resource: Resource
    sampler: Sampler | None
    """``None`` is the common one: as the parent, and always where there is none."""


_outlet: _Outlet | None = None
current: ContextVar["Span | None"] = ContextVar("ltc_span", default=None)


class Span:
    """Something that is being done, and on whose behalf.

    Used as a context manager it ends by itself, with an error if one passes through.
    """

    __slots__ = ("_attributes", "_kind", "_links", "_name", "_parent", "_started", "_token", "recording", "trace_id", "traceparent")

    def __init__(
        self, name: str, kind: SpanKind, parent: str | None = None, attributes: Mapping[str, Any] | None = None, links: Sequence[str] = ()
    ) -> None:
        found = None if parent is None else _FORM.match(parent)
        outlet = _outlet
        self.trace_id = found[1] if found else f"{_random.getrandbits(128) or 1:032x}"
        self.recording = outlet is not None and _wanted(outlet, self.trace_id, name, kind, found)
        if found and outlet is None:
            assert parent is not None
            self.traceparent = parent  # who records nothing hands on what it got
            return
        self.traceparent = f"00-{self.trace_id}-{_random.getrandbits(64) or 1:016x}-{'01' if self.recording else '00'}"
        if self.recording:
            self._name = name
            self._kind = kind
            self._parent = parent if found else None
            self._attributes = {} if attributes is None else dict(attributes)
            self._links = links
            self._started = time_ns()

    def set(self, name: str, value: Any) -> None:
        """Note something about it. Never a person's data."""
        if self.recording:
            self._attributes[name] = value

    def describe(self, attributes: Mapping[str, Any], status: int) -> None:
        """What an HTTP request was, and how it was answered; a status of 500 and above is our failure."""
        self._attributes = {**attributes, "http.response.status_code": status}
        if status >= 500:
            self._attributes["error.type"] = str(status)

    def end(self, error: str | None = None) -> None:
        """It is done; ``error`` names the kind of failure, if it failed."""
        if not self.recording:
            return
        self.recording = False
        outlet = _outlet
        if outlet is None:
            return
        if error is not None:
            self._attributes["error.type"] = error
        outlet.processor.on_end(
            ReadableSpan(
                self._name,
                context=_context(self.traceparent, remote=False),
                parent=None if self._parent is None else _context(self._parent, remote=True),
                resource=outlet.resource,
                attributes=self._attributes,
                links=[Link(_context(link, remote=True)) for link in self._links if _FORM.match(link)],
                kind=self._kind,
                status=_ERROR if "error.type" in self._attributes else _UNSET,
                start_time=self._started,
                end_time=time_ns(),
                instrumentation_scope=_SCOPE,
            )
        )

    def __enter__(self) -> "Span":
        self._token = current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        current.reset(self._token)
        self.end(None if kind is None else kind.__name__)


def configure(service: str, *, exporter: SpanExporter | None = None) -> bool:
    """Begin to record, if the environment (or ``exporter``, in tests) says where spans go. Call it after a fork.

    Returns:
        whether spans are recorded.
    """
    global _outlet
    if exporter is None and not _asked_for():
        return False
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": service}
    resource = Resource.create({"service.namespace": "openltc", **named})
    timeout = None if "OTEL_EXPORTER_OTLP_TIMEOUT" in os.environ or "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT" in os.environ else _SECONDS
    processor = _Processor(
        _Exporter(exporter or _otlp(timeout)),
        max_queue_size=None if "OTEL_BSP_MAX_QUEUE_SIZE" in os.environ else _QUEUE,
        schedule_delay_millis=None if "OTEL_BSP_SCHEDULE_DELAY" in os.environ else 1000,
    )
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(processor)
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(provider)  # for whatever speaks OpenTelemetry by itself
    common = type(provider.sampler) is ParentBased and provider.sampler._root is ALWAYS_ON
    _outlet = _Outlet(processor, resource, None if common else provider.sampler)
    return True


def _otlp(timeout: float | None) -> SpanExporter:
    # Here: it is slow to load, and without a collector for nothing.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(timeout=timeout)


def flush(seconds: float = 5.0) -> None:
    """Send what is waiting."""
    if _outlet is not None:
        _outlet.processor.force_flush(int(seconds * 1000))


def shutdown() -> None:
    """Send what is waiting and stop recording."""
    global _outlet
    if _outlet is not None:
        outlet, _outlet = _outlet, None
        outlet.processor.shutdown()


def trace_id_of(traceparent: str | None) -> str | None:
    """The trace a ``traceparent`` belongs to."""
    found = None if traceparent is None else _FORM.match(traceparent)
    return found[1] if found else None


def inject(headers: dict[str, str], traceparent: str | None = None) -> dict[str, str]:
    """``headers`` with the trace of what is being done now, or the given one."""
    span = current.get()
    value = traceparent or (span.traceparent if span is not None else None)
    return headers if value is None else {**headers, TRACEPARENT: value}


def extract(headers: Mapping[str, str]) -> str | None:
    """The ``traceparent`` in ``headers``, if it is a valid one."""
    value = headers.get(TRACEPARENT)
    return value if value is not None and _FORM.match(value) else None


def add_trace(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Bind the trace id to a log line (a structlog processor)."""
    span = current.get()
    if span is not None:
        event.setdefault("trace_id", span.trace_id)
    return event


def _asked_for() -> bool:
    env = os.environ
    if env.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if env.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() not in ("", "otlp"):
        return False
    return bool(env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))


def _wanted(outlet: _Outlet, trace_id: str, name: str, kind: SpanKind, parent: re.Match[str] | None) -> bool:
    if outlet.sampler is None:
        return parent is None or bool(int(parent[3], 16) & 1)
    context = None if parent is None else trace.set_span_in_context(NonRecordingSpan(_context(parent[0], remote=True)))
    return outlet.sampler.should_sample(context, int(trace_id, 16), name, kind).decision is Decision.RECORD_AND_SAMPLE


def _context(traceparent: str, *, remote: bool) -> SpanContext:
    flags = _SAMPLED if int(traceparent[53:55], 16) & 1 else _NOT_SAMPLED
    return SpanContext(int(traceparent[3:35], 16), int(traceparent[36:52], 16), remote, flags)
