"""States folded from their streams, true as long as the head has not moved under them."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from ltc_events import Stream, event_class

from ..service import Service
from .rows import Tail

CAPACITY = 100_000
"""Streams kept in memory."""

REREAD = 20_000
"""When another process appended more rows than this, everything is forgotten instead of looking which streams they touched."""


class StreamState(NamedTuple):
    """A stream as it stands: folded state, version and the deal it belongs to."""

    state: Any
    version: int
    correlation_id: UUID | None


TailKey = tuple[UUID, int]


class States:
    """The cache of stream states and heard tails of one process."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._streams: OrderedDict[Stream, StreamState] = OrderedDict()
        self._tails: dict[TailKey, Tail | None] = {}

    def get(self, stream: Stream) -> StreamState | None:
        """The state of a stream, if it is held."""
        held = self._streams.get(stream)
        if held is not None:
            self._streams.move_to_end(stream)
        return held

    def tail(self, key: TailKey) -> Tail | None:
        """The heard tail, if there is one; it must have been loaded."""
        return self._tails[key]

    def nothing(self, stream: Stream) -> StreamState:
        """A stream in which nothing has happened."""
        return StreamState(self.service.kinds[stream.kind].initial, 0, None)

    def absorb(self, streams: dict[Stream, StreamState], tails: dict[TailKey, Tail]) -> None:
        """Take over what was committed."""
        self._streams.update(streams)
        self._tails.update(tails)
        while len(self._streams) > CAPACITY:
            self._streams.popitem(last=False)

    def forget(self) -> None:
        """Forget everything."""
        self._streams.clear()
        self._tails.clear()

    async def load(self, connection: Any, streams: Iterable[Stream], tails: Iterable[TailKey]) -> None:
        """Read what is missing of these."""
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self._streams]
        if missing:
            await self._load_streams(connection, missing)
        unknown = [key for key in dict.fromkeys(tails) if key not in self._tails]
        if unknown:
            await self._load_tails(connection, unknown)

    async def refresh(self, connection: Any, old: int, new: int) -> None:
        """Forget the streams that rows behind ``old`` touched, up to ``new``."""
        if new - old > REREAD or new < old:
            self.forget()
            return
        touched = await connection.fetch(
            "SELECT DISTINCT stream, stream_id FROM log WHERE position > $1 AND position <= $2 AND origin IS NULL", old, new
        )
        for row in touched:
            self._streams.pop(Stream(row["stream"], row["stream_id"]), None)
        self._tails.clear()

    async def _load_streams(self, connection: Any, streams: list[Stream]) -> None:
        folded = {stream: self.nothing(stream) for stream in streams}
        rows = await connection.fetch(
            "SELECT stream, stream_id, version, type, data, correlation_id FROM log"
            " WHERE origin IS NULL AND stream_id = ANY($1) ORDER BY stream_id, stream, version",
            list({stream.id for stream in streams}),
        )
        for row in rows:
            stream = Stream(row["stream"], row["stream_id"])
            before = folded.get(stream)
            if before is not None:
                folded[stream] = self._fold(stream, before, row)
        self._streams.update(folded)

    def _fold(self, stream: Stream, before: StreamState, row: asyncpg.Record) -> StreamState:
        known = event_class(row["type"])
        if known is None:
            raise LookupError(f"{stream.kind} {stream.id}: version {row['version']} is of the unknown type {row['type']!r}")
        event = known.model_validate_json(row["data"])
        owner = self.service.kinds[stream.kind]
        deal = None if owner.shared else before.correlation_id or row["correlation_id"]
        return StreamState(owner.evolve(before.state, event), row["version"], deal)

    async def _load_tails(self, connection: Any, keys: list[TailKey]) -> None:
        rows = await connection.fetch("SELECT log_id, partition, position, event_id, hash FROM heard")
        self._tails.update(dict.fromkeys(keys))
        self._tails.update({(row["log_id"], row["partition"]): Tail(row["position"], row["event_id"], row["hash"]) for row in rows})
