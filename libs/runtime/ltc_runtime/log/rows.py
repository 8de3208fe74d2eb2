"""A row of the log before it is written: its bytes and the digest that the hash chain covers."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from ltc_events import Event, Stream

from ..clock import utc


class Meta(NamedTuple):
    """What is known of a command beside its content."""

    command_id: UUID
    actor: str
    roles: tuple[str, ...] = ()
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    occurred_at: datetime | None = None
    authority: str | None = None
    expected: tuple[Stream, int] | None = None
    """The version the caller saw of a stream (If-Match)."""


class ConsumedRow(NamedTuple):
    """A published event of another service."""

    event_id: UUID
    origin: str
    origin_log: UUID
    origin_position: int
    origin_prev: int
    origin_hash: bytes
    origin_partition: int
    stream: str
    stream_id: UUID
    version: int
    type: str
    actor: str
    correlation_id: UUID
    causation_id: UUID | None
    traceparent: str | None
    occurred_at: datetime
    data: bytes
    authority: str | None = None
    event: Event | None = None
    """What the bytes say, if it was read already."""


class Tail(NamedTuple):
    """The last event consumed from one partition of another service's log."""

    position: int
    event_id: UUID
    hash: bytes


@dataclass(slots=True)
class LogRow:
    """One row to append. ``position`` is what it gets if the head has not moved."""

    position: int
    event_id: UUID
    origin: str | None
    origin_log: UUID | None
    origin_position: int | None
    origin_prev: int | None
    origin_hash: bytes | None
    origin_partition: int | None
    stream: str
    stream_id: UUID
    version: int
    type: str
    actor: str
    roles: tuple[str, ...]
    correlation_id: UUID
    causation_id: UUID | None
    command_id: UUID | None
    traceparent: str | None
    occurred_at: datetime
    recorded_at: datetime
    authority: str | None
    tags: tuple[str, ...]
    partition: int | None
    data: bytes
    event: Event | None = field(default=None, compare=False, repr=False)
    """What the bytes say, as far as this process has it at hand; no column."""

    def digest(self) -> bytes:
        """SHA-256 over every field but position, prev and hash, which the chain adds.

        The fields, in column order, as one compact JSON array, a line feed, and the exact bytes of ``data``.
        """
        fields = [
            self.event_id, self.origin, self.origin_log, self.origin_position, self.origin_prev,
            self.origin_hash and self.origin_hash.hex(), self.origin_partition, self.stream, self.stream_id, self.version,
            self.type, self.actor, self.roles, self.correlation_id, self.causation_id, self.command_id, self.traceparent,
            self.occurred_at, self.recorded_at, self.authority, self.tags, self.partition,
        ]  # fmt: skip
        return sha256(orjson.dumps(fields, default=str) + b"\n" + self.data).digest()


class ReadRow(NamedTuple):
    """A row of the log as it was read back, for policies."""

    position: int
    event_id: UUID
    origin: str | None
    origin_position: int | None
    origin_partition: int | None
    stream: str
    stream_id: UUID
    version: int
    type: str
    actor: str
    correlation_id: UUID
    traceparent: str | None
    occurred_at: datetime
    recorded_at: datetime
    data: str
    event: Event | None = None


Followed = LogRow | ReadRow
"""A row of the log that policies follow: just appended by this process, or read back."""


_CONVERTED = frozenset({"roles", "tags", "data", "occurred_at", "recorded_at"})


def stored(record: Any) -> LogRow:
    """The row as it was read back from the table ``log``."""
    return LogRow(
        **{name: record[name] for name in COLUMNS if name not in _CONVERTED},
        roles=tuple(record["roles"]),
        tags=tuple(record["tags"]),
        data=record["data"].encode(),
        occurred_at=utc(record["occurred_at"]),
        recorded_at=utc(record["recorded_at"]),
    )


COLUMNS = tuple(name for name in LogRow.__dataclass_fields__ if name != "event")
"""The columns of `LogRow`, in the order of the table; ``prev`` and ``hash`` are made by the database."""
