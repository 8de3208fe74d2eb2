"""What the inbox knows of publishers: the owner of each log, how far each was consumed, and which messages they deny."""

from collections import defaultdict
from uuid import UUID

from aiokafka import TopicPartition

from ..log import Log
from .inbox_batch import Message, TailKey


class KnownPublishers:
    """Read from the own log at the beginning, and kept since."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.logs: dict[str, set[UUID]] = defaultdict(set)
        """The logs of each teller."""
        self.owners: dict[UUID, str] = {}
        """The same the other way round, our own among them."""
        self.tails: dict[TailKey, int] = {}
        """The position up to which each partition of a log was consumed."""
        self.denied: set[tuple[TopicPartition, int]] = set()
        """Messages, by partition and offset, that their topic's owner denies."""

    async def remember(self) -> None:
        """Read the tails."""
        self.owners[self._log.log_id] = self._log.service.name
        for row in await self._log.pool.fetch("SELECT log_id, partition, origin, position FROM heard"):
            self.accept(row["origin"], row["log_id"])
            self.tails[row["log_id"], row["partition"]] = row["position"]

    def accept(self, owner: str, log_id: UUID) -> None:
        """A log is a teller's; unless it is known as another's."""
        if self.owners.setdefault(log_id, owner) == owner:
            self.logs[owner].add(log_id)

    def is_behind(self, message: Message) -> bool:
        """Whether it claims a place that was passed already."""
        return message.envelope.position <= self.tails.get(message.tail, 0)

    def consumed(self, message: Message) -> None:
        """It is in the log."""
        self.tails[message.tail] = max(message.envelope.position, self.tails.get(message.tail, 0))
