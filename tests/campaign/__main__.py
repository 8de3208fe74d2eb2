"""``python -m tests.campaign --seconds 1200 --seed 1``: 0 = nothing lost, doubled, reordered or altered; 1 = findings."""

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from ltc_runtime.stack.embedded import Stack

from ..checker.run import CHECKS, run
from ..deals import set_up
from ..platform import Platform, settings
from .gauges import Gauges
from .nemesis import FAULTS, Fault
from .workload import Workload

COMPOUND = 0.1
"""The share of moments at which two things break at once."""

REST = (0.2, 1.5)
"""Seconds between two faults, drawn anew each time."""


@dataclass
class Course:
    """What happened."""

    counts: Counter[str] = field(default_factory=Counter)
    written: list[float] = field(default_factory=list)
    flowed: list[float] = field(default_factory=list)


async def campaign(seconds: float, seed: int, deals: int, leads: int, timeline: Path, broken: bool = True) -> int:
    """Run it and print the report. Returns the number of findings."""
    with tempfile.TemporaryDirectory(prefix="ltc-campaign-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        async with Stack(settings(directory), environment={"LTC_LOG_LEVEL": "warning"}) as stack:
            platform = Platform(stack, directory)
            await set_up(platform.front)
            workload, gauges = Workload(platform, deals, leads), Gauges(platform)
            watching = asyncio.create_task(gauges.watch())
            workload.start()
            course = await break_things(platform, workload, seconds, random.Random(seed), timeline, broken)
            began = time.monotonic()
            await workload.finish()
            finished = time.monotonic() - began
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            evidence = await platform.evidence()
            drained = time.monotonic() - began
            await platform.front.close()
        findings = run(evidence)
        outcomes = Counter(attempt.outcome for attempt in evidence.journal)
        print(f"seed {seed}, {seconds:g} s, {deals} deals at once and {leads} apps capturing leads")
        print(f"faults {sum(course.counts.values())}: " + ", ".join(f"{count}× {kind}" for kind, count in course.counts.most_common()))
        print(
            "commands " + ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common()) + f"; {workload.paid:,} deals paid"
        )
        print(f"events {sum(len(ledger.log) for ledger in evidence.ledgers.values()):,}, messages {len(evidence.messages or []):,}")
        print(f"from a fault's end to a command acknowledged: {quantiles(course.written)}")
        print(f"from a fault's end to its consequence seen in the next service: {quantiles(course.flowed)}")
        print(f"from the last command begun to all answered {finished:.1f} s, to all told, heard and reacted to (and read) {drained:.1f} s")
        print(f"connections of PostgreSQL: {statistics.median(gauges.connections):.0f} usually, {max(gauges.connections)} at most")
        print("\n".join(gauges.growth()))
        if workload.refused:
            print(f"{len(workload.refused)} deals were refused, such as {workload.refused[0]}")
        print(f"{len(CHECKS)} checks, {len(findings)} findings")
        for finding in findings[:40]:
            print(finding)
        return len(findings) + len(workload.refused)


async def break_things(
    platform: Platform, workload: Workload, seconds: float, chance: random.Random, timeline: Path, broken: bool
) -> Course:
    """Fault after fault, each looked at until the flow is back, for so long; or none, for comparison."""
    course = Course()
    until = time.monotonic() + seconds
    began = time.monotonic()
    with timeline.open("a", buffering=1) as written:
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(*REST))
            workload.failed()
            faults = draw(chance) if broken else []
            at = time.monotonic() - began
            said = await asyncio.gather(*(fault.happen(platform, chance) for fault in faults))
            course.counts.update(fault.name for fault in faults)
            took = await workload.probe()
            course.written.append(took[0])
            course.flowed.append(took[1])
            names = [f"{fault.name}: {what}" for fault, what in zip(faults, said, strict=True)]
            written.write(
                json.dumps({"at": round(at, 2), "faults": names, "written": round(took[0], 2), "flowed": round(took[1], 2)}) + "\n"
            )
    return course


def draw(chance: random.Random) -> list[Fault]:
    """What breaks next; now and then two things at once, but not two servers."""
    weights = [fault.weight for fault in FAULTS]
    first = chance.choices(FAULTS, weights)[0]
    if chance.random() >= COMPOUND:
        return [first]
    second = chance.choices(FAULTS, weights)[0]
    return [first] if second.shared and first.shared else [first, second]


def quantiles(values: Sequence[float]) -> str:
    """p50, p99 and the worst, in seconds."""
    ordered = sorted(values)
    if not ordered:
        return "–"
    return f"p50 {ordered[len(ordered) // 2]:.2f} s, p99 {ordered[int(len(ordered) * 0.99)]:.2f} s, worst {ordered[-1]:.2f} s"


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deals", type=int, default=16)
    parser.add_argument("--leads", type=int, default=6)
    parser.add_argument("--timeline", type=Path, default=Path("campaign.jsonl"), help="what broke when, as JSON lines")
    parser.add_argument("--unbroken", action="store_true", help="the same without faults, for comparison")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    findings = asyncio.run(campaign(given.seconds, given.seed, given.deals, given.leads, given.timeline, not given.unbroken))
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
