"""A contract in force opens a plan; acceptances are billed."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from billing_svc.plan.policies import bill_acceptance, open_plan
from billing_svc.plan.rules import AcceptedQuantity, BillAcceptance, OpenPlan
from billing_svc.plan.rules.bill import BilledLine, Terms
from ltc_events import Money
from ltc_events.contract import ContractRegistered, PlanLine
from ltc_events.opportunity import PricedLine
from ltc_events.order import AcceptedLine, DeliveryAccepted

CONTRACT, DAY = UUID(int=1), date(2026, 3, 2)
net = Money(amount=2500, currency="USD")
line = PricedLine(
    line=1, product="P1", description="Server", quantity=Decimal("2.5"), unit="C62", list_price=net, discount=Decimal(0), net=net,
    tax_rate=Decimal("0.19"),
)  # fmt: skip
registered = ContractRegistered(
    contract_id=CONTRACT, opportunity_id=UUID(int=2), contract_no="C-1", party_id=UUID(int=3), company="Acme", legal_entity="ACME",
    quote_id=UUID(int=4), quote_hash="a" * 64, account_manager="ann", solution_manager="sol", fulfilment_manager="fay", currency="USD",
    lines=(line,), net=net, plan=(PlanLine(line=1, kind="advance", amount=net),), payment_days=30, registered_on=DAY,
)  # fmt: skip
terms = Terms(
    contract_no="C-1", party_id=UUID(int=3), company="Acme", legal_entity="ACME", currency="USD",
    lines=(BilledLine(line=1, quantity=Decimal("2.5"), net=net, tax_rate=Decimal("0.19")),), net=net, plan=registered.plan, payment_days=30,
    registered_on=DAY,
)  # fmt: skip


def test_a_contract_in_force_is_billed_by_its_plan() -> None:
    assert open_plan(registered) == [OpenPlan(contract_id=CONTRACT, terms=terms)]


def test_what_is_accepted_is_billed() -> None:
    accepted = DeliveryAccepted(
        order_id=UUID(int=5), contract_id=CONTRACT, acceptance_id=UUID(int=6), accepted_on=DAY, complete=False,
        lines=(AcceptedLine(line=1, quantity=Decimal(1), accepted=Decimal(2), ordered=Decimal("2.5")),),
    )  # fmt: skip
    lines = (AcceptedQuantity(line=1, quantity=Decimal(1)),)
    assert bill_acceptance(accepted) == [BillAcceptance(contract_id=CONTRACT, acceptance_id=UUID(int=6), lines=lines, accepted_on=DAY)]
