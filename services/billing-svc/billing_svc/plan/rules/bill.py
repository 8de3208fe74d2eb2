"""What a bill says before it has a number: net, split over tax rates, taxed per rate, and due."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from uuid import UUID

from ltc_events import Code, Currency, Money, Name, Quantity, Rate, Value, total
from ltc_events.billing import TaxSubtotal
from ltc_events.contract import PlanLine
from ltc_events.opportunity import LineNo


class BilledLine(Value):
    """What billing needs to know of a contract line."""

    line: LineNo
    quantity: Quantity
    net: Money
    tax_rate: Rate


class Terms(Value):
    """What billing needs to know of a contract."""

    contract_no: Code
    party_id: UUID
    company: Name
    legal_entity: Code
    currency: Currency
    lines: tuple[BilledLine, ...]
    net: Money
    plan: tuple[PlanLine, ...]
    payment_days: int
    registered_on: date

    def covered(self, plan_line: PlanLine) -> list[BilledLine]:
        """The contract lines a plan line bills; an advance bills all of them."""
        return [line for line in self.lines if plan_line.kind == "advance" or line.line in plan_line.covers]


class Bill(Value):
    """An invoice that lacks only its number."""

    contract_id: UUID
    contract_no: Code
    plan_line: LineNo
    kind: Literal["advance", "acceptance"]
    legal_entity: Code
    party_id: UUID
    company: Name
    currency: Currency
    taxes: tuple[TaxSubtotal, ...]
    net: Money
    tax: Money
    gross: Money
    issued_on: date
    due_on: date


def bill(contract_id: UUID, terms: Terms, plan_line: PlanLine, net: Money, issued_on: date) -> Bill:
    """Bill ``net`` of a plan line."""
    taxes = taxed(net, terms.covered(plan_line))
    tax = total([each.tax for each in taxes], net.currency, "The tax of an invoice")
    return Bill(
        contract_id=contract_id,
        contract_no=terms.contract_no,
        plan_line=plan_line.line,
        kind=plan_line.kind,
        legal_entity=terms.legal_entity,
        party_id=terms.party_id,
        company=terms.company,
        currency=terms.currency,
        taxes=taxes,
        net=net,
        tax=tax,
        gross=total([net, tax], net.currency, "An invoice with its tax"),
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=terms.payment_days),
    )


def taxed(net: Money, lines: Sequence[BilledLine]) -> tuple[TaxSubtotal, ...]:
    """Split ``net`` over the tax rates of ``lines``, weighted by what the lines are worth, and tax each part half up."""
    worth: dict[Decimal, Decimal] = {}
    for line in lines:
        worth[line.tax_rate] = worth.get(line.tax_rate, Decimal(0)) + max(line.net.amount, 0)
    if not any(worth.values()):  # only lines that cost nothing: none of their rates weighs more than another
        worth = dict.fromkeys(worth, Decimal(1))
    parts = zip(worth, net.allocate(list(worth.values())), strict=True)
    return tuple(TaxSubtotal(rate=rate, net=part, tax=part.times(rate)) for rate, part in parts if part.amount)


def share(plan_line: PlanLine, lines: Sequence[BilledLine], accepted: dict[int, Decimal]) -> int:
    """What ``accepted`` quantities are worth in a plan line: its amount × net accepted ÷ net of the lines it names, half up."""
    whole = sum(line.net.amount for line in lines)
    if whole <= 0:
        return 0  # lines that cost nothing are billed when all of them are accepted
    parts = (line.net.amount * Fraction(accepted.get(line.line, Decimal(0))) / Fraction(line.quantity) for line in lines)
    done = sum(parts, Fraction(0))
    return int(plan_line.amount.amount * done / whole + Fraction(1, 2))
