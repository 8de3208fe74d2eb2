"""What people see of money: the plan of each contract, the invoices, the receipts, and which receipt paid which invoice."""

from ltc_events import change, on, projection, put
from ltc_events.billing import CashApplied, InvoiceIssued, InvoiceSettled, PaymentReceived
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from .invoice.rules import InvoicePaid
from .plan.rules import PlanOpened

read = MetaData(schema="read")

# ── plans ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

plans = Table(
    "plan_list",
    read,
    Column("contract_id", UUID, primary_key=True),
    Column("contract_no", Text, nullable=False),
    Column("party_id", UUID, nullable=False),
    Column("company", Text, nullable=False),
    Column("legal_entity", Text, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("payment_days", Integer, nullable=False),
    Column("registered_on", Date, nullable=False),
    Index("plan_list_newest", "registered_on", "contract_id"),
    Index("plan_list_of_party", "party_id"),
    Index("plan_list_of_number", "contract_no"),
)

plan_lines = Table(
    "plan_line",
    read,
    Column("contract_id", UUID, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("covers", JSON, nullable=False),
)


def planned(plan: PlanOpened) -> list[Row]:
    """The payment plan, line by line."""
    return [
        {
            "contract_id": plan.contract_id,
            "line": line.line,
            "kind": line.kind,
            "amount": line.amount.amount,
            "currency": line.amount.currency,
            "covers": list(line.covers),
        }
        for line in plan.terms.plan
    ]


def opened(plan: PlanOpened) -> Row:
    """A contract that is billed from now on."""
    terms = plan.terms
    return {
        "contract_id": plan.contract_id,
        "contract_no": terms.contract_no,
        "party_id": terms.party_id,
        "company": terms.company,
        "legal_entity": terms.legal_entity,
        "net": terms.net.amount,
        "currency": terms.currency,
        "payment_days": terms.payment_days,
        "registered_on": terms.registered_on,
    }


plan_list = projection("plan_list", on(PlanOpened, put(plans, opened), put(plan_lines, planned)))

# ── invoices ──────────────────────────────────────────────────────────────────────────────────────────────────────────

invoices = Table(
    "invoice_list",
    read,
    Column("invoice_id", UUID, primary_key=True),
    Column("number", Text, nullable=False, index=True),
    Column("legal_entity", Text, nullable=False),
    Column("contract_id", UUID, nullable=False, index=True),
    Column("contract_no", Text, nullable=False),
    Column("plan_line", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("party_id", UUID, nullable=False),
    Column("company", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("gross", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("open", BigInteger, nullable=False),
    Column("taxes", JSON, nullable=False),
    Column("status", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("settled_on", Date),
    Index("invoice_list_newest", "issued_on", "invoice_id"),
    Index("invoice_list_of_status", "status", "issued_on", "invoice_id"),
    Index("invoice_list_of_party", "party_id"),
)


def issued(invoice: InvoiceIssued) -> Row:
    """An invoice of which everything is open."""
    return {
        **invoice.model_dump(exclude={"taxes", "net", "tax", "gross"}),
        "net": invoice.net.amount,
        "tax": invoice.tax.amount,
        "gross": invoice.gross.amount,
        "paid": 0,
        "open": invoice.gross.amount,
        "taxes": [each.model_dump(mode="json") for each in invoice.taxes],
        "status": "open",
        "settled_on": None,
    }


invoice_list = projection(
    "invoice_list",
    on(InvoiceIssued, put(invoices, issued)),
    on(
        InvoicePaid,
        change(
            invoices,
            lambda payment: {
                "invoice_id": payment.invoice_id,
                "paid": payment.paid.amount,
                "open": payment.open.amount,
                "status": "partly_paid",
            },
        ),
    ),
    on(
        InvoiceSettled,
        change(
            invoices,
            lambda invoice: {"invoice_id": invoice.invoice_id, "status": "settled", "settled_on": invoice.settled_on},
        ),
    ),
)

# ── receipts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

receipts = Table(
    "receipt_list",
    read,
    Column("receipt_id", UUID, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("unapplied", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("value_date", Date, nullable=False),
    Column("remitter", Text, nullable=False),
    Column("reference", Text, index=True),
    Column("status", Text, nullable=False),
    Index("receipt_list_newest", "value_date", "receipt_id"),
    Index("receipt_list_of_status", "status", "value_date", "receipt_id"),
)

applications = Table(
    "application_list",
    read,
    Column("application_id", UUID, primary_key=True),
    Column("invoice_id", UUID, primary_key=True, index=True),
    Column("receipt_id", UUID, nullable=False, index=True),
    Column("contract_id", UUID, nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("applied_on", Date, nullable=False),
)


def received(receipt: PaymentReceived) -> Row:
    """Money not yet set against anything."""
    return {
        "receipt_id": receipt.receipt_id,
        "amount": receipt.amount.amount,
        "unapplied": receipt.amount.amount,
        "currency": receipt.amount.currency,
        "value_date": receipt.value_date,
        "remitter": receipt.remitter,
        "reference": receipt.reference,
        "status": "unapplied",
    }


def applied(cash: CashApplied) -> list[Row]:
    """Which invoice got how much."""
    return [
        {
            "application_id": cash.application_id,
            "invoice_id": each.invoice_id,
            "receipt_id": cash.receipt_id,
            "contract_id": each.contract_id,
            "amount": each.amount.amount,
            "currency": each.amount.currency,
            "applied_on": cash.applied_on,
        }
        for each in cash.applications
    ]


receipt_list = projection(
    "receipt_list",
    on(PaymentReceived, put(receipts, received)),
    on(
        CashApplied,
        change(
            receipts,
            lambda cash: {
                "receipt_id": cash.receipt_id,
                "unapplied": cash.unapplied.amount,
                "status": "partly_applied" if cash.unapplied.amount else "applied",
            },
        ),
        put(applications, applied),
    ),
)
