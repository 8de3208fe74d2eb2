"""Deals of another system: history that counts in figures. They can be neither worked on nor won here."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Command, Decider, Money, Name, Refusal, UserId, derive_id
from ltc_events.filled import Today
from ltc_events.opportunity import Ended, OpportunityImported
from pydantic import Field, StringConstraints

_WORD = r"[A-Za-z0-9][A-Za-z0-9 ._-]*"
DealKey = Annotated[str, StringConstraints(min_length=3, max_length=128, pattern=rf"^{_WORD}:{_WORD}$"), Field(examples=["crm:1C1I7A6R"])]
"""The system a deal comes from and its name there, with a colon between."""


def past_id(key: str) -> UUID:
    """The stream of a deal of another system."""
    return derive_id("past", key)


class ImportOpportunity(Command):
    """Import a deal of another system as history.

    It counts in figures; no timer is set, nothing follows from it, and it can be neither worked on nor won here. The same again
    changes nothing; an open deal that went on there may be imported anew, a closed one may not change.
    """

    key: DealKey
    company: Name = Field(examples=["Acme Inc"])
    product: Code = Field(examples=["GTX Pro"])
    spelled: Name | None = Field(None, examples=["GTXPro"], description="The product as that system wrote it, if otherwise.")
    owner: UserId = Field(examples=["ann"])
    status: Ended
    value: Money = Field(description="The won amount; of a deal that was not won, the expected amount.")
    engaged_on: date | None = Field(None, description="The day on which work on it began.")
    closed_on: date | None = Field(None, description="The day on which it was won or lost.")
    today: Today

    @property
    def opportunity_id(self) -> UUID:
        """The stream of the deal."""
        return past_id(self.key)


class UnknownPastDeal(Refusal):
    """No such deal was imported."""

    status = 404


class EndWithoutDay(Refusal):
    """A deal that is {status} has a day on which it was closed, and only such a deal."""


class ClosedBeforeEngaged(Refusal):
    """It cannot have been closed on {closed}, before work on it began ({engaged})."""


class ImportedFromTheFuture(Refusal):
    """{day} is in the future: an import is history."""


class WonForNothing(Refusal):
    """A won deal has a value above zero, and no deal one below zero."""


class ImportedOtherwise(Refusal):
    """It was imported as {status} on {closed}: what is closed does not change."""


@dataclass(frozen=True, slots=True)
class NotImported:
    """The deal is not imported."""


Past = NotImported | OpportunityImported


def decide(past: Past, command: ImportOpportunity) -> list[OpportunityImported]:
    must_make_sense(command)
    source, name = command.key.split(":", 1)
    copied = command.model_dump(exclude={"key", "spelled", "today"})
    spelled = command.spelled or command.product
    imported = OpportunityImported(opportunity_id=command.opportunity_id, source=source, key=name, spelled=spelled, **copied)
    if past == imported:
        return []
    if isinstance(past, OpportunityImported) and past.status != "open":
        raise ImportedOtherwise(status=past.status, closed=str(past.closed_on))
    return [imported]  # for the first time, or it went on in its own system


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
    initial=NotImported(),
    decide=decide,
    evolve=evolve,
    commands=ImportOpportunity,
    events=OpportunityImported,
)
