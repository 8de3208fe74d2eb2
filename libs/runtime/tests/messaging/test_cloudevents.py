"""What a message looks like, judged by the CloudEvents library; and what is no message of the topic's owner."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st
from ltc_runtime.messaging.cloudevents import Envelope, Unreadable, attributes_of, headers_of, read_attributes, read_message
from shop import shop

TOLD = Envelope(
    origin=shop.name,
    log_id=UUID(int=1),
    position=7,
    prev=3,
    partition=2,
    hash=bytes(range(32)),
    event_id=UUID(int=2),
    type="ltc.shop.basket-closed.v1",
    stream="basket",
    stream_id=UUID(int=3),
    version=4,
    occurred_at=datetime(2026, 11, 24, 8, 0, 1, 234567, tzinfo=UTC),
    correlation_id=UUID(int=5),
    causation_id=UUID(int=6),
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    data=b'{"basket_id":"00000000-0000-0000-0000-000000000003",  "count": 2}',
)


def test_a_message_is_a_cloudevent_in_binary_mode() -> None:
    message = KafkaMessage(headers=dict(headers_of(TOLD)), key=str(TOLD.stream_id).encode(), value=TOLD.data)
    event = from_binary(message, JSONFormat(), CloudEvent)
    assert event.get_specversion() == "1.0"
    assert event.get_id() == str(TOLD.event_id)
    assert event.get_type() == TOLD.type
    assert event.get_source() == "/ltc/shop-svc"
    assert event.get_subject() == str(TOLD.stream_id)
    assert event.get_time() == TOLD.occurred_at
    assert event.get_dataschema() == "urn:ltc:schema:ltc.shop.basket-closed.v1"
    assert event.get_datacontenttype() == "application/json"
    assert event.get_data() == {"basket_id": str(UUID(int=3)), "count": 2}
    expected = {
        "origin": "shop-svc", "logid": str(UUID(int=1)), "position": "7", "prev": "3", "partition": "2", "hash": bytes(range(32)).hex(),
        "streamkind": "basket", "sequence": "4", "correlationid": str(UUID(int=5)), "causationid": str(UUID(int=6)),
        "traceparent": TOLD.traceparent,
    }  # fmt: skip
    assert {name: event.get_extension(name) for name in expected} == expected


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_instant_is_told_as_rfc_3339_writes_it(instant: datetime) -> None:
    told = dict(headers_of(TOLD._replace(occurred_at=instant)))["ce_time"].decode()
    assert told == instant.isoformat()


def test_the_trace_context_is_there_in_plain_too() -> None:
    headers = dict(headers_of(TOLD))
    assert headers["traceparent"] == headers["ce_traceparent"] == str(TOLD.traceparent).encode()
    assert dict(headers_of(TOLD, "00-" + "1" * 32 + "-" + "2" * 16 + "-01"))["traceparent"].startswith(b"00-1111")


def test_binary_mode_is_read_as_it_was_written() -> None:
    assert read_message(headers_of(TOLD), TOLD.data, "shop-svc", 2) == TOLD
    bare = TOLD._replace(causation_id=None, traceparent=None)
    assert read_message(headers_of(bare), bare.data, "shop-svc", 2) == bare


def test_structured_mode_is_read_too() -> None:
    compact = TOLD._replace(data=orjson.dumps(orjson.loads(TOLD.data)))
    binary = KafkaMessage(headers=dict(headers_of(compact)), key=None, value=compact.data)
    structured = to_structured(from_binary(binary, JSONFormat(), CloudEvent), JSONFormat())
    assert read_message(list(structured.headers.items()), structured.value, "shop-svc", 2) == compact


def test_the_feed_says_the_same() -> None:
    assert read_attributes(attributes_of(TOLD), TOLD.data, "shop-svc", 2) == TOLD


def changed(**headers: Any) -> list[tuple[str, bytes]]:
    names = {name if name in ("traceparent", "content-type") else f"ce_{name}": value for name, value in headers.items()}
    return [(name, value) for name, value in {**dict(headers_of(TOLD)), **names}.items() if value is not None]


@pytest.mark.parametrize(
    "headers",
    [
        [], [("ce_id", b"\xff\xfe")], changed(id=b"7"), changed(id=None), changed(specversion=b"0.3"),
        changed(hash=b"ab" * 31), changed(hash=b"AB" * 32), changed(hash=b"ab" * 32 + b"\n"),
        changed(position=b"0"), changed(position=b"-1"), changed(position=b"9" * 40), changed(position=b"7.0"),
        changed(position="٧".encode()), changed(prev=b"7"), changed(prev=b"8"), changed(prev=b""), changed(partition=b"1"),
        changed(origin=b"lead-svc"), changed(type=b"ltc.lead.captured.v1"), changed(type=b"basket-closed"),
        changed(type=b"ltc.shop.filled.v1"),
        changed(type=b"ltc.shop.basket-closed.v1\n"), changed(streamkind=b""), changed(streamkind=b"a\x00"), changed(sequence=b"0"),
        changed(sequence=b"99999999999"), changed(subject=b"someone"), changed(time=b"yesterday"), changed(time=b"2026-11-24T08:00:00"),
        changed(time=b"0001-01-01T00:00:00+23:00"), changed(correlationid=None), changed(causationid=b"x"), changed(logid=b"x"),
    ],
)  # fmt: skip
def test_what_has_no_readable_attributes_is_unreadable(headers: list[tuple[str, bytes]]) -> None:
    with pytest.raises(Unreadable):
        read_message(headers, TOLD.data, "shop-svc", 2)


@pytest.mark.parametrize(
    "value",
    [
        None, b"", b"\xff", b"{", b"[]", b"7", b'{"basket_id":1}', b'{"count":2}', b'{"basket_id":"x","count":2}', b'{"n":NaN}',
        b"[" * 100_000, b'{"basket_id":"00000000-0000-0000-0000-000000000003","count":2,"more":"\\ud800"}',
    ],
)  # fmt: skip
def test_what_has_no_readable_data_is_unreadable(value: bytes | None) -> None:
    with pytest.raises(Unreadable):
        read_message(headers_of(TOLD), value, "shop-svc", 2)


def test_a_type_this_version_does_not_know_is_readable() -> None:
    unknown = TOLD._replace(type="ltc.shop.basket-sold.v1", data=b'{"whatever":1}')
    assert read_message(headers_of(unknown), unknown.data, "shop-svc", 2) == unknown


def test_a_malformed_trace_context_is_ignored() -> None:
    headers = [(name, b"00-zz" if name.endswith("traceparent") else value) for name, value in headers_of(TOLD)]
    assert read_message(headers, TOLD.data, "shop-svc", 2) == TOLD._replace(traceparent=None)
