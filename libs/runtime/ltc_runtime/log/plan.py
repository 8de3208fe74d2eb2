"""A batch while it is decided: cached states, what the batch has decided so far, and what is to be written."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

from ltc_events import Command, Decider, Event, Fact, GivenStates, Stream, derive_id, event_class, reads_of
from sqlalchemy import Table

from ..clock import utc
from ..numbers import Block, Numbered
from .errors import AlreadyThere, Stale
from .rows import ConsumedRow, Followed, LogRow, Meta, Tail
from .states import States, StreamState, TailKey, grown
from .tables import heard

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Kind = Literal["put", "insert", "keep", "change", "remove"]
Write = tuple[Kind, dict[str, Any]]
RowKey = tuple[Table, tuple[Any, ...]]
Savepoint = tuple[int, int]


class Work(Protocol[T_co]):
    """Something to be decided and written with others in one batch."""

    @property
    def streams(self) -> Collection[Stream]:
        """Own streams whose state must be at hand."""
        ...

    @property
    def fresh(self) -> Collection[Stream]:
        """Those of them that were just named and hold nothing: not read. (If that is wrong, the log's constraints say so.)"""
        ...

    @property
    def tails(self) -> Collection[TailKey]:
        """Heard tails that must be at hand."""
        ...

    def plan(self, plan: "Plan") -> T_co:
        """Decide. Whatever is raised fails this work alone, and nothing it staged is kept."""
        ...


class Plan:
    """What a batch decides, in order, each work on what those before it decided."""

    def __init__(self, states: States, head: int, now: tuple[datetime, datetime], partitions: int) -> None:
        self.rows: list[LogRow] = []
        self.writes: dict[RowKey, Write] = {}
        self.advances: dict[str, tuple[int, int]] = {}
        self.streams: dict[Stream, StreamState] = {}
        self.tails: dict[TailKey, Tail] = {}
        self.blocks: dict[Stream, Block] = {}
        self._states = states
        self._service = states.service
        self._start = head
        self._business, self._system = now
        self._partitions = partitions
        self._commands: dict[UUID, bool] = {}
        self._fresh: set[Stream] = set()
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []

    @property
    def now(self) -> datetime:
        """System time of the batch."""
        return self._system

    @property
    def today(self) -> datetime:
        """Business time of the batch."""
        return self._business

    @property
    def head(self) -> int:
        """The position of the last row, those staged here included."""
        return self._start + len(self.rows)

    def version(self, stream: Stream) -> int:
        """The version a stream is at, counting what is staged."""
        return self._state(stream).version

    def state(self, stream: Stream) -> Any:
        """The state of a stream, counting what is staged."""
        return self._state(stream).state

    def assume_fresh(self, streams: Collection[Stream]) -> None:
        """Take these streams to be empty without having read them."""
        self._fresh.update(streams)

    def decide(self, command: Command, meta: Meta) -> list[LogRow]:
        """Decide a command and stage what comes of it.

        Returns:
            The staged rows; none where the command finds nothing to do.

        Raises:
            Refusal: the rules forbid it, or `Stale`: the stream is not at the expected version.
            AlreadyThere: the same command is part of this batch.
        """
        if meta.expected is not None:
            stream, version = meta.expected
            if self.version(stream) != version:
                raise Stale(version=self.version(stream), expected=version)
        if meta.command_id in self._commands:
            raise AlreadyThere(meta.command_id)
        numbered, number = self.numbered(command), None
        if numbered is not None and getattr(command, numbered.field) is None:
            number = self._next_number(numbered)
            command = command.model_copy(update={numbered.field: numbered.series.text(self._business.year, number)})
        decider = self._service.decider_of[type(command)]
        events: Sequence[Event]
        if decider.decide is not None or reads_of(type(command)) is None:  # nearly always: one stream, without the detour
            stream = Stream(decider.kind, getattr(command, decider.id))
            held = self._state(stream)
            correlation = held.correlation_id
            if decider.decide is not None:
                events = decider.decide(held.state, command)
            else:
                events = decider.decide_on(GivenStates({stream: held.state}), command)
        else:
            states = {stream: self._state(stream) for stream in decider.streams(command)}
            events = decider.decide_on(GivenStates({stream: held.state for stream, held in states.items()}), command)
            correlation = next((held.correlation_id for held in states.values() if held.correlation_id), None)
        if not events:
            return []
        self._set(self._commands, meta.command_id, True)
        deal = correlation or meta.correlation_id or meta.command_id
        if numbered is not None and number is not None:
            self._give(numbered, number, meta, deal)
        return [self._append(event, index, meta, deal) for index, event in enumerate(events)]

    def numbered(self, command: Command) -> Numbered | None:
        """The number that a command gets, if it gets one."""
        return self._service.numbered.get(type(command))

    def tail(self, log_id: UUID, partition: int) -> Tail | None:
        """The last event consumed from a partition of another service's log, staged ones included."""
        key = (log_id, partition)
        return self.tails.get(key) or self._states.tail(key)

    def consume(self, rows: Collection[ConsumedRow]) -> None:
        """Stage facts of other services, in the order given, and move the tails of their partitions."""
        last: dict[TailKey, ConsumedRow] = {}
        for other in rows:
            row = LogRow(
                self.head + 1, other.event_id, other.origin, other.origin_log, other.origin_position, other.origin_prev, other.origin_hash,
                other.origin_partition, other.stream, other.stream_id, other.version, other.type, other.actor, (), other.correlation_id,
                other.causation_id, None, other.traceparent, utc(other.occurred_at), self._system, other.authority, (), None,
                other.data, other.event,
            )  # fmt: skip
            self.rows.append(row)
            self._show_consumed(row)
            last[other.origin_log, other.origin_partition] = other
        for key, other in last.items():
            tail = Tail(other.origin_position, other.event_id, other.origin_hash)
            self._set(self.tails, key, tail)
            self.put(
                heard,
                {
                    "log_id": other.origin_log, "partition": other.origin_partition, "origin": other.origin,
                    "position": tail.position, "event_id": tail.event_id, "hash": tail.hash,
                },
            )  # fmt: skip

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Write a whole row, whatever was there."""
        self._write("put", table, row)

    def insert(self, table: Table, row: Mapping[str, Any]) -> None:
        """Write a row that must not be there: the work fails with `AlreadyThere` if it is."""
        if (table, key_of(table, row)) in self.writes:
            raise AlreadyThere(table.name)
        self._write("insert", table, row)

    def keep(self, table: Table, row: Mapping[str, Any]) -> None:
        """Write a row unless it is there already."""
        if (table, key_of(table, row)) not in self.writes:
            self._write("keep", table, row)

    def change(self, table: Table, row: Mapping[str, Any]) -> None:
        """Change some columns of a row; none, no effect."""
        self._write("change", table, row)

    def remove(self, table: Table, key: Mapping[str, Any]) -> None:
        """Remove a row."""
        self._write("remove", table, key)

    def advance(self, checkpoint: str, old: int, new: int) -> None:
        """Move a checkpoint that is at ``old``: the work fails with `CheckpointMoved` if it is not."""
        first = self.advances.get(checkpoint, (old, old))[0]
        self._set(self.advances, checkpoint, (first, new))

    def savepoint(self) -> Savepoint:
        """Remember where the batch stands."""
        return len(self.rows), len(self._undo)

    def rollback(self, savepoint: Savepoint) -> None:
        """Drop what was staged since the savepoint."""
        rows, undo = savepoint
        del self.rows[rows:]
        while len(self._undo) > undo:
            mapping, key, old = self._undo.pop()
            if old is None:
                del mapping[key]
            else:
                mapping[key] = old

    def _next_number(self, numbered: Numbered) -> int:
        """The number given next: of this process's block, else the first of the block after all that are taken."""
        stream = numbered.stream(self._business.year)
        block = self.blocks.get(stream) or self._states.block(stream)
        last: int = self.state(stream)
        return block.next if block is not None and block.next <= block.last else last + 1

    def _give(self, numbered: Numbered, number: int, meta: Meta, deal: UUID) -> None:
        """Stage that a number is given; with it the block that it is the first of, if it is of none that this process has."""
        stream = numbered.stream(self._business.year)
        block = self.blocks.get(stream) or self._states.block(stream)
        if block is None or number > block.last:
            taking = Meta(derive_id(meta.command_id, "numbers"), meta.actor, meta.roles, deal, meta.causation_id, meta.traceparent)
            self.decide(numbered.series.take(self._business.year), taking)
            block = Block(number, self.state(stream))
        self._set(self.blocks, stream, Block(number + 1, block.last))

    def _state(self, stream: Stream) -> StreamState:
        held = self.streams.get(stream) or self._states.get(stream)
        if held is None:
            if stream not in self._fresh:
                raise LookupError(f"{stream} was not loaded")
            held = self._states.nothing(stream)
        return held

    def _append(self, event: Event, index: int, meta: Meta, deal: UUID) -> LogRow:
        owner: Decider[Any, Any, Any] = self._service.owner_of[type(event)]
        stream = Stream(owner.kind, getattr(event, owner.id))
        before = self._state(stream)
        correlation = before.correlation_id or deal
        data = event.__pydantic_serializer__.to_json(event)
        after = StreamState(
            owner.evolve(before.state, event), before.version + 1, None if owner.shared else correlation, grown(before, len(data))
        )  # fmt: skip
        row = LogRow(
            self.head + 1, derive_id(meta.command_id, index), None, None, None, None, None, None, stream.kind, stream.id, after.version,
            event.event_type, meta.actor, meta.roles, correlation, meta.causation_id, meta.command_id, meta.traceparent,
            utc(meta.occurred_at or self._business), self._system, meta.authority, (), self._partition(event, stream),
            data, event,
        )  # fmt: skip
        self.rows.append(row)
        self._set(self.streams, stream, after)
        self._show(event, row)
        return row

    def _partition(self, event: Event, stream: Stream) -> int | None:
        return stream.id.int % self._partitions if event.published else None

    def _show_consumed(self, row: LogRow) -> None:
        known = event_class(row.type)
        if known in self._service.verbs_of:
            self._show(known.model_validate_json(row.data) if row.event is None else row.event, row)

    def _show(self, event: Event, row: LogRow) -> None:
        verbs = self._service.verbs_of.get(type(event), ())
        if not verbs:
            return
        fact = fact_of(row)
        for verb in verbs:
            for columns in verb.rows(event, fact):
                self._write(verb.kind, verb.table, columns)

    def _write(self, kind: Kind, table: Table, row: Mapping[str, Any]) -> None:
        key = (table, key_of(table, row))
        before = self.writes.get(key)
        self._undo.append((self.writes, key, before))
        self.writes[key] = collapse(before, kind, row)

    def _set(self, mapping: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((mapping, key, mapping.get(key)))
        mapping[key] = value


def collapse(before: Write | None, kind: Kind, row: Mapping[str, Any]) -> Write:
    """What two writes of the same row in one batch come to."""
    if kind != "change" or before is None:
        return kind, dict(row)
    kind_before, row_before = before
    return before if kind_before == "remove" else (kind_before, {**row_before, **row})


def fact_of(row: Followed) -> Fact:
    """What projections and policies may know of a row beside its event."""
    return Fact(
        row.position, row.stream, row.stream_id, row.version, row.occurred_at, row.recorded_at, row.actor, row.correlation_id
    )  # fmt: skip


def key_of(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The primary key of a row."""
    return _key(table)(row)


@cache
def _key(table: Table) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What takes the key from a row, made once: every row that is shown comes through here."""
    first, *others = [column.name for column in table.primary_key]
    return itemgetter(first, *others) if others else lambda row: (row[first],)
