"""Money that goes wrong, planted into billing by rules that are not its own; the log is sound, and only the books are not."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ltc_events import Command, Event, Money, Stream, derive_id
from ltc_events.billing import Application, CashApplied, InvoiceIssued, PaymentReceived, TaxSubtotal
from ltc_runtime.log import Log, Meta, Plan, open_log
from ltc_runtime.service import load

from ..databases import Database, Databases
from .evidence import Evidence, Ledger, read_ledger
from .logs import CHECKS as OF_A_LOG
from .money import CHECKS as OF_MONEY
from .run import run

TODAY = date(2026, 11, 24)
INVOICE, RECEIPT = derive_id("invoice"), derive_id("receipt")


def usd(amount: int) -> Money:
    """An amount of money."""
    return Money(amount=amount, currency="USD")


class Say(Command):
    """A command whose rule decides what the test wants."""

    def reads(self) -> list[Stream]:
        """The rule knows them."""
        return []


@dataclass
class Saying:
    """A rule that holds nothing back."""

    events: list[Event]
    log: Log
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> list[Stream]:
        """Those of the events."""
        owners = self.log.service.owner_of
        return [owners[type(event)].of(getattr(event, owners[type(event)].id)) for event in self.events]

    def plan(self, plan: Plan) -> int:
        """Say them."""
        return len(plan.decide(Say(), Meta(command_id=derive_id("say", plan.head), actor="ann")))

    def decide_on(self, _states: Any, _command: Command) -> list[Event]:
        """All of it, whatever the state."""
        return self.events


Books = Callable[..., Any]


@pytest.fixture
async def say(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    """Makes billing say something, and gives the checks that find something in its books."""
    database: Database = await databases.make(load("billing-svc"))
    log = await open_log(database.login, load("billing-svc"))

    async def saying(*events: Event) -> set[str]:
        for event in events:
            rule = Saying([event], log)
            deciders: dict[Any, Any] = log.service.decider_of
            monkeypatch.setitem(deciders, Say, Rule(rule))
            await log.submit(rule)
        ledger = await read_ledger("billing-svc", database.superuser)
        return {finding.check for finding in run(books(ledger), [check.__name__ for check in (*OF_A_LOG, *OF_MONEY)])}

    yield saying
    await log.stop()


class Rule:
    """Stands where a decider of billing stands."""

    def __init__(self, saying: Saying) -> None:
        self.decide = None
        self.streams = lambda _command: saying.streams
        self.decide_on = saying.decide_on


def books(ledger: Ledger) -> Evidence:
    """Of billing alone; the plan its invoices follow is taken as agreed."""
    return Evidence({"billing-svc": ledger})


def invoice(nth: int, **more: Any) -> InvoiceIssued:
    """An invoice over 113.00 with tax."""
    said = {
        "invoice_id": derive_id("invoice", nth) if nth > 1 else INVOICE, "number": f"LE-{nth:06}", "legal_entity": "LE",
        "contract_id": derive_id("contract"), "contract_no": "C-1", "plan_line": nth, "kind": "advance", "party_id": derive_id("party"),
        "company": "Acme", "currency": "USD", "taxes": (TaxSubtotal(rate=Decimal("0.13"), net=usd(10_000), tax=usd(1_300)),),
        "net": usd(10_000), "tax": usd(1_300), "gross": usd(11_300), "issued_on": TODAY, "due_on": TODAY,
    }  # fmt: skip
    return InvoiceIssued(**{**said, **more})


RECEIVED = PaymentReceived(receipt_id=RECEIPT, amount=usd(5_000), value_date=TODAY, remitter="Acme")


def applied(amount: int, open: int, unapplied: int) -> CashApplied:
    """Some of the receipt set against the invoice."""
    part = Application(invoice_id=INVOICE, contract_id=derive_id("contract"), plan_line=1, amount=usd(amount), open=usd(open))
    said: dict[str, Any] = {"receipt_id": RECEIPT, "applications": (part,), "unapplied": usd(unapplied), "applied_on": TODAY}
    if "application_id" in CashApplied.model_fields:
        said["application_id"] = derive_id("application", amount)
    return CashApplied(**said)


async def test_sound_books_have_no_findings_but_the_plan_nobody_agreed(say: Books) -> None:
    assert await say(invoice(1), RECEIVED, applied(4_000, 7_300, 1_000)) == {"plan_lines_are_not_overbilled"}


async def test_more_applied_than_received_is_found(say: Books) -> None:
    assert "cash_is_conserved" in await say(invoice(1), RECEIVED, applied(6_000, 5_300, 0))


async def test_an_open_amount_that_is_not_what_is_left_is_found(say: Books) -> None:
    assert "invoiced_minus_paid_is_open" in await say(invoice(1), RECEIVED, applied(4_000, 7_299, 1_000))


async def test_money_that_vanishes_from_a_receipt_is_found(say: Books) -> None:
    assert "cash_is_conserved" in await say(invoice(1), RECEIVED, applied(4_000, 7_300, 999))


async def test_a_number_left_out_is_found(say: Books) -> None:
    assert "invoice_numbers_are_gapless" in await say(invoice(1), invoice(3))


async def test_a_number_given_twice_is_found(say: Books) -> None:
    assert "invoice_numbers_are_gapless" in await say(invoice(1), invoice(2, number="LE-000001"))


async def test_tax_rounded_the_wrong_way_is_found(say: Books) -> None:
    taxes = (TaxSubtotal(rate=Decimal("0.13"), net=usd(10_000), tax=usd(1_299)),)
    assert "invoices_add_up" in await say(invoice(1, taxes=taxes, tax=usd(1_299), gross=usd(11_299)))
