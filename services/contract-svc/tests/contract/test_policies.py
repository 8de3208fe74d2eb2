"""What contract-svc does with what it hears."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from contract_svc.contract.policies import draft_contract, note_cash, note_delivery, note_invoice
from contract_svc.contract.rules.execution import NoteCash, NoteDelivery, NoteInvoice, Payment
from contract_svc.contract.rules.paper import DraftContract
from ltc_events import Money, derive_id
from ltc_events.billing import Application, CashApplied, InvoiceIssued
from ltc_events.opportunity import OpportunityWon, PricedLine
from ltc_events.order import AcceptedLine, DeliveryAccepted

DAY = date(2026, 3, 2)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def test_a_won_deal_is_drafted_word_for_word() -> None:
    line = PricedLine(
        line=1, product="P", description="Server", quantity=Decimal("2.50"), unit="C62", list_price=usd(10), discount=Decimal(0),
        net=usd(25), tax_rate=Decimal("0.19"),
    )  # fmt: skip
    won = OpportunityWon(
        opportunity_id=UUID(int=9), quote_id=UUID(int=8), quote_hash="a" * 64, party_id=UUID(int=7), company="Acme", account_manager="ann",
        solution_manager="sol", fulfilment_manager="fay", currency="USD", lines=(line,), net=usd(25), won_on=DAY,
    )  # fmt: skip
    [command] = draft_contract(won)
    assert isinstance(command, DraftContract)
    assert command.contract_id == derive_id(UUID(int=9), "contract")
    assert dict(command.deal) == {name: value for name, value in dict(won).items() if name != "won_on"}
    assert [command] == draft_contract(won)


def test_a_delivery_is_noted() -> None:
    line = AcceptedLine(line=1, quantity=Decimal(1), accepted=Decimal(3), ordered=Decimal(4))
    accepted = DeliveryAccepted(
        order_id=UUID(int=5), contract_id=FIRST, acceptance_id=UUID(int=6), lines=(line,), accepted_on=DAY, complete=False
    )
    [command] = note_delivery(accepted)
    assert isinstance(command, NoteDelivery)
    assert [(each.line, each.accepted) for each in command.lines] == [(1, Decimal(3))]


def test_an_invoice_is_noted() -> None:
    invoice = InvoiceIssued(
        invoice_id=UUID(int=20), number="ACME-000001", legal_entity="ACME", contract_id=FIRST, contract_no="C-1", plan_line=2,
        kind="acceptance", party_id=UUID(int=7), company="Acme", currency="USD", taxes=(), net=usd(100), tax=usd(19), gross=usd(119),
        issued_on=DAY, due_on=DAY,
    )  # fmt: skip
    [command] = note_invoice(invoice)
    assert command == NoteInvoice(
        contract_id=FIRST, invoice_id=UUID(int=20), number="ACME-000001", plan_line=2, net=usd(100), gross=usd(119), issued_on=DAY
    )


def test_each_contract_notes_its_share_of_a_receipt() -> None:
    def paid(invoice: int, contract_id: UUID, amount: int) -> Application:
        return Application(invoice_id=UUID(int=invoice), contract_id=contract_id, plan_line=1, amount=usd(amount), open=usd(0))

    cash = CashApplied(
        receipt_id=UUID(int=30), application_id=UUID(int=31), applications=(paid(20, FIRST, 5), paid(21, SECOND, 6), paid(22, FIRST, 7)),
        unapplied=usd(0), applied_on=DAY,
    )  # fmt: skip

    def noted(contract_id: UUID, *payments: tuple[int, int]) -> NoteCash:
        shares = tuple(Payment(invoice_id=UUID(int=which), plan_line=1, amount=usd(amount)) for which, amount in payments)
        return NoteCash(contract_id=contract_id, application_id=UUID(int=31), payments=shares, applied_on=DAY)

    assert note_cash(cash) == [noted(FIRST, (20, 5), (22, 7)), noted(SECOND, (21, 6))]
