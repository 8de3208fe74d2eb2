"""Ours and the neighbour take turns, so that a machine whose speed drifts is fair to both."""

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Run = Callable[[], Awaitable[float]]
"""Works once and returns a rate."""


@dataclass(frozen=True)
class Figure:
    """What `make bench` prints a line of."""

    name: str
    ours: float
    neighbour: float
    unit: str
    aim: float
    ratios: tuple[float, ...]

    def line(self) -> str:
        """The line, with the median ratio and its range."""
        spread = f"{min(self.ratios):.2f}..{max(self.ratios):.2f}"
        return (
            f"bench {self.name} ours={self.ours:.0f} neighbour={self.neighbour:.0f} unit={self.unit}"
            f" ratio={statistics.median(self.ratios):.2f} aim={self.aim} range={spread}"
        )


async def compare(name: str, ours: Run, neighbour: Run, unit: str, aim: float, rounds: int = 3) -> Figure:
    """Warm both up, then alternate them ``rounds`` times."""
    await ours()
    await neighbour()
    pairs = []
    for turn in range(rounds):
        first, second = (ours, neighbour) if turn % 2 == 0 else (neighbour, ours)
        one, two = await first(), await second()
        pairs.append((one, two) if turn % 2 == 0 else (two, one))
    mine, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return Figure(name, statistics.median(mine), statistics.median(theirs), unit, aim, tuple(one / two for one, two in pairs))


async def rate(writers: int, seconds: float, once: Callable[[int], Awaitable[int]]) -> float:
    """How much ``writers`` concurrent loops of ``once`` get done per second; ``once`` gets the writer's number and says how much it did."""
    gc.collect()
    done = 0
    until = time.perf_counter() + seconds

    async def writer(number: int) -> None:
        nonlocal done
        while time.perf_counter() < until:
            did = await once(number)  # awaited first: `done += await …` would read `done` before the others add to it
            done += did

    began = time.perf_counter()
    await asyncio.gather(*(writer(number) for number in range(writers)))
    return done / (time.perf_counter() - began)
