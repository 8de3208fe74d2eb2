"""``python -m tests.campaign --seconds 1200 --seed 1``: 0 = nothing lost, doubled, reordered or altered; 1 = findings."""

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
import structlog
from ltc_runtime.service import installed

from ..checker.evidence import Evidence
from ..checker.run import CHECKS, run
from ..deals import set_up
from ..faults.disk import Disk
from ..faults.wired import Wired, Wires
from ..platform import Platform, settings
from .course import Course
from .gauges import Gauges
from .machine import disk_of, environment
from .nemesis import FAULTS, Fault
from .workload import Workload

COMPOUND = 0.1
"""The share of moments at which two or three things break at once."""

REST = (0.2, 1.5)
"""Seconds between two faults, drawn anew each time."""


async def campaign(seconds: float, seed: int, deals: int, leads: int, timeline: Path, faults: Sequence[Fault] = FAULTS) -> int:
    """Run it with these faults, perhaps none, and print the report. Returns the number of findings."""
    with tempfile.TemporaryDirectory(prefix="ltc-campaign-", ignore_cleanup_errors=True) as name, ExitStack() as mounted:
        directory = Path(name)
        if Disk.possible(directory / "trial"):
            mounted.enter_context(disk_of(directory))
        async with (
            Wires(installed()) as wires,
            Wired(wires, settings(directory), environment={**quiet(directory), **wires.environment}) as stack,
        ):
            platform = Platform(stack, directory)
            platform.api_client.urls = wires.urls
            platform.api_client.passing = frozenset({401})  # of a service whose clock is wrong
            await set_up(platform.api_client)
            workload, gauges = Workload(platform, deals, leads), Gauges(platform)
            watching = asyncio.create_task(gauges.watch())
            workload.start()
            course = await break_things(platform, workload, seconds, random.Random(seed), timeline, faults)
            began = time.monotonic()
            await workload.finish()
            course.finished = time.monotonic() - began
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            evidence = await platform.evidence()
            course.drained = time.monotonic() - began
            await platform.api_client.close()
        findings = run(evidence)
        print(f"seed {seed}, {seconds:g} s, {deals} deals at once and {leads} apps capturing leads")
        for line in (*course.lines(), *counts(evidence, workload.paid), *gauges.lines()):
            print(line)
        if workload.refused:
            print(f"{len(workload.refused)} deals were refused, such as {workload.refused[0]}")
        print(f"{len(CHECKS)} checks, {len(findings)} findings")
        for finding in findings[:40]:
            print(finding)
        with timeline.open("a") as written:
            found = [str(finding) for finding in findings]
            written.write(json.dumps({"seed": seed, "seconds": seconds, **course.figures(), **gauges.figures(), "findings": found}) + "\n")
        return len(findings) + len(workload.refused)


def quiet(directory: Path) -> dict[str, str]:
    """The environment of the services."""
    return {**environment(directory), "LTC_LOG_LEVEL": "warning"}


def counts(evidence: Evidence, paid: int) -> list[str]:
    """How much there was, and how it was answered."""
    outcomes = Counter(attempt.outcome for attempt in evidence.journal)
    events, messages = sum(len(ledger.log) for ledger in evidence.ledgers.values()), evidence.messages or []
    again = len(evidence.told) - len({message.headers.get("ce_id") for message in evidence.told})
    strangers = ", ".join(f"{name} set {len(marks):,} aside" for name, marks in evidence.marks_set_aside.items() if marks) or "none"
    return [
        "commands " + ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common()) + f"; {paid:,} deals paid",
        f"events {events:,}, messages {len(messages):,}, {again:,} of them told before",
        f"messages of strangers {len(evidence.marks):,}: {strangers}",
    ]


async def break_things(
    platform: Platform, workload: Workload, seconds: float, chance: random.Random, timeline: Path, faults: Sequence[Fault]
) -> Course:
    """Fault after fault, each looked at until the flow is back, for so long: first each of them once, then as they are drawn. Or none."""
    unseen = chance.sample(faults, len(faults))
    course = Course()
    until = time.monotonic() + seconds
    began = time.monotonic()
    with timeline.open("a", buffering=1) as written:
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(*REST))
            workload.failed()
            drawn = [unseen.pop()] if unseen else draw(chance, faults)
            at = time.monotonic() - began
            said = await asyncio.gather(*(fault.happen(platform, chance) for fault in drawn))
            names = [f"{fault.name}: {what}" for fault, what in zip(drawn, said, strict=True)]
            try:
                took = await workload.probe()
            except TimeoutError:
                raise SystemExit(await stuck(platform, names)) from None
            course.note([fault.name for fault in drawn], *took)
            written.write(
                json.dumps({"at": round(at, 2), "faults": names, "written": round(took[0], 2), "flowed": round(took[1], 2)}) + "\n"
            )
    return course


async def stuck(platform: Platform, faults: Sequence[str]) -> str:
    """What is to be known where nothing flows any more, before all of it is gone."""
    lines = [f"nothing flows {platform.api_client.patience:g} s after {', '.join(faults) or 'nothing'}"]
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        for process in platform.stack.services:
            try:
                standing = (await client.get(f"{process.url}/readyz")).text
            except httpx.HTTPError as error:
                standing = repr(error)
            lines.append(f"{process.name}: {standing}")
    return "\n".join(lines)


def draw(chance: random.Random, faults: Sequence[Fault] = FAULTS) -> list[Fault]:
    """What breaks next; now and then two or three things at once, but not two servers, and nothing twice."""
    if not faults:
        return []
    count = chance.randint(2, 3) if chance.random() < COMPOUND else 1
    drawn: list[Fault] = []
    for fault in chance.choices(faults, [fault.weight for fault in faults], k=count):
        if fault not in drawn and not (fault.shared and any(other.shared for other in drawn)):
            drawn.append(fault)
    return drawn


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deals", type=int, default=16)
    parser.add_argument("--leads", type=int, default=6)
    parser.add_argument("--timeline", type=Path, default=Path("campaign.jsonl"), help="what broke when, as JSON lines")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--no-faults", action="store_true", help="the same without faults, for comparison")
    which.add_argument(
        "--only", action="append", choices=[fault.name for fault in FAULTS], metavar="FAULT", help="this fault, and others so named"
    )
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    faults = [fault for fault in FAULTS if not given.no_faults and (not given.only or fault.name in given.only)]
    findings = asyncio.run(campaign(given.seconds, given.seed, given.deals, given.leads, given.timeline, faults))
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
