"""Rounds of negotiation, what was conceded, and deadlocks."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Currency, Money, Sha256, Text
from ltc_events.filled import DayInTheFuture
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..deal.read import OpportunityRow
from ..deal.rules.states import OPEN, UnknownOpportunity
from ..negotiation import rules as negotiation
from ..negotiation.rules import (
    Alternative,
    Alternatives,
    BreakDeadlock,
    Concession,
    ConcessionBelowNothing,
    Concessions,
    InDeadlock,
    NoSuchAlternative,
    NoteDeadlock,
    NothingNegotiated,
    NotInDeadlock,
    RecordRound,
    RoundBeforeTheLast,
    RoundOnOtherContent,
)
from ..quote.rules.gates import QuoteOfOtherOpportunity, UnknownQuote
from .roles import SALES

negotiations = Api("/opportunities", stream=negotiation.facts)


class RoundBody(Body):
    """What was negotiated, about which content of which quote."""

    quote_id: UUID
    quote_hash: Sha256 = Field(description="Of the quote as it was on the table.")
    gave: Concessions = Field((), description="What we gave.")
    got: Concessions = Field((), description="What we got.")
    note: Text | None = None
    held_on: date | None = Field(None, description="Today, if nothing is said.")


@negotiations.act(
    "/{opportunity_id}/rounds",
    roles=SALES,
    refuses=(
        *OPEN,
        UnknownQuote,
        QuoteOfOtherOpportunity,
        RoundOnOtherContent,
        InDeadlock,
        RoundBeforeTheLast,
        ConcessionBelowNothing,
        DayInTheFuture,
    ),
)
async def record_round(opportunity_id: UUID, body: RoundBody, handle: Handle) -> None:
    """Note a round of negotiation: what we gave, what we got."""
    command = RecordRound(
        opportunity_id=opportunity_id,
        quote_id=body.quote_id,
        quote_hash=body.quote_hash,
        gave=body.gave,
        got=body.got,
        note=body.note,
        held_on=body.held_on or handle.today,
        actor=handle.actor,
        today=handle.today,
    )
    return await handle(command)


class DeadlockBody(Body):
    """What nobody gives way in, and what else could be done."""

    about: Text = Field(examples=["Penalty for late delivery"])
    alternatives: Alternatives


@negotiations.act("/{opportunity_id}/deadlock", roles=SALES, refuses=(*OPEN, InDeadlock, NothingNegotiated))
async def note_deadlock(opportunity_id: UUID, body: DeadlockBody, handle: Handle) -> None:
    """Note that nobody moves any more, with what else could be done."""
    command = NoteDeadlock(
        opportunity_id=opportunity_id, about=body.about, alternatives=body.alternatives, actor=handle.actor, today=handle.today
    )
    return await handle(command)


class BreakBody(Body):
    """How it goes on."""

    how: Text
    alternative: Annotated[int, Field(ge=1, le=20)] | None = Field(None, description="Which alternative was taken, from 1.")


@negotiations.act("/{opportunity_id}/deadlock/break", roles=SALES, refuses=(*OPEN, NotInDeadlock, NoSuchAlternative))
async def break_deadlock(opportunity_id: UUID, body: BreakBody, handle: Handle) -> None:
    """Say what broke the deadlock."""
    command = BreakDeadlock(
        opportunity_id=opportunity_id, alternative=body.alternative, how=body.how, actor=handle.actor, today=handle.today
    )
    return await handle(command)


class RoundRow(View):
    """One round."""

    round: int
    quote_id: UUID
    revision: int
    quote_hash: Sha256
    net: Money
    gave: Sequence[Concession]
    got: Sequence[Concession]
    note: str | None
    held_on: date
    recorded_by: str


class Balance(View):
    """What concessions were worth, in one currency and its minor units; those without a value count as nothing."""

    currency: Currency
    gave: int = Field(description="Minor units.")
    got: int
    balance: int = Field(description="Got minus gave.")


class DeadlockRow(View):
    """The last deadlock."""

    about: str
    after_round: int
    alternatives: Sequence[Alternative]
    noted_by: str
    noted_on: date
    broken_on: date | None = Field(description="Null, as long as nobody moves.")
    alternative: int | None
    how: str | None


class NegotiationView(View):
    """How the negotiation of a deal went."""

    rounds: Sequence[RoundRow]
    ledger: Sequence[Balance]
    deadlock: DeadlockRow | None


@negotiations.query("/{opportunity_id}/negotiation", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_negotiation(opportunity_id: UUID, read: Read) -> NegotiationView:
    """The rounds of a deal, and the ledger of what was given and got."""
    deals = OpportunityRow.table.c
    await read.one(select(deals.opportunity_id).where(deals.opportunity_id == opportunity_id), UnknownOpportunity)
    table = shown.rounds.c
    found = await read.all(select(shown.rounds).where(table.opportunity_id == opportunity_id).order_by(table.round))
    rounds = [RoundRow(**{**row, "net": Money(amount=row["net"], currency=row["currency"])}) for row in found]
    deadlock = await read.maybe(select(shown.deadlocks).where(shown.deadlocks.c.opportunity_id == opportunity_id))
    return NegotiationView(rounds=rounds, ledger=ledger(rounds), deadlock=None if deadlock is None else DeadlockRow(**deadlock))


def ledger(rounds: Sequence[RoundRow]) -> list[Balance]:
    """What was given and got over all rounds, by currency."""
    gave = [each.value for row in rounds for each in row.gave if each.value is not None]
    got = [each.value for row in rounds for each in row.got if each.value is not None]
    return [balance(currency, gave, got) for currency in sorted({value.currency for value in (*gave, *got)})]


def balance(currency: str, gave: Iterable[Money], got: Iterable[Money]) -> Balance:
    given, gotten = (sum(value.amount for value in values if value.currency == currency) for values in (gave, got))
    return Balance(currency=currency, gave=given, got=gotten, balance=gotten - given)
