"""What all parts of the story share: the client, the day, and the wait for a reaction."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..actions import Actions, manager, sales
from ..client import MAX_WAIT_SECONDS, Answer, ApiClient, Person, Rejected, TimedOut
from ..deal import Deal
from ..outcome import DealOutcome
from .plans import DealPlan
from .record import Chapter, Story

LEADS, OPPORTUNITIES = "lead-svc", "opportunity-svc"


@dataclass
class StoryContext:
    """Where the story runs.

    Args:
        samples: the folder of the story's files.
        day: the day of its first run, used in every run, so that a second run changes nothing.
    """

    front: ApiClient
    story: Story
    samples: Path
    day: date = date.min

    def actions(self, name: str) -> Actions:
        """Actions on one thing, all of them done now."""
        return Actions(self.front, f"story/{name}", hour=None)

    async def get(self, service: str, path: str, who: Person, accept: str = "application/json") -> Any:
        """What a service shows."""
        return (await self.front.get(service, "look", path, who, accept=accept)).body


@dataclass
class DealRun:
    """One large deal of the story."""

    context: StoryContext
    plan: DealPlan
    deal: Deal
    outcome: DealOutcome
    actions: Actions
    gates: Chapter = field(default_factory=lambda: Chapter(""))
    """Lines about its gates,"""
    offers: Chapter = field(default_factory=lambda: Chapter(""))
    """of its quote,"""
    cash: Chapter = field(default_factory=lambda: Chapter(""))
    """and of its money."""

    @property
    def at(self) -> str:
        """Its path in opportunity-svc."""
        return f"/opportunities/{self.outcome.opportunity_id}"

    @property
    def owner(self) -> Person:
        """The account manager."""
        return sales(self.plan.team)

    @property
    def manager(self) -> Person:
        """The sales manager."""
        return manager(self.plan.team)

    @property
    def solution_manager(self) -> Person:
        """The solution manager."""
        return Person(self.plan.team.solution, ("solution",))

    async def do(self, step: str, path: str, who: Person, body: Any = None) -> Answer:
        """A command about the deal."""
        return await self.actions.post(OPPORTUNITIES, step, f"{self.at}/{path}", who, body)

    async def try_post(self, step: str, path: str, who: Person, body: Any = None) -> Rejected | None:
        """A command about the deal that may be refused."""
        return await self.actions.try_post(OPPORTUNITIES, step, f"{self.at}/{path}", who, body)

    def refused(self, chapter: Chapter, what: str, refusal: Rejected | None, code: str) -> None:
        """What was refused, and must be."""
        self.context.story.refused(chapter, what, refusal, code)

    def money(self, amount: int) -> dict[str, Any]:
        """So much, in the currency of the deal."""
        return {"amount": amount, "currency": self.plan.currency}


async def until(what: str, look: Callable[[], Awaitable[Any]], there: Callable[[Any], bool]) -> Any:
    """What ``look`` finds, as soon as it is ``there``: a reaction is a moment away.

    Raises:
        TimedOut: it did not come within the maximum wait.
    """
    began, pause = time.monotonic(), 0.01
    while not there(found := await look()):
        if time.monotonic() - began > MAX_WAIT_SECONDS:
            raise TimedOut(f"{what} did not come within {MAX_WAIT_SECONDS:.0f} s")
        await asyncio.sleep(pause)
        pause = min(0.3, pause * 1.5)
    return found
