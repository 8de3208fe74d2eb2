"""How a published event looks on a topic: a CloudEvents 1.0 message of the Kafka binding.

Published in *binary mode*: the attributes are headers, the value is the event's JSON, byte for byte as the publisher's log holds it.
Consumed in both modes (*structured*: one JSON document of media type ``application/cloudevents+json``).

Header names, all values UTF-8 text:

| header | what it says |
|--|--|
| ``ce_specversion`` | ``1.0`` |
| ``ce_id`` | event id |
| ``ce_source`` | ``/ltc/<service>`` |
| ``ce_type`` | event type with its version, such as ``ltc.lead.qualified.v1`` |
| ``ce_subject`` | aggregate id, also the key of the message |
| ``ce_time`` | when it happened in the business (RFC 3339) |
| ``ce_dataschema`` | ``urn:ltc:schema:<type>`` |
| ``content-type`` | ``application/json`` |
| ``ce_origin`` | service whose log it stands in |
| ``ce_logid`` | that log |
| ``ce_position`` | position in that log, from 1 |
| ``ce_prev`` | position of the event published before it in the same partition, 0 for the first |
| ``ce_partition`` | the partition it was published in |
| ``ce_hash`` | hash of its row in the publisher's log: 64 hexadecimal digits |
| ``ce_streamkind`` | kind of aggregate |
| ``ce_sequence`` | version of the aggregate after it, from 1 |
| ``ce_correlationid`` | the deal |
| ``ce_causationid`` | the event or command that caused it, if any |
| ``ce_traceparent``, ``traceparent`` | W3C trace context, if any; the plain one is what OpenTelemetry reads |
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from asyncpg.pgproto.pgproto import UUID as FastUUID
from ltc_events import Event, event_class
from ltc_events.vocabulary import EVENT_TYPE
from pydantic import ValidationError

from ..clock import utc

Header = tuple[str, bytes]
Headers = list[Header]

JSON = b"application/json"
STRUCTURED = b"application/cloudevents+json"
_VERSION: Header = ("ce_specversion", b"1.0")
_CONTENT: Header = ("content-type", JSON)
MAX_POSITION = 2**63 - 1
MAX_VERSION = 2**31 - 1

_KIND = re.compile(r"^[a-z][a-z0-9_-]{0,63}$")
_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")


class Envelope(NamedTuple):
    """A published event as its teller says it, whichever way it came: topic or feed."""

    origin: str
    log_id: UUID
    position: int
    prev: int
    partition: int
    hash: bytes
    event_id: UUID
    type: str
    stream: str
    stream_id: UUID
    version: int
    occurred_at: datetime
    correlation_id: UUID
    causation_id: UUID | None
    traceparent: str | None
    data: bytes
    """The event's JSON, byte for byte."""


class Unreadable(ValueError):
    """A message is no readable event of the topic's owner."""


def owner_of_type(event_type: str) -> str:
    """The service that publishes events of this type."""
    return event_type.split(".", 2)[1] + "-svc"


def headers_of(envelope: Envelope, traceparent: str | None = None) -> Headers:
    """The headers of a message in binary mode; ``traceparent`` replaces the stored one."""
    source, origin, log_id = _of_log(envelope.origin, envelope.log_id)
    kind, schema, stream = _of_kind(envelope.type, envelope.stream)
    headers = [
        _VERSION,
        ("ce_id", str(envelope.event_id).encode()),
        source,
        kind,
        ("ce_subject", str(envelope.stream_id).encode()),
        ("ce_time", orjson.dumps(utc(envelope.occurred_at))[1:-1]),  # what isoformat() says, in a tenth of its time
        schema,
        _CONTENT,
        origin,
        log_id,
        ("ce_position", b"%d" % envelope.position),
        ("ce_prev", b"%d" % envelope.prev),
        ("ce_partition", b"%d" % envelope.partition),
        ("ce_hash", envelope.hash.hex().encode()),
        stream,
        ("ce_sequence", b"%d" % envelope.version),
        ("ce_correlationid", str(envelope.correlation_id).encode()),
    ]
    if envelope.causation_id is not None:
        headers.append(("ce_causationid", str(envelope.causation_id).encode()))
    trace = traceparent or envelope.traceparent
    if trace is not None:
        context = trace.encode()
        headers += [("ce_traceparent", context), ("traceparent", context)]
    return headers


@lru_cache(maxsize=64)
def _of_log(origin: str, log_id: UUID) -> tuple[Header, ...]:
    return ("ce_source", b"/ltc/" + origin.encode()), ("ce_origin", origin.encode()), ("ce_logid", str(log_id).encode())


@lru_cache(maxsize=1024)
def _of_kind(event_type: str, stream: str) -> tuple[Header, ...]:
    said = event_type.encode()
    return ("ce_type", said), ("ce_dataschema", b"urn:ltc:schema:" + said), ("ce_streamkind", stream.encode())


def attributes_of(envelope: Envelope) -> dict[str, str]:
    """The same as attributes of a JSON document, beside ``data``: what the feed answers."""
    attributes = {name.removeprefix("ce_"): value.decode() for name, value in headers_of(envelope)}
    attributes["datacontenttype"] = attributes.pop("content-type")
    return attributes


def read_message(headers: Sequence[tuple[str, bytes]], value: bytes | None, owner: str, partition: int) -> Envelope:
    """The event that a message on partition ``partition`` of ``owner``'s topic carries.

    Raises:
        Unreadable: it carries none.
    """
    return read_event(headers, value, owner, partition)[0]


def read_event(headers: Sequence[tuple[str, bytes]], value: bytes | None, owner: str, partition: int) -> tuple[Envelope, Event | None]:
    """The same, with what its bytes say, if this process knows events of the type: it was read to see whether it fits.

    Raises:
        Unreadable: it carries none.
    """
    if value is None:
        raise Unreadable("no value")
    named = dict(headers)
    if (named.get("content-type") or b"").startswith(STRUCTURED):
        attributes, value = _structured(value)
        return _published(_named(attributes), value, owner, partition)
    return _published(named, value, owner, partition)


def read_attributes(attributes: Mapping[str, str], data: bytes, owner: str, partition: int) -> Envelope:
    """The event that these attributes and bytes say, if it is one of ``owner``'s on this partition.

    Raises:
        Unreadable: they do not say one.
    """
    return _published(_named(attributes), data, owner, partition)[0]


def _named(attributes: Mapping[str, str]) -> dict[str, bytes]:
    try:
        return {f"ce_{name}": text.encode() for name, text in attributes.items()}
    except UnicodeEncodeError:
        raise Unreadable("an attribute is no text") from None


def _published(named: Mapping[str, bytes], data: bytes, owner: str, partition: int) -> tuple[Envelope, Event | None]:
    envelope = _told(named, data)
    if envelope.origin != owner:
        raise Unreadable(f"origin {envelope.origin!r} does not own the topic")
    if envelope.partition != partition:
        raise Unreadable(f"told in partition {envelope.partition}")
    return envelope, _must_be_published(envelope)


def _told(named: Mapping[str, bytes], data: bytes) -> Envelope:
    """The attributes, each of its kind. Every consumed message comes through here: no more work than needed."""
    try:
        if named["ce_specversion"] != b"1.0":
            raise Unreadable("not CloudEvents 1.0")
        causation = named.get("ce_causationid")
        trace = named.get("traceparent") or named.get("ce_traceparent")
        position = _number(named["ce_position"], 1, MAX_POSITION)
        return Envelope(
            named["ce_origin"].decode(),
            FastUUID(named["ce_logid"].decode()),
            position,
            _number(named["ce_prev"], 0, position - 1),
            _number(named["ce_partition"], 0, MAX_VERSION),
            _hash(named["ce_hash"]),
            FastUUID(named["ce_id"].decode()),
            named["ce_type"].decode(),
            _kind(named["ce_streamkind"]),
            FastUUID(named["ce_subject"].decode()),
            _number(named["ce_sequence"], 1, MAX_VERSION),
            _time(named["ce_time"].decode()),
            FastUUID(named["ce_correlationid"].decode()),
            FastUUID(causation.decode()) if causation else None,
            _trace(trace) if trace else None,
            data,
        )
    except KeyError as missing:
        raise Unreadable(f"{missing.args[0]!r} is missing") from None
    except Unreadable:
        raise
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise Unreadable(f"malformed attribute: {error}") from None


def _must_be_published(envelope: Envelope) -> Event | None:
    """The type is the owner's, the data is a JSON object, and where the contract is known it fits: then the event."""
    owner, known = _contract(envelope.type)
    if owner != envelope.origin:
        raise Unreadable(f"{envelope.type} is not {envelope.origin}'s to tell")
    try:
        # Before the contract: pydantic's own parser lets NaN pass, which the database refuses.
        fields = orjson.loads(envelope.data)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"data is no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise Unreadable("data is no JSON object")
    if known is None:
        return None
    if not known.published:
        raise Unreadable(f"{envelope.type} is private")
    try:
        return known.model_validate_json(envelope.data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise Unreadable(f"data does not fit {envelope.type}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


@lru_cache(maxsize=1024)
def _contract(event_type: str) -> tuple[str, type[Event] | None]:
    """Whose a type is, and its class where this process knows it."""
    return owner_of_type(_matching(EVENT_TYPE, "type", event_type)), event_class(event_type)


def _structured(value: bytes) -> tuple[dict[str, str], bytes]:
    try:
        document: Any = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"structured event is no JSON: {error}") from None
    if not isinstance(document, dict) or "data" not in document:
        raise Unreadable("structured event without data")
    data = orjson.dumps(document.pop("data"))
    return {name: attribute if isinstance(attribute, str) else str(attribute) for name, attribute in document.items()}, data


def _number(text: bytes, low: int, high: int) -> int:
    if len(text) > 19 or not text.isdigit():
        raise Unreadable(f"{text[:40]!r} is no number")
    number = int(text)
    if number < low or number > high:
        raise Unreadable(f"{number} is not between {low} and {high}")
    return number


def _matching(pattern: re.Pattern[str], name: str, text: str) -> str:
    # fullmatch: `$` alone would let a trailing line break pass.
    if not pattern.fullmatch(text):
        raise Unreadable(f"{name} {text[:80]!r} is malformed")
    return text


@lru_cache(maxsize=1024)
def _kind(text: bytes) -> str:
    return _matching(_KIND, "streamkind", text.decode())


def _hash(text: bytes) -> bytes:
    # fromhex alone would take spaces and capitals: other spellings of the same hash.
    if len(text) != 64 or not text.isalnum() or text.lower() != text:
        raise Unreadable(f"hash {text[:80]!r} is no SHA-256")
    return bytes.fromhex(text.decode())


def _trace(text: bytes) -> str | None:
    """A trace context; a malformed one is ignored, as the standard asks."""
    trace = text.decode("ascii", "replace")
    return trace if _TRACEPARENT.fullmatch(trace) else None


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is UTC:
        return time
    if time.tzinfo is None:
        raise Unreadable(f"time {text!r} has no offset")
    # An offset may carry the first or last day beyond what a timestamp can hold.
    return time.astimezone(UTC)
