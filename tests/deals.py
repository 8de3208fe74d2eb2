"""A deal from lead to cash, in acts of the frontline; each act has a key of its own, so that any of them can be tried again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .api_client import ANN, FAY, FIN, LEA, MAX, ApiClient, Done, Person

LEADS, OPPORTUNITIES, CONTRACTS, ORDERS, BILLING = "lead-svc", "opportunity-svc", "contract-svc", "order-svc", "billing-svc"
PUMP, TRAINING = "PMP-100", "TRAIN"
BOOK = "list-tests"
CONTACT = {"name": "Jo Doe", "email": "jo@acme.example"}
"""A person: what is said of them is looked for where it must not be."""


def usd(amount: int) -> dict[str, Any]:
    """An amount of money."""
    return {"amount": amount, "currency": "USD"}


async def set_up(api_client: ApiClient) -> None:
    """A price book with two products of different tax, and no authority for anybody."""
    items = [
        {"product": PUMP, "description": "Pump", "unit": "C62", "list_price": usd(99_999), "tax_rate": "0.13"},
        {"product": TRAINING, "description": "Training", "unit": "HUR", "list_price": usd(12_345), "tax_rate": "0.06"},
    ]
    book = {"currency": "USD", "valid_from": "2000-01-01", "items": items}
    await api_client.act(OPPORTUNITIES, "set_price_book", f"/price-books/{BOOK}", MAX, book, key=f"book:{BOOK}")


@dataclass
class Deal:
    """One deal on its way.

    Args:
        key: names it; the keys of its acts begin with it.
        advance: per cent billed at registration.
        quantities: of the two products.
        account_manager: of the iron triangle.
        profile: of the sales process; the usual one, if nothing is said.
    """

    api_client: ApiClient
    key: str
    advance: int = 30
    quantities: tuple[int, int] = (4, 7)
    account_manager: str = "ann"
    profile: str | None = None
    ids: dict[str, str] = field(default_factory=dict)
    net: int = 0
    last: str | None = None
    """The last position told."""

    async def act(self, service: str, operation: str, path: str, who: Person, body: Any = None, *, key: str = "") -> Done:
        """One act of this deal."""
        done = await self.api_client.act(service, operation, path, who, body, key=f"{self.key}/{operation}/{key}")
        self.last = done.told or self.last
        return done

    async def to_cash(self) -> "Deal":
        """All of it: delivered at once, paid in one receipt."""
        await self.to_order()
        await self.deliver()
        await self.pay(await self.invoices(self.net))
        return self

    async def to_order(self) -> "Deal":
        """From the lead to a confirmed order."""
        await self.to_opportunity()
        await self.win()
        await self.register()
        return await self.confirm()

    async def to_opportunity(self) -> "Deal":
        """Captured, assigned, qualified, converted, opened."""
        body = {"company": f"Acme {self.key}", "channel": "referral", "contact": CONTACT}
        self.ids["lead"] = (await self.act(LEADS, "capture_lead", "/leads", ANN, body)).body["lead_id"]
        await self.act(LEADS, "assign_lead", f"/leads/{self.ids['lead']}/assign", ANN, {"owner": "ann"})
        return await self.convert()

    async def convert(self) -> "Deal":
        """A lead that has an owner: qualified, converted, opened."""
        lead = f"/leads/{self.ids['lead']}"
        bant = {"need": "pumps", "budget": usd(500_000), "authority": "Head of works", "timing": "2027-03-31"}
        await self.act(LEADS, "qualify_lead", f"{lead}/qualify", ANN, bant)
        triangle = {
            "account_manager": self.account_manager,
            "solution_manager": "sam",
            "fulfilment_manager": "fay",
            "profile": self.profile,
        }
        self.ids["opportunity"] = (await self.act(LEADS, "convert_lead", f"{lead}/convert", ANN, triangle)).body["opportunity_id"]
        await self.api_client.look(OPPORTUNITIES, f"/opportunities/{self.ids['opportunity']}", after=[self.last])
        return self

    async def win(self) -> "Deal":
        """Quoted at list price, accepted, won."""
        opportunity = f"/opportunities/{self.ids['opportunity']}"
        lines = [{"product": product, "quantity": str(count)} for product, count in zip((PUMP, TRAINING), self.quantities, strict=True)]
        drafted = await self.act(OPPORTUNITIES, "draft_quote", f"{opportunity}/quotes", ANN, {"price_book": BOOK, "lines": lines})
        self.ids["quote"] = drafted.body["quote_id"]
        for operation in ("submit", "send", "accept"):
            body: dict[str, Any] | None = {} if operation == "accept" else None
            await self.act(OPPORTUNITIES, f"{operation}_quote", f"/quotes/{self.ids['quote']}/{operation}", ANN, body)
        await self.act(OPPORTUNITIES, "win_opportunity", f"{opportunity}/win", ANN, {"quote_id": self.ids["quote"]})
        return self

    async def drafted(self) -> dict[str, Any]:
        """The contract that was drafted from the quote."""
        page = await self.api_client.look(CONTRACTS, f"/contracts?opportunity_id={self.ids['opportunity']}", after=[self.last])
        (contract,) = page["data"]
        self.ids["contract"], self.net = contract["contract_id"], contract["net"]["amount"]
        return dict(contract)

    async def register(self, plan: list[dict[str, Any]] | None = None, **terms: Any) -> "Deal":
        """Reviewed, signed, registered."""
        await self.drafted()
        contract = f"/contracts/{self.ids['contract']}"
        await self.act(CONTRACTS, "review_contract", f"{contract}/review", LEA, {"verdict": "approve"})
        signature = {"document_hash": hashlib.sha256(self.key.encode()).hexdigest()}
        await self.act(CONTRACTS, "sign_contract", f"{contract}/sign", MAX, signature)
        body = {"legal_entity": "LTC-TEST", "plan": plan or self.plan(), "payment_days": 30, **terms}
        await self.act(CONTRACTS, "register_contract", f"{contract}/register", MAX, body)
        return self

    def plan(self) -> list[dict[str, Any]]:
        """An advance, if there is one, and the rest on acceptance of all lines."""
        advance = self.net * self.advance // 100
        lines = [{"line": 1, "kind": "advance", "amount": usd(advance)}] if advance else []
        return [*lines, {"line": len(lines) + 1, "kind": "acceptance", "amount": usd(self.net - advance), "covers": [1, 2]}]

    async def confirm(self) -> "Deal":
        """The order that followed from the contract is promised a date."""
        page = await self.api_client.look(ORDERS, f"/orders?contract_id={self.ids['contract']}", after=[self.last])
        (order,) = page["data"]
        self.ids["order"] = order["order_id"]
        await self.act(ORDERS, "confirm_order", f"/orders/{order['order_id']}/confirm", FAY, {"promised": "2027-01-31"})
        return self

    async def deliver(self, *quantities: int, part: str = "all") -> "Deal":
        """Ship and have accepted: everything, or so many of each line."""
        lines = [{"line": line, "quantity": str(count)} for line, count in enumerate(quantities, 1) if count]
        body = {"lines": lines} if lines else {}
        order = f"/orders/{self.ids['order']}"
        await self.act(ORDERS, "ship_order", f"{order}/ship", FAY, body, key=part)
        await self.act(ORDERS, "accept_delivery", f"{order}/accept", FAY, body, key=part)
        return self

    async def invoices(self, net: int) -> list[dict[str, Any]]:
        """The invoices of the contract, as soon as they come to ``net``."""
        while True:
            page = await self.api_client.look(BILLING, f"/invoices?contract_id={self.ids['contract']}", after=[self.last])
            found = sorted(page["data"], key=lambda invoice: invoice["number"])
            if sum(invoice["net"]["amount"] for invoice in found) >= net:
                return list(found)

    async def pay(self, invoices: Sequence[dict[str, Any]], *parts: int, receipt: str = "one") -> "Deal":
        """One receipt for these invoices: all that is open, or so much of each."""
        await pay(self, invoices, parts or [invoice["open"]["amount"] for invoice in invoices], receipt)
        return self


async def pay(deal: Deal, invoices: Sequence[dict[str, Any]], parts: Sequence[int], receipt: str, received: int | None = None) -> str:
    """Money comes in and is set against invoices; the receipt's id."""
    money = {"amount": usd(received or sum(parts)), "remitter": "Acme Treasury"}
    answer = await deal.act(BILLING, "record_payment", "/receipts", FIN, money, key=receipt)
    path = f"/receipts/{answer.body['receipt_id']}/applications"
    payments = [{"invoice_id": invoice["invoice_id"], "amount": usd(part)} for invoice, part in zip(invoices, parts, strict=True)]
    await deal.act(BILLING, "apply_cash", path, FIN, {"payments": payments}, key=receipt)
    return str(answer.body["receipt_id"])
