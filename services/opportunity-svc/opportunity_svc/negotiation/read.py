"""The rounds of each negotiation, the ledger of concessions, and the last deadlock."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from ltc_events import Currency, Money, Sha256, projection
from ltc_events.read_model import Key, ReadModel, change, on, put
from ltc_runtime.http import EVERYONE, Read, View
from pydantic import Field
from sqlalchemy import select

from ..deal.read import OpportunityRow
from ..deal.rules.states import UnknownOpportunity
from .api import negotiations
from .rules import Alternative, Concession, DeadlockBroken, DeadlockNoted, RoundHeld


class RoundRow(ReadModel, table="negotiation_round"):
    """One round."""

    opportunity_id: Key[UUID] = Field(exclude=True)
    round: Key[int]
    quote_id: UUID
    revision: int
    quote_hash: Sha256
    net: Money
    currency: str = Field(exclude=True)
    gave: Sequence[Concession]
    got: Sequence[Concession]
    note: str | None
    held_on: date
    recorded_by: str


class DeadlockRow(ReadModel, table="negotiation_deadlock"):
    """The last deadlock of a deal; those before it are in the log."""

    opportunity_id: Key[UUID] = Field(exclude=True)
    about: str
    after_round: int
    alternatives: Sequence[Alternative]
    noted_by: str
    noted_on: date
    broken_on: date | None = Field(description="Null during the deadlock.")
    alternative: int | None
    how: str | None


negotiation_list = projection(
    "negotiation",
    on(RoundHeld, put(RoundRow)),
    on(DeadlockNoted, put(DeadlockRow)),
    on(DeadlockBroken, change(DeadlockRow, "alternative", "how", "broken_on")),
)


class Balance(View):
    """The value of concessions in one currency and its minor units; those without a value count as zero."""

    currency: Currency
    gave: int = Field(description="Minor units.")
    got: int
    balance: int = Field(description="Got minus gave.")


class NegotiationView(View):
    """The negotiation of a deal."""

    rounds: Sequence[RoundRow]
    ledger: Sequence[Balance]
    deadlock: DeadlockRow | None


@negotiations.query("/{opportunity_id}/negotiation", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_negotiation(opportunity_id: UUID, read: Read) -> NegotiationView:
    """The rounds of a deal, and the ledger of concessions given and got."""
    deals = OpportunityRow.table.c
    await read.one(select(deals.opportunity_id).where(deals.opportunity_id == opportunity_id), UnknownOpportunity)
    rounds = await read.rows(RoundRow, opportunity_id=opportunity_id)
    deadlocks = await read.rows(DeadlockRow, opportunity_id=opportunity_id)
    return NegotiationView(rounds=rounds, ledger=ledger(rounds), deadlock=deadlocks[0] if deadlocks else None)


def ledger(rounds: Sequence[RoundRow]) -> list[Balance]:
    """Concessions given and got over all rounds, by currency."""
    gave = [each.value for row in rounds for each in row.gave if each.value is not None]
    got = [each.value for row in rounds for each in row.got if each.value is not None]
    return [balance(currency, gave, got) for currency in sorted({value.currency for value in (*gave, *got)})]


def balance(currency: str, gave: Iterable[Money], got: Iterable[Money]) -> Balance:
    given, gotten = (sum(value.amount for value in values if value.currency == currency) for values in (gave, got))
    return Balance(currency=currency, gave=given, got=gotten, balance=gotten - given)
