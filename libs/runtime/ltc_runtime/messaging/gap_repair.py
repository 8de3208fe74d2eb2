"""Messages that do not follow on what was consumed: the publisher's own log decides.

A hole is healed from the teller's feed. A message the teller denies is set aside. A message the teller confirms although
it contradicts what was consumed before is a *fork*: one of the two histories was rewritten. Only an operator can go on from
there but a person, so the partition stands still and says so.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import structlog
from aiokafka import TopicPartition
from asyncpg import Pool

from ..log import AlreadyThere, Log
from . import metrics
from .cloudevents import Envelope, Unreadable
from .inbox_batch import AppendConsumed, Holding, Message, Outcome, Place
from .inbox_batch import message as message_of
from .neighbour import Neighbour, Unanswered

logger = structlog.get_logger(__name__)

_ATTEMPTS = 3


class Fork(Exception):
    """The publisher contradicts what was consumed."""


class Resolution:
    """What is known of a partition after its teller was asked."""

    def __init__(self) -> None:
        self.denied: set[int] = set()
        """Offsets of messages that the teller did not tell."""
        self.logs: set[UUID] = set()
        """Logs that the teller says are its own."""


async def resolve(log: Log, publisher: Neighbour | None, messages: Sequence[Message], logs: Collection[UUID]) -> Resolution:
    """Find out what is true of messages of one partition, and heal what is missing before them.

    Args:
        logs: those known to be the teller's. A message of another one only needs its log confirmed.

    Raises:
        Fork: the publisher contradicts what was consumed.
        Unanswered: the teller cannot be asked now.
    """
    settled = Resolution()
    if not await _not_held(log.pool, messages):
        return settled  # another process of this service was quicker
    if publisher is None:
        raise Unanswered(f"no address of the teller of {messages[0].where.topic} (LTC_NEIGHBOURS)")
    heads = await publisher.heads()
    settled.logs = {heads.log_id}
    # Only the publisher of a log can confirm it, and what was published lies within its head.
    possible = [message for message in messages if message.envelope.log_id == heads.log_id and message.envelope.position <= heads.head]
    plausible = {message.offset for message in possible}
    if heads.log_id not in logs:
        settled.denied = {message.offset for message in await _not_held(log.pool, messages) if message.offset not in plausible}
        return settled
    if possible:
        up_to = max(message.envelope.position for message in possible)
        await heal(log, publisher, possible[0].where, heads.log_id, possible[0].envelope.partition, up_to)
    for message in await _not_held(log.pool, messages):
        if message.offset not in plausible or not await _confirms(publisher, message.envelope):
            settled.denied.add(message.offset)
        elif message.envelope.position <= await tail_of(log.pool, *message.tail) and await _not_held(log.pool, [message]):
            raise Fork(_contradiction(message.envelope))
    return settled


async def _not_held(pool: Pool, messages: Sequence[Message]) -> list[Message]:
    held = await holdings(pool, messages)
    return [message for message in messages if held.get(message.place) != (message.envelope.event_id, message.envelope.partition)]


async def _confirms(publisher: Neighbour, envelope: Envelope) -> bool:
    true = await publisher.at(envelope.log_id, envelope.position, envelope.partition)
    return true is not None and true.event_id == envelope.event_id


def _contradiction(envelope: Envelope) -> str:
    event = f"{envelope.type} {envelope.event_id} at position {envelope.position}"
    return f"{envelope.origin} confirms {event}, which contradicts what was consumed from it"


async def heal(log: Log, publisher: Neighbour, where: TopicPartition, log_id: UUID, partition: int, up_to: int) -> int:
    """Take from the teller's feed what follows on our tail, at least to position ``up_to`` as far as it is told. Returns how many.

    Raises:
        Fork: what the publisher published does not follow on what was consumed.
        Unanswered: the teller cannot be asked now.
    """
    await must_agree(log.pool, publisher, log_id, partition)
    healed = 0
    after: int | None = await tail_of(log.pool, log_id, partition)
    while after is not None and after < up_to:
        try:
            page = await publisher.page(after, partition)
        except Unreadable as error:
            raise Fork(f"{publisher.name} tells what this version cannot read: {error}") from error
        if page.log_id != log_id:
            raise Unanswered(f"{publisher.name}: the log changed while it was read")
        outcome = await append_from_feed(log, where, [envelope for envelope in page.events if envelope.position <= up_to])
        healed += outcome.consumed.total()
        after = page.next
    if healed:
        metrics.HEALED.labels(where.topic).inc(healed)
        logger.info("hole healed", topic=where.topic, partition=partition, events=healed)
    return healed


async def must_agree(pool: Pool, publisher: Neighbour, log_id: UUID, partition: int) -> None:
    """Our last event of the partition is the teller's too.

    Raises:
        Fork: it is not.
    """
    row = await pool.fetchrow("SELECT position, event_id, hash FROM heard WHERE log_id = $1 AND partition = $2", log_id, partition)
    if row is None:
        return
    true = await publisher.at(log_id, row["position"], partition)
    if true is None or (true.event_id, true.hash) != (row["event_id"], row["hash"]):
        what = f"event {row['event_id']} at position {row['position']}, partition {partition}"
        raise Fork(f"{publisher.name} no longer tells {what}, as it was heard")


async def append_from_feed(log: Log, where: TopicPartition, events: Sequence[Envelope]) -> Outcome:
    """Append events of a feed.

    Raises:
        Fork: they do not follow on what was consumed.
    """
    messages = [message_of(where, -1, envelope, envelope.traceparent) for envelope in events]
    logs = {envelope.log_id for envelope in events}
    for _ in range(_ATTEMPTS):
        known = await holdings(log.pool, messages)
        try:
            outcome: Outcome = await log.submit(AppendConsumed(messages, known=known, logs=logs))
        except AlreadyThere as error:
            raise Fork(f"{where.topic}/{where.partition}: the teller tells an event that was heard elsewhere: {error}") from error
        if not outcome.trouble:
            return outcome
        # Another process of this service may have gone ahead between looking and appending.
    envelope = outcome.trouble[where][0].envelope
    raise Fork(
        f"{envelope.origin} published position {envelope.position} after {envelope.prev}; "
        f"here its partition {envelope.partition} ends elsewhere"
    )


async def tail_of(pool: Pool, log_id: UUID, partition: int) -> int:
    """The last position consumed from a partition, 0 if none."""
    return await pool.fetchval("SELECT position FROM heard WHERE log_id = $1 AND partition = $2", log_id, partition) or 0


async def holdings(pool: Pool, messages: Iterable[Message]) -> dict[Place, Holding]:
    """What the log holds at the places these messages claim."""
    places = list({message.place for message in messages})
    rows = await pool.fetch(
        """SELECT origin_log, origin_position, event_id, origin_partition FROM log
           JOIN unnest($1::uuid[], $2::bigint[]) AS claim(origin_log, origin_position) USING (origin_log, origin_position)""",
        [log_id for log_id, _ in places], [position for _, position in places],
    )  # fmt: skip
    return {(row["origin_log"], row["origin_position"]): (row["event_id"], row["origin_partition"]) for row in rows}
