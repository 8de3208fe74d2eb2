"""Resident memory of processes, and whether it grows."""

from collections.abc import Sequence
from pathlib import Path

from ltc_stack.embedded import Stack

PAGE = 4096
MEGABYTE = 1024 * 1024
FLAT = 2.0
"""Megabytes per 100,000 events that count as flat: less than what the allocator's fragments make of the same load."""

Seen = tuple[int, float]
"""Events so far, and megabytes then."""


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / MEGABYTE


def of_stack(stack: Stack) -> dict[str, float]:
    """Megabytes of each process of the stack's services."""
    return {process.name: resident(process.pid) for process in stack.services if process.pid is not None}


def slope(series: Sequence[Seen]) -> float:
    """Megabytes per 100,000 events, by least squares; 0 where there is nothing to draw a line through."""
    count = len(series)
    middle = sum(events for events, _ in series) / count if count else 0.0
    height = sum(size for _, size in series) / count if count else 0.0
    spread = sum((events - middle) ** 2 for events, _ in series)
    if not spread:
        return 0.0
    return sum((events - middle) * (size - height) for events, size in series) / spread * 100_000


def settled(series: Sequence[Seen]) -> list[Seen]:
    """The second half of the events: by then every cache of a bounded size is as full as the load makes it."""
    return [seen for seen in series if seen[0] >= series[-1][0] / 2] if series else []
