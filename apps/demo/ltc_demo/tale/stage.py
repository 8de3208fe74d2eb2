"""What everybody in the story needs: somebody who asks the services, a day it happens on, and the time to wait for a reaction."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..acts import Acts, manager, sales
from ..deal import Deal
from ..frontline import PATIENCE, Answer, Frontline, GaveUp, Person, Rejected
from ..walked import Walked
from .cast import Role
from .telling import Chapter, Tale

LEADS, OPPORTUNITIES = "lead-svc", "opportunity-svc"


@dataclass
class Stage:
    """Where the story is played.

    Args:
        samples: the folder of the story's files.
        day: when it was told first; of every day it names, so that telling it again changes nothing.
    """

    front: Frontline
    tale: Tale
    samples: Path
    day: date = date.min

    def acts(self, name: str) -> Acts:
        """Acts on one thing, all of them done now."""
        return Acts(self.front, f"story/{name}", hour=None)

    async def look(self, service: str, path: str, who: Person, accept: str = "application/json") -> Any:
        """What a service shows."""
        return (await self.front.look(service, "look", path, who, accept=accept)).body


@dataclass
class Play:
    """One large deal on its way."""

    stage: Stage
    role: Role
    deal: Deal
    walked: Walked
    acts: Acts
    gates: Chapter = field(default_factory=lambda: Chapter(""))
    """What is said of its gates,"""
    offers: Chapter = field(default_factory=lambda: Chapter(""))
    """of its quote,"""
    cash: Chapter = field(default_factory=lambda: Chapter(""))
    """and of its money."""

    @property
    def at(self) -> str:
        """Its path in opportunity-svc."""
        return f"/opportunities/{self.walked.opportunity_id}"

    @property
    def owner(self) -> Person:
        """The account manager."""
        return sales(self.role.team)

    @property
    def boss(self) -> Person:
        """The sales manager."""
        return manager(self.role.team)

    @property
    def solver(self) -> Person:
        """The solution manager."""
        return Person(self.role.team.solution, ("solution",))

    async def do(self, step: str, path: str, who: Person, body: Any = None) -> Answer:
        """Something about the deal."""
        return await self.acts.act(OPPORTUNITIES, step, f"{self.at}/{path}", who, body)

    async def tried(self, step: str, path: str, who: Person, body: Any = None) -> Rejected | None:
        """Something about the deal that may well be refused."""
        return await self.acts.tried(OPPORTUNITIES, step, f"{self.at}/{path}", who, body)

    def refused(self, chapter: Chapter, what: str, refusal: Rejected | None, code: str) -> None:
        """What was refused, and must be."""
        self.stage.tale.refused(chapter, what, refusal, code)

    def money(self, amount: int) -> dict[str, Any]:
        """So much, in the currency of the deal."""
        return {"amount": amount, "currency": self.role.currency}


async def until(what: str, look: Callable[[], Awaitable[Any]], there: Callable[[Any], bool]) -> Any:
    """What ``look`` finds, as soon as it is ``there``: a reaction is a moment away.

    Raises:
        GaveUp: it did not come within the time anybody waits.
    """
    began, pause = time.monotonic(), 0.01
    while not there(found := await look()):
        if time.monotonic() - began > PATIENCE:
            raise GaveUp(f"{what} did not come within {PATIENCE:.0f} s")
        await asyncio.sleep(pause)
        pause = min(0.3, pause * 1.5)
    return found
