"""One stack per defect: planted, brought out, looked at."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from ltc_stack.embedded import Stack

from ...api_client import Refused
from ...checker.finding import Finding
from ...checker.run import run
from ...deals import set_up
from ...platform import Platform, settings
from .defect import Defect, planted

SCENARIO_SECONDS = 90.0
"""A broken service may never answer: then whatever is there by now is looked at."""

SETTLE_SECONDS = 20.0
LIMIT = 600.0
"""Seconds within which a defect is to be found; half of them passed, no further attempt is begun."""


@dataclass(frozen=True)
class Verdict:
    """What the checker said about a stack with a defect, or with none."""

    findings: list[Finding]
    seconds: float

    @property
    def checks(self) -> list[str]:
        """The checks that found something, in the order of the checker."""
        return list(dict.fromkeys(finding.check for finding in self.findings))

    def found(self, defect: Defect) -> bool:
        """Whether one of the checks that should see it did, in time."""
        return bool(defect.shown_by & set(self.checks))


@asynccontextmanager
async def standing(directory: Path, environment: Mapping[str, str], patience: float) -> AsyncIterator[Platform]:
    """A platform of its own."""
    quiet = {**environment, "LTC_LOG_LEVEL": "warning"}
    async with Stack(settings(directory), environment=quiet) as stack:
        platform = Platform(stack, directory)
        try:
            await set_up(platform.api_client)
            platform.api_client.patience = patience
            yield platform
        finally:
            await platform.api_client.close()


async def planted_and_found(defects: Sequence[Defect], limit: float = LIMIT) -> Verdict:
    """Plant them together, bring each out, and ask the checker; once more from the beginning for as long as it does not find all."""
    began = time.monotonic()
    while True:
        verdict = Verdict(await _attempt(defects), time.monotonic() - began)
        if all(map(verdict.found, defects)) or verdict.seconds > limit / 2:
            return verdict


async def _attempt(defects: Sequence[Defect]) -> list[Finding]:
    with tempfile.TemporaryDirectory(prefix="ltc-defect-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        async with standing(directory, planted(*(defect.name for defect in defects if not defect.sql)), 20.0) as platform:
            for defect in defects:
                await change_append(platform, defect)
            for scenario, defect in {defect.scenario: defect for defect in defects}.items():
                with suppress(Refused, TimeoutError, AssertionError, KeyError, ValueError):  # what a broken service makes of the load
                    await asyncio.wait_for(scenario(platform, _points(directory, defect.name)), SCENARIO_SECONDS)
            return run(await platform.evidence(SETTLE_SECONDS))


async def without(defects: Iterable[Defect]) -> dict[str, Verdict]:
    """The same scenarios on one sound stack, looked at after each: by defect."""
    verdicts: dict[str, Verdict] = {}
    with tempfile.TemporaryDirectory(prefix="ltc-sound-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        async with standing(directory, {}, 120.0) as platform:
            known: dict[object, Verdict] = {}
            for defect in defects:
                if defect.scenario not in known:
                    began = time.monotonic()
                    failed: list[Finding] = []
                    try:
                        await defect.scenario(platform, _points(directory, defect.name))
                    except (Refused, TimeoutError, AssertionError) as error:
                        failed.append(Finding("the scenario itself", "all", f"{type(error).__name__}: {error}"))
                    known[defect.scenario] = Verdict(failed + run(await platform.evidence()), time.monotonic() - began)
                verdicts[defect.name] = known[defect.scenario]
    return verdicts


def _points(directory: Path, name: str) -> Path:
    place = directory / "points" / name
    place.mkdir(parents=True)
    return place


async def change_append(platform: Platform, defect: Defect) -> None:
    """Change the function that appends, where the defect is one of the database."""
    for service, changes in defect.sql.items():
        connection = await asyncpg.connect(platform.dsns[service])
        try:
            source: str = await connection.fetchval("SELECT pg_get_functiondef('append'::regproc)")
            for old, new in changes:
                assert source.count(old) == 1, f"append does not say {old!r} once"
                source = source.replace(old, new)
            owner = await connection.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'log' AND schemaname = 'public'")
            start = "SELECT position + 1 FROM head"
            await connection.execute(f"CREATE SEQUENCE positions START {await connection.fetchval(start)}")
            await connection.execute(f'ALTER SEQUENCE positions OWNER TO "{owner}"')
            await connection.execute(source)
        finally:
            await connection.close()
