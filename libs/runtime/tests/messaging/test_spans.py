"""One act is followed over the topic by one trace id."""

from collections.abc import Iterator

import pytest
from ltc_runtime import telemetry
from messaging_world import World
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

TRACE = "0af7651916cd43dd8448eb211c80319c"
ACT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    telemetry.configure("shop-svc", exporter=exporter)
    yield exporter
    telemetry.shutdown()


def spans(exporter: InMemorySpanExporter, kind: SpanKind) -> list[ReadableSpan]:
    telemetry.flush()
    return [span for span in exporter.get_finished_spans() if span.kind is kind]


def span_id(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.span_id:016x}"


async def test_live_a_message_is_a_producer_span_and_hearing_it_its_child(here: World, exported: InMemorySpanExporter) -> None:
    here.start_relay()
    here.start_hear()
    await here.baskets(1)
    await here.all_heard()
    await here.baskets(1, traceparent=ACT)
    await here.all_heard()
    (sent,) = spans(exported, SpanKind.PRODUCER)
    assert sent.context is not None
    assert f"{sent.context.trace_id:032x}" == TRACE
    assert sent.parent is not None
    assert f"{sent.parent.span_id:016x}" == ACT[36:52]
    (message,) = [message for message in await here.messages() if b"traceparent" in [name.encode() for name, _ in message.headers]]
    assert dict(message.headers)["traceparent"].decode() == f"00-{TRACE}-{span_id(sent)}-01"
    (heard,) = spans(exported, SpanKind.CONSUMER)
    assert heard.parent is not None
    assert f"{heard.parent.span_id:016x}" == span_id(sent)
    row = (await here.heard())[-1]
    assert row["traceparent"] == f"00-{TRACE}-{span_id(heard)}-01"


async def test_catching_up_is_one_span_per_batch_with_links(here: World, exported: InMemorySpanExporter) -> None:
    for _ in range(150):
        await here.baskets(1, traceparent=ACT)
    here.start_relay()
    await here.all_told()
    (sent,) = spans(exported, SpanKind.PRODUCER)
    assert sent.attributes is not None
    assert sent.attributes["messaging.batch.message_count"] == 150
    assert len(sent.links) == 128
    assert all(dict(message.headers)["traceparent"].decode() == ACT for message in await here.messages())
    here.start_hear()
    await here.all_heard()
    assert 0 < len(spans(exported, SpanKind.CONSUMER)) < 20
    assert all(row["traceparent"] == ACT for row in await here.heard())
