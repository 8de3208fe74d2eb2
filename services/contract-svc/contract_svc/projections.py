"""What people see of contracts: the list, what was found in review, and how far each plan line and contract line is."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.contract import ContractClosed, ContractExpiring, ContractRegistered, ContractSigned
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, Date, DateTime, Index, Integer, MetaData, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from .contract.rules.execution import CashNoted, DeliveryNoted, InvoiceNoted
from .contract.rules.paper import ContractDrafted, ContractReviewed

read = MetaData(schema="read")

contracts = Table(
    "contract_list",
    read,
    Column("contract_id", UUID, primary_key=True),
    Column("opportunity_id", UUID, nullable=False, index=True),
    Column("quote_id", UUID, nullable=False),
    Column("quote_hash", Text, nullable=False),
    Column("party_id", UUID, nullable=False),
    Column("company", Text, nullable=False),
    Column("account_manager", Text, nullable=False),
    Column("solution_manager", Text, nullable=False),
    Column("fulfilment_manager", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("lines", JSON, nullable=False),
    Column("drafted_on", Date, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("review_function", Text),
    Column("reviewer", Text),
    Column("findings", JSON),
    Column("document_hash", Text),
    Column("signed_on", Date),
    Column("contract_no", Text),
    Column("legal_entity", Text),
    Column("purchase_order", Text),
    Column("payment_days", Integer),
    Column("requested_delivery", Date),
    Column("registered_on", Date),
    Column("ends_on", Date),
    Column("notice_days", Integer),
    Column("expiry_told_at", DateTime(timezone=True)),
    Column("closed_on", Date),
    Index("contract_list_newest", "drafted_at", "contract_id"),
    Index("contract_list_of_status", "status", "drafted_at", "contract_id"),
    Index("contract_list_of_party", "party_id"),
    Index("contract_list_of_end", "ends_on"),
    Index("contract_list_of_number", "contract_no"),
    Index("contract_list_of_purchase_order", "purchase_order"),
)

plan_lines = Table(
    "contract_plan_line",
    read,
    Column("contract_id", UUID, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("covers", JSON, nullable=False),
)

# Apart from the plan, because invoices and money may be heard of before the contract is registered.
plan_progress = Table(
    "contract_plan_progress",
    read,
    Column("contract_id", UUID, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("currency", Text, nullable=False),
    Column("billed", BigInteger, nullable=False),
    Column("billed_gross", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
)

deliveries = Table(
    "contract_delivery",
    read,
    Column("contract_id", UUID, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("accepted", Numeric, nullable=False),
)

NEW_CONTRACT: Row = dict.fromkeys(contracts.columns.keys())


def drafted(contract: ContractDrafted, fact: Fact) -> Row:
    """A deal on paper."""
    deal = contract.deal
    return {
        **NEW_CONTRACT,
        **deal.model_dump(exclude={"lines", "net"}),
        "contract_id": contract.contract_id,
        "lines": [line.model_dump(mode="json") for line in deal.lines],
        "net": deal.net.amount,
        "status": "draft",
        "drafted_on": contract.drafted_on,
        "drafted_at": fact.occurred_at,
    }


def reviewed(contract: ContractReviewed) -> Row:
    """Who looked, and what they said."""
    return {
        "contract_id": contract.contract_id,
        "status": "approved" if contract.verdict == "approve" else "rejected",
        "review_function": contract.function,
        "reviewer": contract.reviewer,
        "findings": list(contract.findings),
    }


def signed(contract: ContractSigned) -> Row:
    """The signed document."""
    return {
        "contract_id": contract.contract_id,
        "status": "signed",
        "document_hash": contract.document_hash,
        "signed_on": contract.signed_on,
    }


def registered(contract: ContractRegistered) -> Row:
    """What was agreed beside the quote."""
    return {
        "contract_id": contract.contract_id,
        "status": "registered",
        "contract_no": contract.contract_no,
        "legal_entity": contract.legal_entity,
        "purchase_order": contract.purchase_order,
        "payment_days": contract.payment_days,
        "requested_delivery": contract.requested_delivery,
        "registered_on": contract.registered_on,
        "ends_on": contract.ends_on,
        "notice_days": contract.notice_days,
    }


def planned(contract: ContractRegistered) -> list[Row]:
    """The payment plan, line by line."""
    return [
        {
            "contract_id": contract.contract_id,
            "line": line.line,
            "kind": line.kind,
            "amount": line.amount.amount,
            "currency": line.amount.currency,
            "covers": list(line.covers),
        }
        for line in contract.plan
    ]


def progressed(noted: InvoiceNoted | CashNoted) -> list[Row]:
    """Where the plan lines stand now."""
    return [
        {
            "contract_id": noted.contract_id,
            "line": each.line,
            "currency": each.billed.currency,
            "billed": each.billed.amount,
            "billed_gross": each.billed_gross.amount,
            "paid": each.paid.amount,
        }
        for each in noted.progress
    ]


def delivered(noted: DeliveryNoted) -> list[Row]:
    """How much of each line was accepted so far."""
    return [{"contract_id": noted.contract_id, "line": each.line, "accepted": each.accepted} for each in noted.lines]


contract_list = projection(
    "contract_list",
    on(ContractDrafted, put(contracts, drafted)),
    on(ContractReviewed, change(contracts, reviewed)),
    on(ContractSigned, change(contracts, signed)),
    on(ContractRegistered, change(contracts, registered)),
    on(
        ContractClosed,
        change(
            contracts,
            lambda contract: {"contract_id": contract.contract_id, "status": "closed", "closed_on": contract.closed_on},
        ),
    ),
    on(
        ContractExpiring,
        change(contracts, lambda contract, fact: {"contract_id": contract.contract_id, "expiry_told_at": fact.occurred_at}),
    ),
    version=2,
)

contract_progress = projection(
    "contract_progress",
    on(ContractRegistered, put(plan_lines, planned)),
    on(InvoiceNoted, put(plan_progress, progressed)),
    on(CashNoted, put(plan_progress, progressed)),
    on(DeliveryNoted, put(deliveries, delivered)),
)
