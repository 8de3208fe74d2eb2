"""Finance at work over HTTP."""

import itertools
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
from billing_svc.invoice.rules import IssueInvoice
from billing_svc.plan.rules import AcceptedQuantity, BillAcceptance, OpenPlan
from billing_svc.plan.rules.bill import BilledLine, Terms, bill
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
        """A contract whose advance is invoiced, as its policies make it: 30.00 net, 35.70 gross."""
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
