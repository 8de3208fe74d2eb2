"""A contract from draft to closed, as the tests tell it."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from contract_svc.contract.rules.paper import (
    ContractDrafted,
    ContractReviewed,
    Deal,
    DraftContract,
    ReviewContract,
    SignContract,
    contract_no,
)
from contract_svc.contract.rules.registration import RegisterContract
from ltc_events import Money
from ltc_events.contract import ContractClosed, ContractRegistered, ContractSigned, PlanLine
from ltc_events.opportunity import PricedLine, lines_hash

CONTRACT, OTHER, DEAL = UUID(int=1), UUID(int=2), UUID(int=3)
MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
HASH = "d" * 64


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def line(number: int, quantity: str, net: int) -> PricedLine:
    return PricedLine(
        line=number, product=f"P{number}", description="Server", quantity=Decimal(quantity), unit="C62", list_price=usd(net),
        discount=Decimal(0), net=usd(net), tax_rate=Decimal("0.19"),
    )  # fmt: skip


LINES = (line(1, "2", 60_00), line(2, "1", 40_00))
deal = Deal(
    opportunity_id=DEAL, quote_id=UUID(int=4), quote_hash=lines_hash(LINES), party_id=UUID(int=5), company="Acme", account_manager="ann",
    solution_manager="sol", fulfilment_manager="fay", currency="USD", lines=LINES, net=usd(100_00),
)  # fmt: skip

draft = DraftContract(contract_id=CONTRACT, deal=deal, drafted_on=MONDAY)
drafted = ContractDrafted(contract_id=CONTRACT, deal=deal, drafted_on=MONDAY)
approve = ReviewContract(contract_id=CONTRACT, function="legal", verdict="approve", actor="lea")
reject = ReviewContract(contract_id=CONTRACT, function="finance", verdict="reject", findings=("No liability cap.",), actor="fin")
approved = ContractReviewed(contract_id=CONTRACT, function="legal", verdict="approve", findings=(), reviewer="lea")
rejected = ContractReviewed(contract_id=CONTRACT, function="finance", verdict="reject", findings=("No liability cap.",), reviewer="fin")
sign = SignContract(contract_id=CONTRACT, document_hash=HASH, signed_on=TUESDAY)
signed = ContractSigned(
    contract_id=CONTRACT, opportunity_id=DEAL, party_id=deal.party_id, company="Acme", net=deal.net, document_hash=HASH, signed_on=TUESDAY
)
PLAN = (
    PlanLine(line=1, kind="advance", amount=usd(30_00)),
    PlanLine(line=2, kind="acceptance", amount=usd(70_00), covers=(1, 2)),
)
register = RegisterContract(contract_id=CONTRACT, legal_entity="ACME-DE", plan=PLAN, payment_days=30, registered_on=FRIDAY)
registered = ContractRegistered(
    **dict(deal), contract_id=CONTRACT, contract_no=contract_no(CONTRACT), legal_entity="ACME-DE", plan=PLAN, payment_days=30,
    registered_on=FRIDAY,
)  # fmt: skip
closed = ContractClosed(contract_id=CONTRACT, opportunity_id=DEAL, closed_on=FRIDAY)

to_be_signed = (drafted, approved)
to_be_registered = (drafted, approved, signed)
in_force = (drafted, approved, signed, registered)
