"""The discount matrix: what a role may allow, by amount, margin and date, beside what a person was granted."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Annotated

from ltc_events import Money, Rate, Value
from pydantic import ConfigDict, Field, StringConstraints, model_validator

RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=32)]
MinMargin = Annotated[Decimal, Field(ge=-1, le=1, max_digits=7, decimal_places=6)]


class Allowance(Value):
    """How far whoever has a role may go, in one currency."""

    model_config = ConfigDict(extra="forbid")

    role: RoleName
    max_discount: Rate
    max_amount: Money
    """The net amount of the largest quote; of quotes that look split, of all of them together."""
    min_margin: MinMargin | None = None
    """The margin, as a share of the net price, that must be left. A quote whose cost is not known has not shown it."""
    valid_from: date
    valid_to: date | None = None
    """The last day; open end, if nothing is said."""

    @model_validator(mode="after")
    def begins_before_it_ends(self) -> "Allowance":
        """A row that is never valid is a mistake."""
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        return self

    def covers(self, discount: Decimal, net: Money, margin: Decimal | None, day: date) -> bool:
        """Whether this much discount may be allowed."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        enough = self.min_margin is None or (margin is not None and margin >= self.min_margin)
        fits = net.currency == self.max_amount.currency and net <= self.max_amount
        return in_time and enough and fits and discount <= self.max_discount


class DiscountMatrix(Value):
    """Who may allow what by role; any row that fits is enough."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[tuple[Allowance, ...], Field(min_length=1, max_length=500)]
    split_days: Annotated[int, Field(ge=0, le=365)] = 30
    """Discounted quotes of one party in other deals, submitted within so many days, count together; 0: each by itself."""

    def covers(self, roles: Collection[str], discount: Decimal, net: Money, margin: Decimal | None, day: date) -> bool:
        """Whether somebody with these roles may allow this much discount."""
        return any(row.role in roles and row.covers(discount, net, margin, day) for row in self.rows)
