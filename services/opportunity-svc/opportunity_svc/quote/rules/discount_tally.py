"""Discount tally: discounted quotes of one party in several deals, each within an approver's authority and together beyond it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Never
from uuid import UUID

from ltc_events import Decider, Event, Money, derive_id
from ltc_events.opportunity import Discount
from ltc_events.values import MAX_MINOR_UNITS


def tally_id(party: UUID) -> UUID:
    """The stream of the discounted quotes of a party."""
    return derive_id("discount-tally", str(party))


class DiscountCounted(Event, type="ltc.opportunity.discount-counted.v1"):
    """A discounted quote for this party was submitted; it counts with those of other deals."""

    tally_id: UUID
    party_id: UUID
    opportunity_id: UUID
    quote_id: UUID
    discount: Discount
    net: Money
    submitted_on: date


@dataclass(frozen=True, slots=True)
class Counted:
    """A discounted quote."""

    opportunity_id: UUID
    discount: Decimal
    net: Money
    submitted_on: date


@dataclass(frozen=True, slots=True)
class Beside:
    """What was discounted for the same party in other deals: of each deal its largest quote, since only one of them can be won."""

    quotes: tuple[UUID, ...]
    net: int
    """Minor units, of the currency that was asked for."""

    def added_to(self, net: Money) -> Money:
        """Together with a quote; no more than money can be, which nobody may allow anyway."""
        return Money(amount=min(net.amount + self.net, MAX_MINOR_UNITS), currency=net.currency)


@dataclass(frozen=True, slots=True)
class Tally:
    """The discounted quotes of a party, each as it was submitted last; to begin with, none."""

    quotes: Mapping[UUID, Counted] = field(default_factory=dict)

    def beside(self, opportunity_id: UUID, currency: str, since: date) -> Beside:
        """What counts together with a quote of this deal."""
        largest: dict[UUID, tuple[UUID, Counted]] = {}
        for quote_id, each in self.quotes.items():
            counts = each.opportunity_id != opportunity_id and each.net.currency == currency and each.submitted_on >= since
            known = largest.get(each.opportunity_id)
            if counts and (known is None or known[1].net < each.net):
                largest[each.opportunity_id] = (quote_id, each)
        found = sorted(largest.values(), key=lambda pair: pair[0])
        return Beside(tuple(quote_id for quote_id, _ in found), sum(each.net.amount for _, each in found))


def window(today: date, days: int) -> date:
    """The first day that counts."""
    return today - timedelta(days=days)


def evolve(tally: Tally, event: DiscountCounted) -> Tally:
    counted = Counted(event.opportunity_id, event.discount, event.net, event.submitted_on)
    return Tally({**tally.quotes, event.quote_id: counted})


decider: Decider[Tally, Any, DiscountCounted] = Decider(
    kind="discount-tally",
    id="tally_id",
    initial=Tally(),
    evolve=evolve,
    commands=Never,
    events=DiscountCounted,
    shared=True,
)
