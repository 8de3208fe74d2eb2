"""A clock that is wrong by an hour: leases do not look at it, tokens are refused beyond their leeway, timers still fire once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from joserfc import jwt
from ltc_events import At, Command, Fact, derive_id
from ltc_events.policy import NamedPolicy
from ltc_runtime import timers
from ltc_runtime.clock import Clock
from ltc_runtime.http.auth import LEEWAY, Verifier
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.http.keys import FileSource, Keys
from ltc_runtime.http.problems import Unauthenticated
from ltc_runtime.log import Log, open_log
from ltc_runtime.policies import register_policies, run_policies
from ltc_runtime.service import Feature, Service
from ltc_runtime.settings import Settings
from ltc_runtime.shutdown import cancel_all

from ..databases import Database, Databases
from ..deals import LEADS
from ..platform import Platform
from ..tally import Add, Added, adding, tally_svc
from .doubles import double, hand_over, lease
from .failpoints import jump, jumping
from .test_services_die import load

pytestmark = pytest.mark.faults

HOUR = 3600.0
LIFE = 600


# Tokens


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    """Whom the process believes."""
    return Issuer(tmp_path / "issuer")


@pytest.fixture
def verifier(issuer: Issuer) -> Verifier:
    """Of a process."""
    return Verifier(Keys(FileSource(issuer.jwks)), issuer.issuer, issuer.audience)


def header(issuer: Issuer, **claims: int) -> bytes:
    """A bearer token that says this of its time, and nothing else."""
    said: dict[str, Any] = {"iss": issuer.issuer, "aud": issuer.audience, "sub": "ann", "roles": ["sales"], **claims}
    token = jwt.encode({"alg": "Ed25519", "kid": issuer._key.kid, "typ": "at+jwt"}, said, issuer._key, algorithms=["Ed25519"])
    return f"Bearer {token}".encode()


async def believes(verifier: Verifier, authorization: bytes, now: float, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a process whose clock says this takes the token: one that was verified before, or anew."""
    monkeypatch.setattr("ltc_runtime.http.auth.time", SimpleNamespace(time=lambda: now))
    if verifier.known(authorization) is not None:
        return True
    try:
        await verifier.verify(authorization)
    except Unauthenticated:
        return False
    return True


@pytest.mark.parametrize(
    ("claim", "border", "inside"),
    [("exp", LIFE + LEEWAY, -1), ("nbf", -LEEWAY, 1), ("iat", -LEEWAY, 1)],
)
async def test_a_token_is_believed_up_to_the_leeway_for_clocks_that_differ_and_no_second_longer(
    claim: str, border: float, inside: int, verifier: Verifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = int(time.time())
    authorization = header(issuer, **{"exp": now + LIFE, claim: now + LIFE if claim == "exp" else now})
    for _ in range(2):  # also where it was verified before
        assert await believes(verifier, authorization, now + border + inside, monkeypatch)
        assert not await believes(verifier, authorization, now + border - inside, monkeypatch)


@pytest.mark.parametrize("wrong", [HOUR, -HOUR])
async def test_an_hour_off_a_process_refuses_what_it_believed_and_believes_it_again_when_set_right(
    wrong: float, verifier: Verifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    authorization = f"Bearer {issuer.token('ann', ('sales',), seconds=LIFE)}".encode()
    said = [await believes(verifier, authorization, now + off, monkeypatch) for off in (0, wrong, 0)]
    assert said == [True, False, True]


# Timers


class Wrong(Clock):
    """The clock of a process that is wrong by so much."""

    def __init__(self, wrong: timedelta) -> None:
        super().__init__()
        self.wrong = wrong

    def now(self) -> datetime:
        """What it believes."""
        return super().now() + self.wrong

    def both(self) -> tuple[datetime, datetime]:
        """For the business and for the log."""
        business, system = super().both()
        return business + self.wrong, system + self.wrong


def remind(added: Added, fact: Fact) -> list[At | Command]:
    """Half an hour later, or in a moment, it is counted once more elsewhere."""
    if not added.note:
        return []
    again = Add(tally_id=derive_id(added.tally_id, "again"), amount=1)
    return [At(fact.occurred_at + timedelta(seconds=float(added.note)), again)]


reminding = Service(
    "tally-svc",
    Feature(deciders=tally_svc.deciders, policies=(NamedPolicy("remind", Added, remind),), projections=tally_svc.projections),
)


@pytest.fixture
async def database(databases: Databases) -> Database:
    """A log of its own."""
    return await databases.make(reminding)


@asynccontextmanager
async def process(database: Database, wrong: timedelta = timedelta(0)) -> AsyncIterator[Log]:
    """One process that reacts and fires, with a clock that is wrong by so much."""
    settings = Settings(lease_seconds=0.5)
    log = await open_log(database.login, reminding, Wrong(wrong))
    await register_policies(log)
    roles = [asyncio.create_task(role(log, settings)) for role in (run_policies, timers.run_timers)]
    try:
        yield log
    finally:
        await cancel_all(roles)
        await log.stop()


async def fired(log: Log) -> list[datetime]:
    """When each timer was fired, by the clock of who did it."""
    sql = "SELECT occurred_at FROM log WHERE type = 'ltc.tally.added.v1' AND data::jsonb ->> 'note' = '' ORDER BY position"
    return [row["occurred_at"] for row in await log.pool.fetch(sql)]


async def until_fired(log: Log) -> None:
    """Wait for the first."""
    async with asyncio.timeout(20):
        while not await fired(log):
            await asyncio.sleep(0.05)


async def test_a_process_an_hour_behind_fires_nothing_and_one_that_is_right_fires_it_once(database: Database) -> None:
    async with process(database, timedelta(hours=-1)) as behind, process(database) as right:
        await right.submit(adding("one", note="0.2"))
        await asyncio.sleep(2 * timers.LOOK_SECONDS)
        assert await fired(behind) == [], "the first holds the leases, the other one stands by"
    async with process(database) as right:
        await until_fired(right)
        await asyncio.sleep(2 * timers.LOOK_SECONDS)
        assert len(await fired(right)) == 1


async def test_a_process_an_hour_ahead_fires_early_and_nobody_fires_it_again_in_its_time(database: Database) -> None:
    async with process(database) as right:
        await right.submit(adding("one", note="1800"))
        async with asyncio.timeout(20):
            while not await right.pool.fetchval("SELECT count(*) FROM timer"):
                await asyncio.sleep(0.05)
    async with process(database, timedelta(hours=1)) as ahead:
        await until_fired(ahead)
    async with process(database, timedelta(minutes=31)) as later:
        await asyncio.sleep(2 * timers.LOOK_SECONDS)
        (at,) = await fired(later)
    assert at > datetime.now(UTC) + timedelta(minutes=59)


# Leases


@pytest.mark.stack
@pytest.mark.slow
async def test_a_process_whose_clock_jumps_keeps_its_leases_and_refuses_tokens_until_it_is_set_right(
    platform: Platform, tmp_path: Path
) -> None:
    leases, term = ("relay", "react", "timers"), platform.stack.settings.lease_seconds
    clocks = tmp_path / "clocks"
    async with double(platform, LEADS, {"api", "react", "relay"}, tmp_path, jumping(clocks)) as lead:
        pid = lead.pid
        assert pid is not None
        for name in leases:
            await hand_over(platform, LEADS, name, pid)
        held = {name: await lease(platform, LEADS, name) for name in leases}
        token = platform.stack.token("ann", ("sales",), seconds=LIFE)
        answers = []
        async with httpx.AsyncClient(base_url=lead.url, headers={"authorization": f"Bearer {token}"}, trust_env=False) as client:
            for wrong in (HOUR, -HOUR):
                jump(clocks, pid, wrong)
                await asyncio.gather(load(platform, 1), asyncio.sleep(1.2 * term))  # it tells and reacts as before
                answers.append((await client.get("/leads")).status_code)
                assert {name: await lease(platform, LEADS, name) for name in leases} == held
            jump(clocks, pid, 0.0)
            answers.append((await client.get("/leads")).status_code)
        assert answers == [401, 401, 200]
    await platform.assert_sound()
