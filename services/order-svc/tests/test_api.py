"""Orders over HTTP, on a real log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import pytest
from ltc_events.order import OrderLine
from order_svc.domain.order import ReceiveOrder
from order_svc.service import service

LINES = (
    OrderLine(line=1, product="P1", description="Server", quantity=Decimal("10"), unit="C62"),
    OrderLine(line=2, product="P2", description="Cable", quantity=Decimal("2.5"), unit="MTR"),
)


@dataclass
class World:
    """The people who deliver, and one who looks."""

    served: Any
    fay: httpx.AsyncClient
    nat: httpx.AsyncClient

    async def order(self, number: int = 1) -> str:
        """An order, as hearing of a contract in force makes one."""
        command = ReceiveOrder(
            order_id=UUID(int=number), contract_id=UUID(int=100 + number), contract_no=f"C-{number}", party_id=UUID(int=3), company="Acme",
            purchase_order="PO-7", lines=LINES,
        )  # fmt: skip
        await self.served.decide(command)
        return str(command.order_id)

    async def confirmed(self, number: int = 1) -> str:
        """An order to be delivered."""
        order = await self.order(number)
        answer = await self.fay.post(f"/orders/{order}/confirm", json={"promised": "2026-12-01"})
        assert answer.status_code == 204, answer.text
        return order

    async def shown(self, order: str, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
        """An order as it is shown."""
        answer = await (client or self.fay).get(f"/orders/{order}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def done(self, path: str, body: Any) -> dict[str, Any]:
        """Fulfilment does something."""
        answer = await self.fay.post(path, json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    served = await serve(service)
    async with AsyncExitStack() as stack:
        fay = await stack.enter_async_context(served.client("fay", "fulfilment"))
        nat = await stack.enter_async_context(served.client("nat", "analyst"))
        yield World(served, fay, nat)


async def test_an_order_is_delivered_in_parts(world: World) -> None:
    order = await world.order()
    assert (await world.shown(order))["actions"] == ["confirm_order", "reject_order"]
    assert (await world.shown(order, world.nat))["actions"] == []
    assert (await world.fay.post(f"/orders/{order}/confirm", json={"promised": "2026-12-01"})).status_code == 204
    assert (await world.shown(order))["actions"] == ["ship_order"]

    await world.done(f"/orders/{order}/ship", {"lines": [{"line": 1, "quantity": "4"}]})
    shown = await world.shown(order)
    assert (shown["status"], shown["actions"]) == ("partly_shipped", ["ship_order", "accept_delivery"])
    assert [(line["ordered"], line["shipped"], line["accepted"]) for line in shown["lines"]] == [("10", "4", "0"), ("2.5", "0", "0")]

    await world.done(f"/orders/{order}/accept", {"lines": [{"line": 1, "quantity": "3"}], "certificate_hash": "9f" * 32})
    await world.done(f"/orders/{order}/ship", {})
    shown = await world.shown(order)
    assert (shown["status"], shown["actions"]) == ("shipped", ["accept_delivery"])

    await world.done(f"/orders/{order}/accept", {})
    shown = await world.shown(order)
    assert (shown["status"], shown["actions"]) == ("accepted", [])
    assert [[line["quantity"] for line in each["lines"]] for each in shown["acceptances"]] in ([["3"], ["7", "2.5"]], [["7", "2.5"], ["3"]])
    assert len(shown["shipments"]) == 2
    told = [event["type"].split(".")[2] for event in (await world.nat.get(f"/orders/{order}/history")).json()["data"]]
    assert told == [
        "received", "confirmed", "shipment-dispatched", "delivery-accepted", "shipment-dispatched", "delivery-accepted"
    ]  # fmt: skip


async def test_a_shipment_tried_again_leaves_once(world: World) -> None:
    order = await world.confirmed()
    body = {"lines": [{"line": 1, "quantity": "6"}]}
    first, again = [await world.fay.post(f"/orders/{order}/ship", json=body, headers={"idempotency-key": '"a"'}) for _ in range(2)]
    assert first.json() == again.json()
    assert (await world.shown(order))["lines"][0]["shipped"] == "6"
    answer = await world.fay.post(f"/orders/{order}/ship", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "more-shipped-than-ordered")
    assert answer.json()["detail"] == "Of line 1 only 4 is left to ship, not 6."


async def test_an_order_is_rejected_with_a_reason(world: World) -> None:
    order = await world.order()
    answer = await world.fay.post(f"/orders/{order}/reject", json={"reason": "No longer made."})
    assert answer.status_code == 204
    shown = await world.shown(order)
    assert (shown["status"], shown["reason"], shown["actions"]) == ("rejected", "No longer made.", [])
    answer = await world.fay.post(f"/orders/{order}/ship", json={})
    assert (answer.status_code, answer.json()["detail"]) == (409, "The order is rejected: nothing more is shipped or accepted.")


async def test_only_fulfilment_delivers(world: World) -> None:
    order = await world.order()
    answer = await world.nat.post(f"/orders/{order}/confirm", json={"promised": "2026-12-01"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_orders_are_found(world: World) -> None:
    orders = [await world.order(number) for number in range(1, 4)]
    await world.confirmed(4)
    [found] = (await world.nat.get("/orders", params={"contract_id": str(UUID(int=102))})).json()["data"]
    assert found["order_id"] == orders[1]
    waiting = (await world.nat.get("/orders", params={"status": "received"})).json()["data"]
    assert sorted(each["order_id"] for each in waiting) == sorted(orders)
    assert (await world.nat.get(f"/orders/{UUID(int=99)}")).status_code == 404


async def test_bad_input_changes_nothing(world: World) -> None:
    order = await world.confirmed()
    wrong: list[Any] = [{"lines": []}, {"lines": [{"line": 1, "quantity": "-1"}]}, {"lines": [{"line": 0, "quantity": "1"}]}, {"sent": "1"}]
    for body in wrong:
        assert (await world.fay.post(f"/orders/{order}/ship", json=body)).status_code == 422, body
    assert (await world.shown(order))["status"] == "confirmed"


async def test_an_order_is_shown_with_its_latest_deliveries_and_all_are_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("order_svc.api"), "LISTED", 3)
    order, other = await world.confirmed(1), await world.confirmed(2)
    one = {"lines": [{"line": 1, "quantity": "1"}]}
    sent = [(await world.done(f"/orders/{order}/ship", one | {"shipped_on": f"2026-01-0{day}"}))["shipment_id"] for day in range(1, 6)]
    taken = [
        (await world.done(f"/orders/{order}/accept", one | {"accepted_on": f"2026-02-0{day}"}))["acceptance_id"] for day in range(1, 4)
    ]
    shown = await world.shown(order)
    assert ([each["shipment_id"] for each in shown["shipments"]], shown["more"]) == (sent[2:], True)
    assert [each["acceptance_id"] for each in shown["acceptances"]] == taken
    page = (await world.nat.get(f"/orders/{order}/shipments", params={"limit": 4})).json()
    rest = (await world.nat.get(f"/orders/{order}/shipments", params={"limit": 4, "cursor": page["next_cursor"]})).json()
    assert [each["shipment_id"] for each in (*page["data"], *rest["data"])] == sent[::-1]
    listed = (await world.nat.get(f"/orders/{order}/acceptances")).json()["data"]
    assert [each["acceptance_id"] for each in listed] == taken[::-1]
    assert (await world.shown(other))["more"] is False
    for what in ("shipments", "acceptances"):
        assert (await world.nat.get(f"/orders/{UUID(int=99)}/{what}")).status_code == 404
