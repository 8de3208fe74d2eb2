"""Traces: what goes out, and when nothing does."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from desk import Client
from ltc_runtime import telemetry
from ltc_runtime.log import Log
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from receiver import Receiver

TRACE, SPAN = "a" * 32, "b" * 16
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"):
        monkeypatch.delenv(name, raising=False)
    provider = trace._TRACER_PROVIDER
    yield
    telemetry.shutdown()
    trace._TRACER_PROVIDER = provider


@pytest.fixture
def kept() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    assert telemetry.configure("desk-svc", exporter=exporter)
    return exporter


def finished(exporter: InMemorySpanExporter) -> Any:
    telemetry.flush()
    return exporter.get_finished_spans()


async def test_a_request_is_one_server_span_with_the_caller_as_parent(standing: Client, kept: InMemorySpanExporter) -> None:
    path = await standing.guest()
    telemetry.flush()
    kept.clear()
    await standing.get(path, headers={**standing.as_("sales"), "traceparent": PARENT})
    (span,) = finished(kept)
    assert (span.name, span.kind) == ("GET /guests/{guest_id}", trace.SpanKind.SERVER)
    assert dict(span.attributes) == {
        "http.request.method": "GET", "http.route": "/guests/{guest_id}", "url.scheme": "http", "http.response.status_code": 200,
    }  # fmt: skip
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == SPAN
    assert span.resource.attributes["service.name"] == "desk-svc"
    assert 0 < span.end_time - span.start_time < 10**10


async def test_the_log_carries_the_span_that_caused_a_row(client: Client, desk_log: Log, kept: InMemorySpanExporter) -> None:
    await client.guest()
    (span,) = finished(kept)
    written = await desk_log.pool.fetchval("SELECT traceparent FROM log")
    assert written == f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"


async def test_a_problem_names_its_trace(standing: Client, kept: InMemorySpanExporter) -> None:
    answer = await standing.get("/guests?limit=x", headers={**standing.as_("sales"), "traceparent": PARENT})
    assert answer.json()["trace_id"] == TRACE
    (span,) = finished(kept)
    assert span.status.status_code is trace.StatusCode.UNSET  # the caller's mistake is not our failure


async def test_persons_are_in_no_span(standing: Client, kept: InMemorySpanExporter) -> None:
    await standing.sign_in("Canary Ltd", "Canary Person")
    await standing.get("/guests?company=Canary", headers=standing.as_("sales", subject="canary@example.com"))
    assert "canary" not in " ".join(span.to_json() for span in finished(kept)).lower()


async def test_an_unsampled_caller_is_not_recorded_and_its_trace_goes_on(client: Client, desk_log: Log, kept: InMemorySpanExporter) -> None:
    await client.sign_in(traceparent=f"00-{TRACE}-{SPAN}-00")
    assert finished(kept) == ()
    written = await desk_log.pool.fetchval("SELECT traceparent FROM log")
    assert (written[3:35], written[-2:]) == (TRACE, "00")


async def test_probes_and_pages_make_no_spans(standing: Client, kept: InMemorySpanExporter) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/openapi.json", "/docs", "/nothing"):
        await standing.get(path)
    assert finished(kept) == ()


async def test_nothing_is_recorded_unless_an_endpoint_is_named(client: Client, desk_log: Log) -> None:
    assert not telemetry.configure("desk-svc")
    await client.sign_in(traceparent=PARENT)
    assert await desk_log.pool.fetchval("SELECT traceparent FROM log") == PARENT


@pytest.mark.parametrize(
    "variables",
    [
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
    ],
)
def test_the_standard_switches_are_honoured(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert not telemetry.configure("desk-svc")


async def test_spans_go_out_by_otlp(standing: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    assert telemetry.configure("desk-svc")
    await asyncio.gather(*(standing.get("/guests", headers={**standing.as_("sales"), "traceparent": PARENT}) for _ in range(50)))
    await asyncio.to_thread(telemetry.flush)
    spans = receiver.spans()
    assert len(spans) == 50
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    assert {span.parent_span_id.hex() for span in spans} == {SPAN}
    assert len({span.span_id for span in spans}) == 50
    resource = {attribute.key: attribute.value.string_value for attribute in receiver.received.resource_spans[0].resource.attributes}
    assert resource["service.name"] == "desk-svc"
    assert resource["service.namespace"] == "openltc"
    assert resource["deployment.environment.name"] == "test"


async def test_a_collector_that_is_away_slows_nobody(standing: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    telemetry.configure("desk-svc")
    before = dropped("not taken")
    answers = await asyncio.gather(*(standing.get("/guests", headers=standing.as_("sales")) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    await asyncio.to_thread(telemetry.flush)
    assert dropped("not taken") - before == 20


def test_spans_that_find_the_queue_full_are_dropped_and_counted_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8")
    stalled = Stalled()
    telemetry.configure("desk-svc", exporter=stalled)
    before = dropped("queue full")
    try:
        for _ in range(8):
            telemetry.Span("one", telemetry.INTERNAL).end()
        assert stalled.asked.wait(10)  # these are on their way, and do not arrive
        for _ in range(20):
            telemetry.Span("one", telemetry.INTERNAL).end()
        assert dropped("queue full") - before == 12
    finally:
        stalled.answers.set()


class Stalled(SpanExporter):
    """A collector that does not answer."""

    def __init__(self) -> None:
        self.asked, self.answers = threading.Event(), threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        self.answers.wait(30)
        return SpanExportResult.SUCCESS


def dropped(reason: str) -> float:
    """How many spans were, so far."""
    return float(telemetry.DROPPED.labels(reason)._value.get())


def test_a_sampler_decides_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.25")
    telemetry.configure("desk-svc", exporter=InMemorySpanExporter())
    recorded = sum(telemetry.Span("x", telemetry.INTERNAL).recording for _ in range(2000))
    assert 350 < recorded < 650
    assert telemetry.Span("x", telemetry.INTERNAL, PARENT).recording


def test_links_and_errors_are_kept(kept: InMemorySpanExporter) -> None:
    with suppress(KeyError), telemetry.Span("batch", telemetry.CONSUMER, links=[PARENT, "rubbish"], attributes={"a": 1}) as span:
        span.set("b", 2)
        raise KeyError
    (found,) = finished(kept)
    assert [f"{link.context.trace_id:032x}" for link in found.links] == [TRACE]
    assert dict(found.attributes) == {"a": 1, "b": 2, "error.type": "KeyError"}
    assert found.status.status_code is trace.StatusCode.ERROR


@pytest.mark.parametrize(
    "bad", ["", "x", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"01-{TRACE}-{SPAN}-01", f"00-{TRACE.upper()}-{SPAN}-01"]
)
def test_a_parent_that_is_none_is_ignored(bad: str) -> None:
    assert telemetry.trace_id_of(bad) is None
    assert telemetry.extract({"traceparent": bad}) is None
    span = telemetry.Span("x", telemetry.SERVER, bad)
    assert telemetry.trace_id_of(span.traceparent) == span.trace_id


def test_what_is_done_now_is_handed_on() -> None:
    assert telemetry.inject({"a": "b"}) == {"a": "b"}
    with telemetry.Span("x", telemetry.INTERNAL, PARENT):
        assert telemetry.inject({})["traceparent"] == PARENT
        assert telemetry.add_trace(None, "info", {})["trace_id"] == TRACE
