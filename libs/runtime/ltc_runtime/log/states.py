"""States folded from their streams, true as long as the head has not moved under them."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from ltc_events import Stream, event_class

from ..numbers import Block
from ..service import Service
from .rows import Tail

CAPACITY = 64 * 1024 * 1024
"""Bytes of memory for the streams that are kept. An order of sixty lines holds as much as sixty small leads: a number of streams
would bound nothing."""

FOLDED = 10
"""Bytes that a state may take for each byte of JSON it is folded from: measured, 0.1 (an order knows quantities only) to 13 (a billing
plan knows each line)."""

STREAM_BYTES = 1_000
"""What a stream costs whatever it holds."""

MOST_BYTES = 512 * 1024
"""What a stream counts at most: one that is long, such as a series of numbers, holds little, and costs most to read again."""

REREAD = 20_000
"""When another process appended more rows than this, everything is forgotten instead of looking which streams they touched."""


class StreamState(NamedTuple):
    """A stream as it stands: folded state, version and the deal it belongs to."""

    state: Any
    version: int
    correlation_id: UUID | None
    size: int = STREAM_BYTES
    """Bytes that holding it takes, at most."""


def grown(before: StreamState, size: int) -> int:
    """What holding a stream takes after one more event of ``size`` bytes of JSON."""
    return min(before.size + FOLDED * size, MOST_BYTES)


TailKey = tuple[UUID, int]


_BEHIND = """
SELECT want.stream, want.id AS stream_id, row.version, row.type, row.data, row.correlation_id
FROM unnest($1::text[], $2::uuid[], $3::integer[], $4::boolean[]) AS want(stream, id, version, by_last), LATERAL (
    SELECT version, type, data, correlation_id FROM log
    WHERE origin IS NULL AND stream_id = want.id AND log.stream = want.stream AND log.version > want.version
    ORDER BY version DESC LIMIT CASE WHEN want.by_last THEN 1 END
) AS row
ORDER BY want.id, want.stream, row.version"""


class States:
    """The cache of stream states and consumed tails of one process."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._streams: OrderedDict[Stream, StreamState] = OrderedDict()
        self._size = 0
        self._behind: set[Stream] = set()  # held, and grown since by another process: what is new is folded on when they are needed
        self._tails: dict[TailKey, Tail | None] = {}
        self._blocks: dict[Stream, Block] = {}

    def get(self, stream: Stream) -> StreamState | None:
        """The state of a stream, if it is held and true."""
        held = self._streams.get(stream)
        if held is None or stream in self._behind:
            return None
        self._streams.move_to_end(stream)
        return held

    def tail(self, key: TailKey) -> Tail | None:
        """The tail, if there is one; it must have been loaded."""
        return self._tails[key]

    def block(self, stream: Stream) -> Block | None:
        """The numbers of a series that this process took and still gives, if any."""
        return self._blocks.get(stream)

    def nothing(self, stream: Stream) -> StreamState:
        """A stream in which nothing has happened."""
        return StreamState(self.service.kinds[stream.kind].initial, 0, None)

    def absorb(self, streams: dict[Stream, StreamState], tails: dict[TailKey, Tail], blocks: dict[Stream, Block]) -> None:
        """Take over what was committed."""
        self._hold(streams)
        self._tails.update(tails)
        self._blocks.update(blocks)
        while self._size > CAPACITY:
            self._drop(next(iter(self._streams)))

    def forget(self) -> None:
        """Forget everything; numbers that were taken and not given stay a gap."""
        self._blocks.clear()
        self._streams.clear()
        self._behind.clear()
        self._size = 0
        self._tails.clear()

    async def load(self, connection: Any, streams: Iterable[Stream], tails: Iterable[TailKey]) -> None:
        """Read what is missing of these."""
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self._streams or stream in self._behind]
        if missing:
            await self._load_streams(connection, missing)
        unknown = [key for key in dict.fromkeys(tails) if key not in self._tails]
        if unknown:
            await self._load_tails(connection, unknown)

    async def refresh(self, connection: Any, old: int, new: int) -> None:
        """Note which streams the rows behind ``old`` touched, up to ``new``."""
        if new - old > REREAD or new < old:
            self.forget()
            return
        touched = await connection.fetch(
            "SELECT DISTINCT stream, stream_id FROM log WHERE position > $1 AND position <= $2 AND origin IS NULL", old, new
        )
        self._behind.update(stream for row in touched if (stream := Stream(row["stream"], row["stream_id"])) in self._streams)
        self._tails.clear()

    def _hold(self, streams: dict[Stream, StreamState]) -> None:
        for stream, held in streams.items():
            self._drop(stream)
            self._streams[stream] = held
            self._size += held.size

    def _drop(self, stream: Stream) -> None:
        held = self._streams.pop(stream, None)
        if held is not None:
            self._size -= held.size
            self._behind.discard(stream)

    async def _load_streams(self, connection: Any, streams: list[Stream]) -> None:
        folded = {stream: self._streams.get(stream) or self.nothing(stream) for stream in streams}
        rows = await connection.fetch(
            _BEHIND,
            [stream.kind for stream in folded],
            [stream.id for stream in folded],
            [held.version for held in folded.values()],
            [self.service.kinds[stream.kind].by_last for stream in folded],
        )
        for row in rows:
            stream = Stream(row["stream"], row["stream_id"])
            folded[stream] = self._fold(stream, folded[stream], row)
        self._hold(folded)

    def _fold(self, stream: Stream, before: StreamState, row: asyncpg.Record) -> StreamState:
        known = event_class(row["type"])
        if known is None:
            raise LookupError(f"{stream.kind} {stream.id}: version {row['version']} is of the unknown type {row['type']!r}")
        event = known.model_validate_json(row["data"])
        owner = self.service.kinds[stream.kind]
        deal = None if owner.shared else before.correlation_id or row["correlation_id"]
        return StreamState(owner.evolve(before.state, event), row["version"], deal, grown(before, len(row["data"])))

    async def _load_tails(self, connection: Any, keys: list[TailKey]) -> None:
        rows = await connection.fetch("SELECT log_id, partition, position, event_id, hash FROM heard")
        self._tails.update(dict.fromkeys(keys))
        self._tails.update({(row["log_id"], row["partition"]): Tail(row["position"], row["event_id"], row["hash"]) for row in rows})
