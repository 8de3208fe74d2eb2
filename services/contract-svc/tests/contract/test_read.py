"""What people see of contracts after each fact."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

from contract_svc.contract.read import ContractRow, DeliveryRow, PlanLineRow, PlanProgressRow, contract_list, contract_progress
from contract_svc.contract.rules.execution import CashNoted, DeliveredLine, DeliveryNoted, InvoiceNoted, PlanProgress
from contract_svc.contract.rules.paper import ContractDrafted, ContractReviewed, Deal
from ltc_events import Event, Fact, Money
from ltc_events.contract import ContractClosed, ContractRegistered, ContractSigned, PlanLine
from ltc_events.opportunity import PricedLine
from ltc_events.testing import rows_after

CONTRACT = UUID(int=1)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY, LATER = date(2026, 3, 2), date(2026, 3, 6)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


line = PricedLine(
    line=1, product="P1", description="Server", quantity=Decimal("2.50"), unit="C62", list_price=usd(40_00), discount=Decimal(0),
    net=usd(100_00), tax_rate=Decimal("0.19"),
)  # fmt: skip
deal = Deal(
    opportunity_id=UUID(int=3), quote_id=UUID(int=4), quote_hash="a" * 64, party_id=UUID(int=5), company="Acme", account_manager="ann",
    solution_manager="sol", fulfilment_manager="fay", currency="USD", lines=(line,), net=usd(100_00),
)  # fmt: skip
plan = (PlanLine(line=1, kind="advance", amount=usd(30_00)), PlanLine(line=2, kind="acceptance", amount=usd(70_00), covers=(1,)))
drafted = ContractDrafted(contract_id=CONTRACT, deal=deal, drafted_on=DAY)
approved = ContractReviewed(contract_id=CONTRACT, function="legal", verdict="approve", findings=("Fine.",), reviewer="lea")
rejected = approved.model_copy(update={"verdict": "reject"})
signed = ContractSigned(
    contract_id=CONTRACT, opportunity_id=UUID(int=3), party_id=UUID(int=5), company="Acme", net=usd(100_00), document_hash="d" * 64,
    signed_on=DAY,
)  # fmt: skip
registered = ContractRegistered(
    **dict(deal), contract_id=CONTRACT, contract_no="C-1", legal_entity="ACME", purchase_order="PO-7", plan=plan, payment_days=30,
    registered_on=LATER,
)  # fmt: skip
closed = ContractClosed(contract_id=CONTRACT, opportunity_id=UUID(int=3), closed_on=LATER)


shown = partial(rows_after, Fact(0, "contract", CONTRACT, 0, NOW, NOW, "ann", CONTRACT))


def test_a_contract_goes_from_draft_to_closed() -> None:
    history: list[Event] = []
    seen = []
    for event in (drafted, approved, signed, registered, closed):
        history.append(event)
        [row] = shown(contract_list, ContractRow.table, history)
        seen.append(row["status"])
    assert seen == ["draft", "approved", "signed", "registered", "closed"]
    assert (row["contract_no"], row["purchase_order"], row["signed_on"], row["closed_on"]) == ("C-1", "PO-7", DAY, LATER)
    assert (row["net"], row["currency"], row["company"], row["drafted_at"]) == (100_00, "USD", "Acme", NOW)
    assert [PricedLine(**each) for each in row["lines"]] == [line]


def test_a_rejected_contract_says_what_was_found() -> None:
    [row] = shown(contract_list, ContractRow.table, (drafted, rejected))
    assert (row["status"], row["reviewer"], row["findings"]) == ("rejected", "lea", ["Fine."])


def test_the_plan_is_shown_line_by_line() -> None:
    rows = shown(contract_progress, PlanLineRow.table, (registered,))
    assert [(row["line"], row["kind"], row["amount"], row["covers"]) for row in rows] == [
        (1, "advance", 3000, []),
        (2, "acceptance", 7000, [1]),
    ]


def test_progress_is_kept_even_when_it_comes_before_the_plan() -> None:
    def stands(billed: int, gross: int, paid: int) -> tuple[PlanProgress, ...]:
        return (PlanProgress(line=1, billed=usd(billed), billed_gross=usd(gross), paid=usd(paid)),)

    money = CashNoted(contract_id=CONTRACT, application_id=UUID(int=70), payments=(), applied_on=DAY, progress=stands(0, 0, 35_70))
    invoice = InvoiceNoted(
        contract_id=CONTRACT, invoice_id=UUID(int=50), number="ACME-000001", plan_line=1, net=usd(30_00), gross=usd(35_70), issued_on=DAY,
        progress=stands(30_00, 35_70, 35_70),
    )  # fmt: skip
    [row] = shown(contract_progress, PlanProgressRow.table, (money, invoice, registered))
    assert (row["billed"], row["billed_gross"], row["paid"]) == (30_00, 35_70, 35_70)


def test_what_was_accepted_is_shown_by_line() -> None:
    noted = [
        DeliveryNoted(
            contract_id=CONTRACT, acceptance_id=UUID(int=number), lines=(DeliveredLine(line=1, accepted=Decimal(total)),), accepted_on=DAY
        )
        for number, total in ((60, "1"), (61, "2.5"))
    ]
    [row] = shown(contract_progress, DeliveryRow.table, noted)
    assert row["accepted"] == Decimal("2.5")
