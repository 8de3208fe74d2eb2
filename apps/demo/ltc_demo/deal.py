"""One row of an input file: the customer, the need, and how far the deal got."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from ltc_events import decimals_of

Stage = Literal["lead", "open", "lost", "won"]
"""``lead``: assigned, no more. ``open``: an opportunity. ``lost`` and ``won``: decided; a won deal goes on until it is paid."""


def minor(amount: Decimal, currency: str) -> int:
    """``amount`` in minor units of ``currency``, rounded half up."""
    return int(amount.scaleb(decimals_of(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def major(amount: int, currency: str) -> Decimal:
    """Minor units of ``currency`` as people write them."""
    return Decimal(amount).scaleb(-decimals_of(currency))


@dataclass(frozen=True)
class Price:
    """What a product costs in one currency."""

    product: str
    description: str
    unit: str
    currency: str
    list_price: int
    tax_rate: Decimal = Decimal(0)


@dataclass(frozen=True)
class Item:
    """One product of a deal, and what the customer agreed to pay for the line."""

    price: Price
    quantity: Decimal
    net: int

    @property
    def list(self) -> int:
        """The line at list price."""
        return int((self.quantity * self.price.list_price).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class Person:
    """The customer's contact person."""

    name: str
    email: str


@dataclass(frozen=True)
class Team:
    """The team of a deal: owner, sales manager, solution manager, fulfilment manager."""

    owner: str
    manager: str
    solution: str
    fulfilment: str


@dataclass(frozen=True)
class Days:
    """When it happened, as far as the row says."""

    captured: date | None = None
    engaged: date | None = None
    closed: date | None = None
    delivered: date | None = None
    paid: date | None = None


@dataclass(frozen=True)
class Payment:
    """How a won deal is paid."""

    receipts: int = 1
    """In how many receipts the money comes."""
    share: Decimal = Decimal(1)
    """How much of what was invoiced is paid by now."""
    joint: str | None = None
    """Deals that name the same word are paid by one receipt."""


@dataclass(frozen=True)
class Deal:
    """A row that could be read."""

    line: int
    key: str
    stage: Stage
    company: str
    need: str
    channel: str
    currency: str
    team: Team
    items: tuple[Item, ...]
    days: Days = Days()
    person: Person | None = None
    campaign: str | None = None
    advance: Decimal = Decimal(0)
    deliveries: int = 1
    payment: Payment = Payment()
    reason: str = "other"
    lesson: str = "Not recorded."
    spelled: str = ""
    """The product as the file writes it, where it says so."""

    @property
    def net(self) -> int:
        """What the quote comes to, before tax."""
        return sum(item.net for item in self.items)


@dataclass(frozen=True)
class UnreadRow:
    """A row that could not be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class DealFile:
    """A whole file."""

    kind: str
    name: str
    deals: tuple[Deal, ...]
    unread: tuple[UnreadRow, ...]
    prices: tuple[Price, ...]
    managers: tuple[str, ...]
