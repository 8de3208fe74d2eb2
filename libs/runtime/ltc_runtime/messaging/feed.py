"""What a service published: /feed in log order, /heads as a digest. For the runtime and for analysts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import Text, cast, func, select

from ..http import Api, Read, View
from ..log.tables import checkpoint
from ..log.tables import head as head_table
from ..log.tables import log as log_table
from .cloudevents import Envelope, attributes_of, owner_of_type
from .relay import RELAY

MAX_PAGE = 1000

api = Api("")


class FeedEvent(View):
    """A published event: the attributes of its message, and its JSON as the very text that was hashed."""

    specversion: str
    id: UUID
    source: str
    type: str
    subject: UUID
    time: str
    dataschema: str
    datacontenttype: str
    origin: str
    logid: UUID
    position: int
    prev: int
    partition: int
    hash: str
    streamkind: str
    sequence: int
    correlationid: UUID
    causationid: UUID | None = None
    traceparent: str | None = None
    data: str


class Feed(View):
    """Published events in log order."""

    log_id: UUID
    head: int
    next: int | None
    """Give it back as ``after`` for what follows; ``null`` if nothing does yet."""
    events: list[FeedEvent]


class PartitionHead(View):
    """The last event published in a partition. Its hash covers everything before it in the log."""

    partition: int
    position: int
    count: int
    hash: str


class HeadsView(View):
    """How far the log is, and how far it is published."""

    log_id: UUID
    head: int
    told: int
    partitions: list[PartitionHead]


Position = Annotated[int, Query(ge=0, le=2**63 - 1, description="Events behind this position.")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many at most.")]
Partition = Annotated[int | None, Query(ge=0, le=2**31 - 1, description="Only events of this partition.")]

_c = log_table.c
_published = _c.partition.is_not(None)
_columns = (
    _c.position, _c.prev, _c.partition, _c.hash, _c.event_id, _c.type, _c.stream, _c.stream_id, _c.version, _c.occurred_at,
    _c.correlation_id, _c.causation_id, _c.traceparent, cast(_c.data, Text).label("text"),
)  # fmt: skip


@api.query("/feed", roles=("service", "analyst"))
async def feed(read: Read, after: Position = 0, limit: Limit = 500, partition: Partition = None) -> Feed:
    """Published events of this service in the order of its log.

    What the topic says, from the log itself: heals a hole, or feeds who has no Kafka.
    """
    (now,) = await read.all(select(head_table.c.log_id, head_table.c.position))
    wanted = select(*_columns).where(_published, _c.position > after)
    if partition is not None:
        wanted = wanted.where(_c.partition == partition)
    rows = await read.all(wanted.order_by(_c.position).limit(limit))
    events = [_event(row, now["log_id"]) for row in rows]
    return Feed(log_id=now["log_id"], head=now["position"], next=rows[-1]["position"] if len(rows) == limit else None, events=events)


@api.query("/heads", roles=("service", "analyst"))
async def heads(read: Read) -> HeadsView:
    """How far this service has published, by partition, with a digest."""
    (now,) = await read.all(select(head_table.c.log_id, head_table.c.position))
    checkpoints = await read.all(select(checkpoint.c.position).where(checkpoint.c.name == RELAY))
    told = checkpoints[0]["position"] if checkpoints else 0
    counts = await _counted(read, now["log_id"], told)
    hashes = await read.all(select(_c.position, _c.hash).where(_c.position.in_([position for _, position in counts.values()])))
    hash_at = {row["position"]: row["hash"].hex() for row in hashes}
    partitions = [
        PartitionHead(partition=partition, position=position, count=count, hash=hash_at[position])
        for partition, (count, position) in sorted(counts.items())
    ]
    return HeadsView(log_id=now["log_id"], head=now["position"], told=told, partitions=partitions)


def _event(row: dict[str, Any], log_id: UUID) -> FeedEvent:
    *known, text = row.values()
    told = Envelope(owner_of_type(row["type"]), log_id, *known, text.encode())  # type: ignore[call-arg]
    return FeedEvent.model_validate({**attributes_of(told), "data": text})


_Counts = dict[int, tuple[int, int]]
_counted_before: dict[UUID, tuple[int, _Counts]] = {}
"""By log, how far events were counted, and per partition their count and the last position: only what is new is read."""


async def _counted(read: Read, log_id: UUID, told: int) -> _Counts:
    up_to, counts = _counted_before.get(log_id, (0, {}))
    if told < up_to:
        up_to, counts = 0, {}
    counts = dict(counts)
    last = func.max(_c.position).label("last")
    count = func.count().label("events")
    grouped = select(_c.partition, count, last).where(_published, _c.position > up_to, _c.position <= told).group_by(_c.partition)
    for row in await read.all(grouped):
        before = counts.get(row["partition"], (0, 0))[0]
        counts[row["partition"]] = (before + row["events"], row["last"])
    _counted_before[log_id] = (told, counts)
    return counts
