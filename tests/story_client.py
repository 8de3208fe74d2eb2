"""What people do in a story, each act under a key of its own; what they wait for, and the facts it is told by."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

from .api_client import ANN, MAX, Done, Person, Refused
from .checker.evidence import Evidence
from .deals import CONTRACTS, LEADS, OPPORTUNITIES, Deal
from .platform import Platform

MIA, SAM, FAY, LEA, NAT = (
    Person(name, (role,))
    for name, role in (("mia", "sales_manager"), ("sam", "solution"), ("fay", "fulfilment"), ("lea", "legal"), ("nat", "analyst"))
)
ALWAYS = {day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
"""A calendar on which somebody works at any hour, so that a story takes the same course on a Sunday."""


class StoryClient:
    """One story on a platform.

    Args:
        name: the keys of its acts begin with it.
    """

    def __init__(self, platform: Platform, name: str) -> None:
        self.platform, self.api_client, self.name = platform, platform.api_client, name
        self.last: str | None = None
        """The last position told."""
        self._numbers = itertools.count(1)

    async def do(self, operation: str, path: str, who: Person = ANN, body: Any = None, *, at: str = LEADS) -> Any:
        """One act; what it is answered."""
        done: Done = await self.api_client.act(at, operation, path, who, body, key=f"{self.name}/{next(self._numbers)}")
        self.last = done.told or self.last
        return done.body

    async def refused(self, operation: str, path: str, who: Person = ANN, body: Any = None, *, at: str = LEADS) -> dict[str, Any]:
        """One act that is refused; what the refusal says."""
        try:
            await self.do(operation, path, who, body, at=at)
        except Refused as no:
            return no.problem
        raise AssertionError(f"{operation} was not refused")

    async def tried(self, operation: str, path: str, who: Person = ANN, body: Any = None, *, at: str = LEADS) -> str | None:
        """One act that may be refused; the code of the refusal."""
        try:
            await self.do(operation, path, who, body, at=at)
        except Refused as no:
            return str(no.code)
        return None

    async def look(self, path: str, who: Person = MAX, *, at: str = LEADS) -> Any:
        """What is known now, of all that was told in this story."""
        return await self.api_client.look(at, path, who, after=[self.last])

    async def until(self, path: str, holds: Callable[[Any], bool], who: Person = MAX, *, at: str = LEADS, seconds: float = 60.0) -> Any:
        """What is known, as soon as it is so."""
        shown: Any = None
        try:
            async with asyncio.timeout(seconds):
                while not holds(shown := await self.api_client.look(at, path, who)):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{path} went on showing {shown}") from None
        return shown

    async def deal(self, company: str, lead: Any = None, **terms: Any) -> Deal:
        """A lead of Ann's that became a deal, whatever rules there are for leads."""
        body = {"company": company, "channel": "referral", **(lead or {})}
        found = str((await self.do("capture_lead", "/leads", ANN, body))["lead_id"])
        await self.do("assign_lead", f"/leads/{found}/assign", MAX, {"owner": "ann"})
        deal = Deal(self.api_client, found, ids={"lead": found}, **terms)
        return await deal.convert()

    async def rules(self, book: str, rules: Any, *, at: str = LEADS) -> int:
        """Rules that count from now on; their version."""
        known, version = self.platform.live.get(book, (None, 0))
        if known == rules:
            return version
        drafted = "import_mappings" if book == "import" else book
        await self.do(f"draft_{drafted}", f"/rule-books/{book}", MIA, rules, at=at)
        version = int((await self.look(f"/rule-books/{book}", at=at))["data"][0]["version"])
        if book == "scoring":
            await self.do("back_test_scoring", f"/rule-books/scoring/{version}/back-test", MIA, {"horizon_days": 7})
        await self.do("activate_rules", f"/rule-books/{book}/{version}/activate", MAX, at=at)
        self.platform.live[book] = rules, version
        return version


class SalesStoryClient(StoryClient):
    """A story told at opportunity-svc."""

    async def sell(self, operation: str, path: str, who: Person = ANN, body: Any = None) -> Any:
        """One act there."""
        return await self.do(operation, path, who, body, at=OPPORTUNITIES)

    async def no(self, operation: str, path: str, who: Person = ANN, body: Any = None) -> dict[str, Any]:
        """One act that is refused there; what the refusal says."""
        return await self.refused(operation, path, who, body, at=OPPORTUNITIES)

    async def see(self, path: str, who: Person = MAX) -> Any:
        """What is known there now."""
        return await self.look(path, who, at=OPPORTUNITIES)

    async def contract(self, deal: Deal) -> dict[str, Any]:
        """The contract that was drafted of a deal that is won, whole."""
        deal.last = self.last
        await deal.drafted()
        return dict(await self.api_client.look(CONTRACTS, f"/contracts/{deal.ids['contract']}"))


def facts(evidence: Evidence, *types: str, about: str) -> list[dict[str, Any]]:
    """What the topics say of somebody or something, in the order of each partition."""
    return [
        json.loads(message.value)
        for message in evidence.told
        if message.headers["ce_type"] in {f"ltc.{each}.v1" for each in types} and about in message.value.decode()
    ]


def told_of_deal(evidence: Evidence, lead: str) -> set[str]:
    """The types of all facts on the topics that are told of the deal a lead began, whichever service tells them."""
    (deal,) = {each.headers["ce_correlationid"] for each in evidence.told if each.headers["ce_subject"] == lead}
    told = {each.headers["ce_type"] for each in evidence.told if each.headers["ce_correlationid"] == deal}
    return {name.removeprefix("ltc.").removesuffix(".v1") for name in told}
