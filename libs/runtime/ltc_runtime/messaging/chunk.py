"""What a relay publishes at once: consecutive events of the log, in batches by partition, and which of them have arrived."""

from dataclasses import dataclass, field

from aiokafka.producer.message_accumulator import BatchBuilder

from ..telemetry import Span


@dataclass
class Batch:
    """Consecutive events of one partition."""

    partition: int
    builder: BatchBuilder
    first: int
    acknowledged: bool = False


@dataclass
class Chunk:
    """Consecutive published events of the log."""

    positions: list[int]
    batches: dict[int, list[Batch]]
    spans: list[Span] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The position of the last of them."""
        return self.positions[-1]

    def prefix(self) -> int:
        """The last position before which, itself included, everything is acknowledged; 0 if nothing is."""
        missing = [batch.first for batches in self.batches.values() for batch in batches if not batch.acknowledged]
        if not missing:
            return self.last
        return max((position for position in self.positions if position < min(missing)), default=0)

    def end_spans(self) -> None:
        """Publishing them is over."""
        for span in self.spans:
            span.end()
