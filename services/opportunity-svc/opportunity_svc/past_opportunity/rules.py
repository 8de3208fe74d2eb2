"""Deals of another system: history that counts in figures. It is no opportunity of ours, so it can be neither worked on nor won."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Command, Decider, Money, Name, Refusal, UserId, derive_id
from ltc_events.opportunity import Ended, OpportunityImported
from pydantic import StringConstraints

_WORD = r"[A-Za-z0-9][A-Za-z0-9 ._-]*"
DealKey = Annotated[str, StringConstraints(min_length=3, max_length=128, pattern=rf"^{_WORD}:{_WORD}$")]
"""The system a deal comes from and what it is called there, with a colon between."""


def past_id(key: str) -> UUID:
    """The stream of a deal of another system."""
    return derive_id("past", key)


class ImportOpportunity(Command):
    """Take over a deal as it stands in another system."""

    opportunity_id: UUID
    source: Code
    key: Name
    company: Name
    product: Code
    spelled: Name
    owner: UserId
    status: Ended
    value: Money
    engaged_on: date | None = None
    closed_on: date | None = None
    today: date


class UnknownPastDeal(Refusal):
    """No such deal was imported."""

    status = 404


class EndWithoutDay(Refusal):
    """A deal that is {status} has a day on which it was closed, and only such a deal."""


class ClosedBeforeEngaged(Refusal):
    """It cannot have been closed on {closed}, before anybody worked on it ({engaged})."""


class ImportedFromTheFuture(Refusal):
    """{day} has not come yet: an import tells what was."""


class WonForNothing(Refusal):
    """A won deal comes to more than nothing, and none to less."""


class ImportedOtherwise(Refusal):
    """It was imported as {status} on {closed}: what is closed does not change."""


@dataclass(frozen=True, slots=True)
class Never:
    """It was not imported."""


Past = Never | OpportunityImported


def decide(past: Past, command: ImportOpportunity) -> list[OpportunityImported]:
    must_make_sense(command)
    told = OpportunityImported(**command.model_dump(exclude={"today"}))
    if past == told:
        return []
    if isinstance(past, OpportunityImported) and past.status != "open":
        raise ImportedOtherwise(status=past.status, closed=str(past.closed_on))
    return [told]  # for the first time, or it went on in its own system


def must_make_sense(command: ImportOpportunity) -> None:
    if (command.status == "open") != (command.closed_on is None):
        raise EndWithoutDay(status=command.status)
    if command.engaged_on and command.closed_on and command.closed_on < command.engaged_on:
        raise ClosedBeforeEngaged(closed=command.closed_on.isoformat(), engaged=command.engaged_on.isoformat())
    for day in (command.engaged_on, command.closed_on):
        if day is not None and day > command.today:
            raise ImportedFromTheFuture(day=day.isoformat())
    if command.value.amount < 0 or (command.status == "won" and command.value.amount == 0):
        raise WonForNothing


def evolve(past: Past, event: OpportunityImported) -> Past:
    return event


decider: Decider[Past, ImportOpportunity, OpportunityImported] = Decider(
    kind="past-opportunity",
    id="opportunity_id",
    initial=Never(),
    decide=decide,
    evolve=evolve,
    commands=ImportOpportunity,
    events=OpportunityImported,
)
