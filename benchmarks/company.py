"""A company-year on paper: how many rows each service's log gets, and what measured growth comes to at that size."""

from collections.abc import Sequence
from dataclasses import dataclass

CONTRACTS = 50_000
ORDER_LINES = 2_900_000
LINES = ORDER_LINES // CONTRACTS
"""Lines of an order: 58."""

PARTS = 2
"""Shipments, and acceptances, of an order."""

OWN_PER_CONTRACT = 2 + 2 * PARTS
"""What order-svc decides: received, confirmed, and each part shipped and accepted."""

HEARD_PER_CONTRACT = 3
"""What contract-svc tells of a contract: signed, registered, closed."""

ROWS_PER_CONTRACT = OWN_PER_CONTRACT + HEARD_PER_CONTRACT
YEAR_ROWS = CONTRACTS * ROWS_PER_CONTRACT
"""Rows of order-svc's log after a year: 450,000."""

LINEAR = 1.5
"""A figure per row may grow by this factor while the log grows tenfold, and counts as linear; the machine alone makes some of it."""


@dataclass(frozen=True)
class Measured:
    """What a log of one size costs. Latencies in milliseconds, times in seconds, sizes in bytes."""

    rows: int
    log_bytes: int
    index_bytes: int
    read_bytes: int
    fill: float
    rebuild: float
    rebuild_megabytes: float
    cold: float
    first: float
    relay: float
    """Seconds to tell everything from the first row on."""
    latencies: dict[str, float]
    scanned: tuple[str, ...] = ()
    """Tables that questions and commands read from end to end."""

    def per_row(self) -> dict[str, float]:
        """What should stay the same however long the log is."""
        return {
            "log bytes/row": self.log_bytes / self.rows,
            "index bytes/row": self.index_bytes / self.rows,
            "read model bytes/row": self.read_bytes / self.rows,
            "fill µs/row": self.fill / self.rows * 1e6,
            "rebuild µs/row": self.rebuild / self.rows * 1e6,
            "relay µs/row": self.relay / self.rows * 1e6,
            "cold start s": self.cold,
            "first command ms": self.first,
            **{f"{name} ms": took for name, took in self.latencies.items()},
        }


def bent(smaller: Measured, larger: Measured) -> dict[str, float]:
    """Which of these figures grew with the log, and by how much."""
    before, after = smaller.per_row(), larger.per_row()
    grown = {name: after[name] / value for name, value in before.items() if value > 0}
    return {name: factor for name, factor in grown.items() if factor > LINEAR}


def at_year(measured: Sequence[Measured]) -> dict[str, float]:
    """Sizes in bytes and times in seconds of order-svc after a year, by the figures per row of the largest log measured."""
    largest = max(measured, key=lambda one: one.rows)
    scale = YEAR_ROWS / largest.rows
    return {
        "log": largest.log_bytes * scale,
        "index": largest.index_bytes * scale,
        "read models": largest.read_bytes * scale,
        "rebuild": largest.rebuild * scale,
        "relay from zero": largest.relay * scale,
        "cold start": largest.cold,
    }
