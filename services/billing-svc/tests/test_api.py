"""Invoices, receipts and plans over HTTP, on a real log."""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import pytest
from billing_svc.plan.rules.bill import BilledLine, Terms, bill
from billing_svc.invoice.rules.issue import IssueInvoice
from billing_svc.plan.rules import AcceptedQuantity, BillAcceptance, OpenPlan
from billing_svc.service import service
from ltc_events import Command, Money, derive_id
from ltc_events.contract import PlanLine

DAY = date(2026, 3, 2)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def money(amount: int, currency: str = "USD") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


TERMS = Terms(
    contract_no="C-1", party_id=UUID(int=2), company="Acme", legal_entity="ACME", currency="USD",
    lines=(BilledLine(line=1, quantity=Decimal(2), net=usd(100_00), tax_rate=Decimal("0.19")),), net=usd(100_00),
    plan=(PlanLine(line=1, kind="advance", amount=usd(30_00)), PlanLine(line=2, kind="acceptance", amount=usd(70_00), covers=(1,))),
    payment_days=30, registered_on=DAY,
)  # fmt: skip


@dataclass
class World:
    """Finance, and one who looks."""

    served: Any
    fin: httpx.AsyncClient
    nat: httpx.AsyncClient
    keys: Any = field(default_factory=itertools.count)

    async def plan(self, number: int = 1) -> str:
        """A contract whose advance is invoiced, as hearing of it makes it: 30.00 net, 35.70 gross."""
        contract_id = UUID(int=number)
        await self.served.decide(OpenPlan(contract_id=contract_id, terms=TERMS))
        await self.served.decide(issue(contract_id, 1, 30_00, "advance"))
        return str(contract_id)

    async def accept(self, contract: str) -> None:
        """Half of it is accepted: 35.00 net, 41.65 gross."""
        lines = (AcceptedQuantity(line=1, quantity=Decimal(1)),)
        command = BillAcceptance(contract_id=UUID(contract), acceptance_id=UUID(int=60), lines=lines, accepted_on=DAY)
        await self.served.decide(command)
        await self.served.decide(issue(UUID(contract), 2, 35_00, UUID(int=60)))

    async def invoices(self, **asked: str) -> list[dict[str, Any]]:
        """Invoices, oldest number first."""
        found = (await self.nat.get("/invoices", params=asked)).json()["data"]
        return sorted(found, key=lambda each: str(each["number"]))

    async def receive(self, amount: int, currency: str = "USD") -> str:
        """Money comes in."""
        answer = await self.post("/receipts", {"amount": money(amount, currency), "remitter": "Acme Treasury", "reference": "ACME-000001"})
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"/receipts/{answer.json()['receipt_id']}"
        return str(answer.json()["receipt_id"])

    async def apply(self, receipt: str, *payments: tuple[str, int]) -> httpx.Response:
        """Money pays invoices."""
        paid = [{"invoice_id": which, "amount": money(amount)} for which, amount in payments]
        return await self.post(f"/receipts/{receipt}/applications", {"payments": paid})

    async def post(self, path: str, body: Any) -> httpx.Response:
        """Finance moves money, under a key of its own."""
        return await self.fin.post(path, json=body, headers={"idempotency-key": f'"{next(self.keys)}"'})


def issue(contract_id: UUID, plan_line: int, net: int, source: UUID | str) -> Command:
    content = bill(contract_id, TERMS, TERMS.plan[plan_line - 1], usd(net), DAY)
    return IssueInvoice(invoice_id=derive_id(contract_id, plan_line, source), bill=content)


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    served = await serve(service)
    async with AsyncExitStack() as stack:
        fin = await stack.enter_async_context(served.client("fin", "finance"))
        nat = await stack.enter_async_context(served.client("nat", "analyst"))
        yield World(served, fin, nat)


async def test_one_receipt_pays_several_invoices_and_one_in_parts(world: World) -> None:
    contract = await world.plan()
    await world.accept(contract)
    advance, part = await world.invoices(contract_id=contract)
    assert [(each["number"], each["status"], each["open"]) for each in (advance, part)] == [
        ("ACME-000001", "open", money(35_70)),
        ("ACME-000002", "open", money(41_65)),
    ]
    receipt = await world.receive(50_00)
    answer = await world.apply(receipt, (advance["invoice_id"], 35_70), (part["invoice_id"], 10_00))
    assert answer.status_code == 200, answer.text
    shown = (await world.nat.get(f"/receipts/{receipt}")).json()
    assert (shown["status"], shown["unapplied"]) == ("partly_applied", money(4_30))
    assert sorted(each["amount"]["amount"] for each in shown["applications"]) == [10_00, 35_70]
    [settled] = await world.invoices(status="settled")
    [partly] = await world.invoices(status="partly_paid")
    assert (settled["number"], settled["open"]) == ("ACME-000001", money(0))
    assert (partly["number"], partly["paid"], partly["open"]) == ("ACME-000002", money(10_00), money(31_65))

    rest = await world.receive(31_65)
    assert (await world.apply(rest, (part["invoice_id"], 31_65))).status_code == 200
    invoice = (await world.nat.get(f"/invoices/{part['invoice_id']}")).json()
    assert (invoice["status"], invoice["taxes"]) == ("settled", [{"rate": "0.19", "net": money(35_00), "tax": money(6_65)}])
    assert {each["receipt_id"] for each in invoice["applications"]} == {receipt, rest}
    assert (await world.nat.get(f"/receipts/{rest}")).json()["status"] == "applied"

    plan = (await world.nat.get(f"/plans/{contract}")).json()
    assert [(each["amount"], each["billed"], each["billed_gross"], each["paid"]) for each in plan["lines"]] == [
        (money(30_00), money(30_00), money(35_70), money(35_70)),
        (money(70_00), money(35_00), money(41_65), money(41_65)),
    ]
    assert [each["number"] for each in plan["invoices"]] == ["ACME-000001", "ACME-000002"]
    assert (await world.nat.get("/totals")).json()["data"] == [
        {"currency": "USD", "billed_net": 65_00, "billed": 77_35, "paid": 77_35, "open": 0, "received": 81_65, "unapplied": 4_30}
    ]


async def test_invoices_of_several_deals_share_a_series_and_keep_their_deals(world: World) -> None:
    first, second = await world.plan(1), await world.plan(2)
    assert [each["number"] for each in await world.invoices()] == ["ACME-000001", "ACME-000002"]
    deals = set()
    for contract in (first, second):
        [invoice] = await world.invoices(contract_id=contract)
        history = (await world.nat.get(f"/invoices/{invoice['invoice_id']}/history")).json()["data"]
        plan = (await world.nat.get(f"/plans/{contract}/history")).json()["data"]
        assert history[0]["correlation_id"] == plan[0]["correlation_id"]
        deals.add(history[0]["correlation_id"])
    assert len(deals) == 2


async def test_more_than_there_is_is_refused(world: World) -> None:
    [advance] = await world.invoices(contract_id=await world.plan())
    receipt = await world.receive(20_00)
    answer = await world.apply(receipt, (advance["invoice_id"], 35_71))
    assert (answer.status_code, answer.json()["detail"]) == (409, "Of invoice ACME-000001 only 35.70 USD is open, not 35.71 USD.")
    answer = await world.apply(receipt, (advance["invoice_id"], 20_01))
    assert (answer.status_code, answer.json()["code"]) == (409, "more-than-unapplied")
    answer = await world.apply(receipt, (str(UUID(int=99)), 1))
    assert (answer.status_code, answer.json()["code"]) == (409, "no-invoice-to-pay")
    euros = await world.receive(20_00, "EUR")
    answer = await world.apply(euros, (advance["invoice_id"], 20_00))
    assert (answer.status_code, answer.json()["code"]) == (409, "invoice-in-other-currency")
    assert (await world.nat.get("/totals")).json()["data"] == [
        {"currency": "EUR", "billed_net": 0, "billed": 0, "paid": 0, "open": 0, "received": 20_00, "unapplied": 20_00},
        {"currency": "USD", "billed_net": 30_00, "billed": 35_70, "paid": 0, "open": 35_70, "received": 20_00, "unapplied": 20_00},
    ]


async def test_moving_money_needs_a_key_and_happens_once_under_it(world: World) -> None:
    [advance] = await world.invoices(contract_id=await world.plan())
    body = {"amount": money(50_00), "remitter": "Acme"}
    answer = await world.fin.post("/receipts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
    first, again = [await world.fin.post("/receipts", json=body, headers={"idempotency-key": '"r"'}) for _ in range(2)]
    assert first.json() == again.json()
    receipt = first.json()["receipt_id"]
    pay = {"payments": [{"invoice_id": advance["invoice_id"], "amount": money(20_00)}]}
    path = f"/receipts/{receipt}/applications"
    assert (await world.fin.post(path, json=pay)).status_code == 400
    first, again = [await world.fin.post(path, json=pay, headers={"idempotency-key": '"p"'}) for _ in range(2)]
    assert first.json() == again.json()
    assert (await world.nat.get(f"/receipts/{receipt}")).json()["unapplied"] == money(30_00)


async def test_only_finance_moves_money(world: World) -> None:
    answer = await world.nat.post("/receipts", json={"amount": money(1), "remitter": "Acme"}, headers={"idempotency-key": '"x"'})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_bad_input_is_told_apart_from_refusals(world: World) -> None:
    assert (await world.post("/receipts", {"amount": money(0), "remitter": "Acme"})).json()["code"] == "nothing-received"
    for body in (
        {"amount": {"amount": 1.0, "currency": "USD"}, "remitter": "Acme"},
        {"amount": {"amount": 10**16, "currency": "USD"}, "remitter": "Acme"},
        {"amount": money(1), "remitter": ""},
        {"amount": money(1), "remitter": "Acme", "payer": "x"},
    ):
        assert (await world.post("/receipts", body)).status_code == 422, body
    assert (await world.post(f"/receipts/{UUID(int=1)}/applications", {"payments": []})).status_code == 422
    assert (await world.apply(str(UUID(int=99)), (str(UUID(int=1)), 1))).status_code == 404
    assert (await world.nat.get(f"/invoices/{UUID(int=99)}")).status_code == 404
    assert (await world.nat.get(f"/receipts/{UUID(int=99)}")).status_code == 404
    assert (await world.nat.get(f"/plans/{UUID(int=99)}")).status_code == 404
    assert (await world.nat.get("/receipts", params={"reference": "nobody wrote this"})).json()["data"] == []


async def test_lists_go_page_by_page(world: World) -> None:
    for number in range(1, 6):
        await world.plan(number)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await world.nat.get("/invoices", params={"limit": "2", **cursor})).json()
        seen += [each["number"] for each in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == [f"ACME-{number:06}" for number in range(1, 6)]
    assert len((await world.nat.get("/plans", params={"limit": "3"})).json()["data"]) == 3


async def test_a_plan_is_shown_with_its_latest_invoices_and_all_are_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("billing_svc.api.plans"), "LISTED", 1)
    contract, other = await world.plan(1), await world.plan(2)
    await world.accept(contract)
    shown = (await world.nat.get(f"/plans/{contract}")).json()
    assert ([each["number"] for each in shown["invoices"]], shown["more_invoices"]) == (["ACME-000003"], True)
    assert [each["number"] for each in await world.invoices(contract_id=contract)] == ["ACME-000001", "ACME-000003"]
    assert (await world.nat.get(f"/plans/{other}")).json()["more_invoices"] is False
