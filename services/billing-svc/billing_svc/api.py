"""What finance does with money, and what anybody can ask about it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ltc_events import Code, Currency, Money, Name, Refusal, Text
from ltc_events.billing import InvoiceNumber, TaxSubtotal
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, Page, Paging, Read, Role, View, matching
from pydantic import Field
from sqlalchemy import and_, func, select

from . import projections as shown
from .domain import invoice, plan, receipt
from .domain.applying import ApplyCash, InvoiceNamedTwice, NothingApplied, Payments
from .domain.invoice import InvoiceAlreadySettled, InvoiceInOtherCurrency, InvoiceStatus, MoreThanOpen, NoInvoiceToPay, UnknownInvoice
from .domain.plan import UnknownPlan
from .domain.receipt import DayInTheFuture, MoreThanUnapplied, NothingReceived, ReceiptStatus, RecordPayment, UnknownReceipt

FINANCE: tuple[Role, ...] = ("finance",)

invoices = Api("/invoices", stream=invoice.decider)
receipts = Api("/receipts", stream=receipt.decider)
plans = Api("/plans", stream=plan.decider)
totals = Api("/totals")

NOT_APPLICABLE: tuple[type[Refusal], ...] = (
    NoInvoiceToPay,
    InvoiceAlreadySettled,
    MoreThanOpen,
    MoreThanUnapplied,
    InvoiceInOtherCurrency,
    InvoiceNamedTwice,
    NothingApplied,
)

# ── receipts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class PaymentBody(Body):
    """What came in."""

    amount: Money
    value_date: date | None = Field(None, description="When we could dispose of it; today, if nothing is said.")
    remitter: Name = Field(description="Who sent it.", examples=["Acme Treasury"])
    reference: Text | None = Field(None, description="What they wrote.", examples=["ACME-DE-000001"])


class Recorded(View):
    """Where to find the receipt."""

    receipt_id: UUID


@receipts.create("", roles=FINANCE, refuses=(NothingReceived, DayInTheFuture), money=True)
async def record_payment(body: PaymentBody, handle: Handle) -> Recorded:
    """Record money that came in.

    What it pays for is a question of its own: apply it to invoices.
    """
    receipt_id = handle.new_id("receipt")
    command = RecordPayment(
        receipt_id=receipt_id,
        amount=body.amount,
        value_date=body.value_date or handle.today,
        remitter=body.remitter,
        reference=body.reference,
        today=handle.today,
    )
    return await handle(command, Recorded(receipt_id=receipt_id))


class ApplyBody(Body):
    """Which invoices the receipt pays, and how much of each."""

    payments: Payments
    applied_on: date | None = Field(None, description="Today, if nothing is said.")


class Applied(View):
    """What this act of applying is called."""

    application_id: UUID


@receipts.act("/{receipt_id}/applications", roles=FINANCE, refuses=(UnknownReceipt, *NOT_APPLICABLE, DayInTheFuture), money=True)
async def apply_cash(receipt_id: UUID, body: ApplyBody, handle: Handle) -> Applied:
    """Set money of a receipt against invoices.

    One or several, wholly or in part; all of it happens or none.
    """
    application_id = handle.new_id("application")
    command = ApplyCash(
        receipt_id=receipt_id,
        application_id=application_id,
        payments=body.payments,
        applied_on=body.applied_on or handle.today,
        today=handle.today,
    )
    return await handle(command, Applied(application_id=application_id))


class ReceiptRow(View):
    """A receipt as lists show it."""

    receipt_id: UUID
    status: ReceiptStatus
    amount: Money
    unapplied: Money
    value_date: date
    remitter: str
    reference: str | None


class ApplicationView(View):
    """How much of which receipt paid how much of which invoice."""

    application_id: UUID
    receipt_id: UUID
    invoice_id: UUID
    contract_id: UUID
    amount: Money
    applied_on: date


class ReceiptView(ReceiptRow):
    """A receipt with what it paid, and what the caller may do now."""

    applications: Sequence[ApplicationView]
    actions: list[str]


@receipts.query("", roles=EVERYONE)
async def list_receipts(
    read: Read, paging: Paging, status: ReceiptStatus | None = None, reference: Text | None = None, currency: Currency | None = None
) -> Page[ReceiptRow]:
    """Receipts, newest first."""
    table = shown.receipts.c
    asked = {table.status: status, table.reference: reference, table.currency: currency}
    found = select(shown.receipts).where(*matching(asked))
    return await read.page(found, key=(table.value_date, table.receipt_id), into=receipt_row, paging=paging)


@receipts.query("/{receipt_id}", roles=EVERYONE, refuses=(UnknownReceipt,))
async def show_receipt(receipt_id: UUID, read: Read) -> ReceiptView:
    """One receipt with the invoices it paid."""
    found = select(shown.receipts).where(shown.receipts.c.receipt_id == receipt_id)
    row = await read.one(found, UnknownReceipt, stream=receipt.decider.of(receipt_id))
    paid = await applications_where(shown.applications.c.receipt_id == receipt_id, read)
    actions = () if row["status"] == "applied" else ("apply_cash",)
    return ReceiptView(**dict(receipt_row(**row)), applications=paid, actions=read.actions(actions))


receipts.history("/{receipt_id}/history", roles=EVERYONE, refuses=(UnknownReceipt,))

# ── invoices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class InvoiceRow(View):
    """An invoice as lists show it."""

    invoice_id: UUID
    number: str
    legal_entity: str
    contract_id: UUID
    contract_no: str
    plan_line: int
    kind: Literal["advance", "acceptance"]
    party_id: UUID
    company: str
    status: InvoiceStatus
    net: Money
    tax: Money
    gross: Money
    paid: Money
    open: Money
    issued_on: date
    due_on: date
    settled_on: date | None


class InvoiceView(InvoiceRow):
    """An invoice with its taxes and what paid it."""

    taxes: Sequence[TaxSubtotal]
    applications: Sequence[ApplicationView]


@invoices.query("", roles=EVERYONE)
async def list_invoices(
    read: Read,
    paging: Paging,
    status: InvoiceStatus | None = None,
    contract_id: UUID | None = None,
    party_id: UUID | None = None,
    number: InvoiceNumber | None = None,
    legal_entity: Code | None = None,
) -> Page[InvoiceRow]:
    """Invoices, newest first."""
    table = shown.invoices.c
    asked = {
        table.status: status,
        table.contract_id: contract_id,
        table.party_id: party_id,
        table.number: number,
        table.legal_entity: legal_entity,
    }
    columns = [column for column in table if column.name != "taxes"]
    found = select(*columns).where(*matching(asked))
    return await read.page(found, key=(table.issued_on, table.invoice_id), into=invoice_row, paging=paging)


@invoices.query("/{invoice_id}", roles=EVERYONE, refuses=(UnknownInvoice,))
async def show_invoice(invoice_id: UUID, read: Read) -> InvoiceView:
    """One invoice with its taxes and what paid it."""
    found = select(shown.invoices).where(shown.invoices.c.invoice_id == invoice_id)
    row = await read.one(found, UnknownInvoice, stream=invoice.decider.of(invoice_id))
    paid = await applications_where(shown.applications.c.invoice_id == invoice_id, read)
    return InvoiceView(**dict(invoice_row(**row)), taxes=[TaxSubtotal(**each) for each in row["taxes"]], applications=paid)


invoices.history("/{invoice_id}/history", roles=EVERYONE, refuses=(UnknownInvoice,))

# ── plans ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class PlanRow(View):
    """What is billed for a contract."""

    contract_id: UUID
    contract_no: str
    party_id: UUID
    company: str
    legal_entity: str
    net: Money
    payment_days: int
    registered_on: date


class PlanLineView(View):
    """An instalment, and what came of it."""

    line: int
    kind: Literal["advance", "acceptance"]
    covers: Sequence[int]
    amount: Money
    billed: Money = Field(description="Net of tax, as the amount is.")
    billed_gross: Money
    paid: Money = Field(description="With tax.")


class PlanView(PlanRow):
    """The plan of a contract, line by line, with its invoices."""

    lines: Sequence[PlanLineView]
    invoices: Sequence[InvoiceRow]


@plans.query("", roles=EVERYONE)
async def list_plans(read: Read, paging: Paging, party_id: UUID | None = None, contract_no: Code | None = None) -> Page[PlanRow]:
    """What is billed for which contract, newest first."""
    table = shown.plans.c
    asked = {table.party_id: party_id, table.contract_no: contract_no}
    found = select(shown.plans).where(*matching(asked))
    return await read.page(found, key=(table.registered_on, table.contract_id), into=plan_row, paging=paging)


@plans.query("/{contract_id}", roles=EVERYONE, refuses=(UnknownPlan,))
async def show_plan(contract_id: UUID, read: Read) -> PlanView:
    """The plan of one contract, and what came of it."""
    # Composed with its invoices, so it has no version of its own.
    row = await read.one(select(shown.plans).where(shown.plans.c.contract_id == contract_id), UnknownPlan)
    billed = shown.invoices.c
    of_contract = select(shown.invoices).where(billed.contract_id == contract_id).order_by(billed.issued_on, billed.number)
    return PlanView(
        **dict(plan_row(**row)),
        lines=await plan_lines_of(contract_id, read),
        invoices=[invoice_row(**each) for each in await read.all(of_contract)],
    )


plans.history("/{contract_id}/history", roles=EVERYONE, refuses=(UnknownPlan,))


async def plan_lines_of(contract_id: UUID, read: Read) -> list[PlanLineView]:
    lines, billed = shown.plan_lines, shown.invoices
    same_line = and_(billed.c.contract_id == lines.c.contract_id, billed.c.plan_line == lines.c.line)
    sums = [
        func.coalesce(func.sum(column), 0).label(name)
        for name, column in {"billed": billed.c.net, "billed_gross": billed.c.gross, "paid": billed.c.paid}.items()
    ]
    # PostgreSQL groups JSON by no column of it; the primary key says which line it is.
    counted = select(lines.c.line, *sums).select_from(lines.outerjoin(billed, same_line))
    reached = {row["line"]: row for row in await read.all(counted.where(lines.c.contract_id == contract_id).group_by(lines.c.line))}
    agreed = await read.all(select(lines).where(lines.c.contract_id == contract_id).order_by(lines.c.line))
    return [plan_line_view(**{**row, **reached[row["line"]]}) for row in agreed]


# ── totals ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class CurrencyTotals(View):
    """All money of one currency, in minor units."""

    currency: Currency
    billed_net: int
    billed: int = Field(description="With tax.")
    paid: int
    open: int
    received: int
    unapplied: int


class Totals(View):
    """All money, by currency."""

    data: Sequence[CurrencyTotals]


@totals.query("", roles=EVERYONE)
async def show_totals(read: Read) -> Totals:
    """What was billed, received, paid and is open, by currency."""
    billed, received = shown.invoices.c, shown.receipts.c
    invoiced = select(
        billed.currency,
        func.sum(billed.net).label("billed_net"),
        func.sum(billed.gross).label("billed"),
        func.sum(billed.paid).label("paid"),
        func.sum(billed.open).label("open"),
    ).group_by(billed.currency)
    money_in = select(
        received.currency, func.sum(received.amount).label("received"), func.sum(received.unapplied).label("unapplied")
    ).group_by(received.currency)
    sums: dict[str, dict[str, int]] = {}
    for row in [*await read.all(invoiced), *await read.all(money_in)]:
        sums.setdefault(row.pop("currency"), {}).update({name: int(amount) for name, amount in row.items()})
    nothing = dict.fromkeys(("billed_net", "billed", "paid", "open", "received", "unapplied"), 0)
    return Totals(data=[CurrencyTotals(currency=currency, **{**nothing, **sums[currency]}) for currency in sorted(sums)])


# ── rows as views ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def applications_where(condition: Any, read: Read) -> list[ApplicationView]:
    table = shown.applications.c
    found = select(shown.applications).where(condition).order_by(table.applied_on, table.application_id, table.invoice_id)
    return [ApplicationView(**in_money(row, "amount")) for row in await read.all(found)]


def receipt_row(**row: Any) -> ReceiptRow:
    return ReceiptRow(**in_money(row, "amount", "unapplied"))


def invoice_row(**row: Any) -> InvoiceRow:
    return InvoiceRow(**in_money(row, "net", "tax", "gross", "paid", "open"))


def plan_row(**row: Any) -> PlanRow:
    return PlanRow(**in_money(row, "net"))


def plan_line_view(**row: Any) -> PlanLineView:
    return PlanLineView(**in_money(row, "amount", "billed", "billed_gross", "paid"))


def in_money(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """The row, with these columns as amounts of its currency."""
    return row | {name: Money(amount=int(Decimal(row[name])), currency=row["currency"]) for name in names}
