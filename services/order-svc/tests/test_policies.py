"""What order-svc does with what it hears."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from ltc_events import Money, derive_id
from ltc_events.contract import ContractRegistered, PlanLine
from ltc_events.opportunity import PricedLine
from ltc_events.order import OrderLine
from order_svc.domain.order import ReceiveOrder
from order_svc.policies import receive_order

net = Money(amount=2500, currency="USD")
line = PricedLine(
    line=1, product="P1", description="Server", quantity=Decimal("2.5"), unit="C62", list_price=net, discount=Decimal(0), net=net,
    tax_rate=Decimal("0.19"),
)  # fmt: skip
registered = ContractRegistered(
    contract_id=UUID(int=1), opportunity_id=UUID(int=2), contract_no="C-1", party_id=UUID(int=3), company="Acme", legal_entity="ACME",
    purchase_order="PO-7", quote_id=UUID(int=4), quote_hash="a" * 64, account_manager="ann", solution_manager="sol",
    fulfilment_manager="fay", currency="USD", lines=(line,), net=net, plan=(PlanLine(line=1, kind="advance", amount=net),), payment_days=30,
    requested_delivery=date(2026, 4, 1), registered_on=date(2026, 3, 2),
)  # fmt: skip


def test_an_order_is_what_the_contract_says_and_nothing_is_typed_again() -> None:
    assert receive_order(registered) == [
        ReceiveOrder(
            order_id=derive_id(UUID(int=1), "order"), contract_id=UUID(int=1), contract_no="C-1", party_id=UUID(int=3), company="Acme",
            purchase_order="PO-7", lines=(OrderLine(line=1, product="P1", description="Server", quantity=Decimal("2.5"), unit="C62"),),
            requested_delivery=date(2026, 4, 1),
        )
    ]  # fmt: skip
