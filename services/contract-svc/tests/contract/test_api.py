"""Contracts over HTTP, on a real log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from contract_svc.contract.policies import draft_contract, note_cash, note_delivery, note_invoice
from contract_svc.service import service
from ltc_events import Command, Money, derive_id
from ltc_events.billing import Application, CashApplied, InvoiceIssued
from ltc_events.opportunity import OpportunityWon, PricedLine, lines_hash
from ltc_events.order import AcceptedLine, DeliveryAccepted

DAY = date(2026, 3, 2)
HASH = "9f" * 32


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


def line(number: int, quantity: str, net: int) -> PricedLine:
    return PricedLine(
        line=number, product=f"P{number}", description="Server", quantity=Decimal(quantity), unit="C62", list_price=usd(net),
        discount=Decimal(0), net=usd(net), tax_rate=Decimal("0.19"),
    )  # fmt: skip


LINES = (line(1, "2", 60_00), line(2, "1", 40_00))
PLAN = [
    {"line": 1, "kind": "advance", "amount": money(30_00)},
    {"line": 2, "kind": "acceptance", "amount": money(70_00), "covers": [1, 2]},
]
REGISTER = {"legal_entity": "ACME-DE", "plan": PLAN}


def won(number: int) -> OpportunityWon:
    return OpportunityWon(
        opportunity_id=UUID(int=number), quote_id=UUID(int=8), quote_hash=lines_hash(LINES), party_id=UUID(int=7), company="Acme",
        account_manager="ann", solution_manager="sol", fulfilment_manager="fay", currency="USD", lines=LINES, net=usd(100_00), won_on=DAY,
    )  # fmt: skip


@dataclass
class World:
    """The people who work on contracts."""

    served: Any
    ann: httpx.AsyncClient
    """sells, and may review, which does not help her with her own deals"""
    mia: httpx.AsyncClient
    """manages sales"""
    lea: httpx.AsyncClient
    """knows the law"""
    fin: httpx.AsyncClient
    """knows the money"""

    async def hear(self, commands: list[Command]) -> None:
        """Do what a policy says."""
        for command in commands:
            await self.served.decide(command)

    async def won(self, number: int = 1) -> str:
        """A draft, as hearing of a won deal makes one."""
        deal = won(number)
        await self.hear(draft_contract(deal))
        return str(derive_id(deal.opportunity_id, "contract"))

    async def signed(self, number: int = 1) -> str:
        """A contract to be registered."""
        contract = await self.won(number)
        await done(self.lea, f"/contracts/{contract}/review", {"verdict": "approve"})
        await done(self.mia, f"/contracts/{contract}/sign", {"document_hash": HASH})
        return contract

    async def shown(self, contract: str) -> dict[str, Any]:
        """A contract as legal sees it."""
        answer = await self.lea.get(f"/contracts/{contract}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    served = await serve(service)
    people = {"ann": ("sales", "legal"), "mia": ("sales_manager",), "lea": ("legal",), "fin": ("finance",)}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(served.client(name, *roles)) for name, roles in people.items()}
        yield World(served, **clients)


async def done(client: httpx.AsyncClient, path: str, body: Any) -> None:
    answer = await client.post(path, json=body)
    assert answer.status_code == 204, answer.text


async def refused(client: httpx.AsyncClient, path: str, body: Any) -> tuple[int, str]:
    answer = await client.post(path, json=body)
    return answer.status_code, answer.json().get("code")


def invoice(contract: str, number: int, plan_line: int, net: int, gross: int) -> InvoiceIssued:
    return InvoiceIssued(
        invoice_id=UUID(int=number), number=f"ACME-DE-{number:06}", legal_entity="ACME-DE", contract_id=UUID(contract), contract_no="C-1",
        plan_line=plan_line, kind="advance", party_id=UUID(int=7), company="Acme", currency="USD", taxes=(), net=usd(net),
        tax=usd(gross - net), gross=usd(gross), issued_on=DAY, due_on=DAY,
    )  # fmt: skip


def cash(contract: str, number: int, *payments: tuple[int, int, int]) -> CashApplied:
    applications = tuple(
        Application(invoice_id=UUID(int=which), contract_id=UUID(contract), plan_line=plan_line, amount=usd(amount), open=usd(0))
        for which, plan_line, amount in payments
    )
    return CashApplied(
        receipt_id=UUID(int=30), application_id=UUID(int=number), applications=applications, unapplied=usd(0), applied_on=DAY
    )


async def test_from_draft_to_closed(world: World) -> None:
    contract = await world.won()
    draft = await world.shown(contract)
    assert (draft["status"], draft["net"], draft["quote_hash"]) == ("draft", money(100_00), lines_hash(LINES))
    assert draft["actions"] == ["review_contract"]
    await done(world.fin, f"/contracts/{contract}/review", {"verdict": "approve", "findings": ["Fine."]})
    await done(world.mia, f"/contracts/{contract}/sign", {"document_hash": HASH})
    await done(world.mia, f"/contracts/{contract}/register", {**REGISTER, "purchase_order": "PO-7", "payment_days": 14})

    registered = await world.shown(contract)
    assert (registered["status"], registered["reviewer"], registered["findings"]) == ("registered", "fin", ["Fine."])
    assert (registered["purchase_order"], registered["payment_days"], registered["actions"]) == ("PO-7", 14, [])
    number = registered["contract_no"]
    assert number == f"C-{datetime.now(UTC).year}-00001"
    found = (await world.fin.get("/contracts", params={"contract_no": number})).json()["data"]
    assert [each["contract_id"] for each in found] == [contract]
    assert [(each["amount"], each["billed"], each["paid"]) for each in registered["plan"]] == [
        (money(30_00), money(0), money(0)),
        (money(70_00), money(0), money(0)),
    ]

    await world.hear(note_invoice(invoice(contract, 50, 1, 30_00, 35_70)))
    await world.hear(note_cash(cash(contract, 71, (50, 1, 35_70), (51, 2, 83_30))))
    await world.hear(note_invoice(invoice(contract, 51, 2, 70_00, 83_30)))
    shown = await world.shown(contract)
    assert [(each["billed"], each["billed_gross"], each["paid"]) for each in shown["plan"]] == [
        (money(30_00), money(35_70), money(35_70)),
        (money(70_00), money(83_30), money(83_30)),
    ]
    took = tuple(AcceptedLine(line=each.line, quantity=each.quantity, accepted=each.quantity, ordered=each.quantity) for each in LINES)
    delivery = DeliveryAccepted(
        order_id=UUID(int=5), contract_id=UUID(contract), acceptance_id=UUID(int=60), lines=took, accepted_on=DAY, complete=True
    )
    assert shown["status"] == "registered"
    await world.hear(note_delivery(delivery))
    closed = await world.shown(contract)
    assert closed["status"] == "closed"
    assert [each["accepted"] for each in closed["lines"]] == ["2", "1"]

    told = [event["type"].split(".")[2] for event in (await world.lea.get(f"/contracts/{contract}/history")).json()["data"]]
    assert told == [
        "drafted", "reviewed", "signed", "registered", "invoice-noted", "cash-noted", "invoice-noted", "delivery-noted", "closed"
    ]  # fmt: skip


async def test_the_account_manager_does_not_review_the_own_deal(world: World) -> None:
    contract = await world.won()
    assert await refused(world.ann, f"/contracts/{contract}/review", {"verdict": "approve"}) == (403, "review-of-own-deal")
    assert await refused(world.mia, f"/contracts/{contract}/review", {"verdict": "approve"}) == (403, "forbidden")
    assert await refused(world.lea, f"/contracts/{contract}/review", {"verdict": "reject"}) == (409, "rejection-without-finding")
    await done(world.lea, f"/contracts/{contract}/review", {"verdict": "reject", "findings": ["No liability cap."]})
    assert (await world.shown(contract))["status"] == "rejected"


async def test_a_plan_that_does_not_sum_is_refused_with_the_difference(world: World) -> None:
    contract = await world.signed()
    short = {**REGISTER, "plan": [PLAN[0], {**PLAN[1], "amount": money(69_99)}]}
    answer = await world.mia.post(f"/contracts/{contract}/register", json=short)
    assert (answer.status_code, answer.json()["code"]) == (409, "plan-does-not-sum")
    assert answer.json()["detail"] == "The payment plan sums to 99.99 USD, the contract is worth 100.00 USD: 0.01 USD is missing."
    assert answer.json()["difference"] == "0.01 USD"


async def test_a_contract_is_signed_and_registered_today_or_before(world: World) -> None:
    contract = await world.won()
    await done(world.lea, f"/contracts/{contract}/review", {"verdict": "approve"})
    never = {"document_hash": HASH, "signed_on": "2999-01-01"}
    assert await refused(world.mia, f"/contracts/{contract}/sign", never) == (409, "day-in-the-future")
    await done(world.mia, f"/contracts/{contract}/sign", {"document_hash": HASH})
    assert await refused(world.mia, f"/contracts/{contract}/register", {**REGISTER, "registered_on": "2999-01-01"}) == (
        409,
        "day-in-the-future",
    )


async def test_a_plan_with_an_unknown_field_is_invalid(world: World) -> None:
    contract = await world.signed()
    answer = await world.mia.post(f"/contracts/{contract}/register", json={**REGISTER, "plan": [{**PLAN[0], "extra": 1}]})
    assert answer.status_code == 422


async def test_one_purchase_order_pays_for_one_contract(world: World) -> None:
    first, second = await world.signed(1), await world.signed(2)
    await done(world.mia, f"/contracts/{first}/register", {**REGISTER, "purchase_order": "PO-7"})
    assert await refused(world.mia, f"/contracts/{second}/register", {**REGISTER, "purchase_order": "PO-7"}) == (
        409,
        "purchase-order-taken",
    )
    assert (await world.shown(second))["status"] == "signed"
    await done(world.mia, f"/contracts/{second}/register", {**REGISTER, "purchase_order": "PO-8"})
    found = (await world.lea.get("/contracts", params={"purchase_order": "PO-8"})).json()["data"]
    assert [each["contract_id"] for each in found] == [second]


async def test_that_a_contract_ends_is_told_in_time_and_once(world: World) -> None:
    ends, never = await world.signed(1), await world.signed(2)
    today = (await world.shown(ends))["signed_on"]
    end = date.fromisoformat(today) + timedelta(days=120)
    early = {**REGISTER, "ends_on": str(end), "registered_on": today, "notice_days": 4000}
    assert (await world.mia.post(f"/contracts/{ends}/register", json=early)).status_code == 422
    assert await refused(world.mia, f"/contracts/{ends}/register", {**REGISTER, "notice_days": 5}) == (409, "notice-without-end")
    past = {**REGISTER, "ends_on": "2001-01-01"}
    assert await refused(world.mia, f"/contracts/{ends}/register", past) == (409, "term-over-before-it-begins")
    await done(world.mia, f"/contracts/{ends}/register", {**REGISTER, "ends_on": str(end), "registered_on": today})
    await done(world.mia, f"/contracts/{never}/register", REGISTER)

    async def told() -> int:
        await world.served.react()
        count: int = await world.served.log.pool.fetchval("SELECT count(*) FROM log WHERE type = 'ltc.contract.expiring.v1'")
        return count

    assert await told() == 0
    assert (await world.shown(ends))["expiry_told_at"] is None
    world.served.pass_days(31)
    assert await told() == 1
    assert (await world.shown(ends))["expiry_told_at"] is not None
    world.served.pass_days(120)
    assert await told() == 1
    found = (await world.lea.get("/contracts", params={"ends_until": str(end)})).json()["data"]
    assert [(each["contract_id"], each["ends_on"]) for each in found] == [(ends, str(end))]


async def test_contracts_are_found_page_by_page(world: World) -> None:
    contracts = [await world.won(number) for number in range(1, 6)]
    await world.hear(draft_contract(won(1)))  # heard again
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await world.lea.get("/contracts", params={"limit": "2", "status": "draft", **cursor})).json()
        seen += [each["contract_id"] for each in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == sorted(contracts)
    [found] = (await world.lea.get("/contracts", params={"opportunity_id": str(UUID(int=3))})).json()["data"]
    assert found["contract_id"] == contracts[2]
    assert (await world.lea.get("/contracts", params={"status": "closed"})).json()["data"] == []


async def test_what_does_not_exist_is_not_found(world: World) -> None:
    nowhere = UUID(int=99)
    assert (await world.lea.get(f"/contracts/{nowhere}")).status_code == 404
    assert (await world.lea.get(f"/contracts/{nowhere}/history")).status_code == 404
    assert await refused(world.lea, f"/contracts/{nowhere}/review", {"verdict": "approve"}) == (404, "unknown-contract")


async def test_bad_input_changes_nothing(world: World) -> None:
    contract = await world.signed()
    version = (await world.lea.get(f"/contracts/{contract}")).headers["etag"]
    for body in (
        {**REGISTER, "legal_entity": "acme"},
        {**REGISTER, "payment_days": 366},
        {**REGISTER, "surprise": 1},
        {**REGISTER, "plan": [{**PLAN[0], "kind": "retention"}]},
        {**REGISTER, "plan": [{**PLAN[0], "amount": {"amount": 1.5, "currency": "USD"}}]},
    ):
        assert (await world.mia.post(f"/contracts/{contract}/register", json=body)).status_code == 422
    assert (await world.lea.get(f"/contracts/{contract}")).headers["etag"] == version
