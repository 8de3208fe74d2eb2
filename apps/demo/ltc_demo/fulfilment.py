"""From a won deal to accepted goods: the contract signed and registered, the order confirmed, shipped and accepted."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .actions import LEGAL, Actions, fulfilment, manager
from .client import LogPosition
from .deal import Deal
from .outcome import DealOutcome
from .progress import Progress

CONTRACTS, ORDERS = "contract-svc", "order-svc"

_LEGAL_ENTITIES = {"USD": "LTC-US", "EUR": "LTC-EU", "CNY": "LTC-CN"}
"""Ours; each sells in the currency of its country."""
_PAYMENT_DAYS = 30
_DELIVERY = timedelta(days=30)


async def sign_contract(
    deal: Deal, actions: Actions, progress: Progress, outcome: DealOutcome, won: LogPosition | None
) -> LogPosition | None:
    """Find the contract that was drafted from the quote; review, sign and register it.

    Returns:
        what order-svc and billing-svc must consume first.
    """
    who, on = manager(deal.team), deal.days.closed
    path = f"/contracts?opportunity_id={outcome.opportunity_id}"
    (draft,) = (await actions.get(CONTRACTS, "→ contract drafted", path, LEGAL, after=(won,)))["data"]
    outcome.contract_id = draft["contract_id"]
    contract = f"/contracts/{outcome.contract_id}"
    await actions.post(CONTRACTS, "review contract", f"{contract}/review", LEGAL, {"verdict": "approve"}, on=on)
    signature = {"document_hash": hashlib.sha256(outcome.contract_id.encode()).hexdigest(), "signed_on": _day(on)}
    await actions.post(CONTRACTS, "sign contract", f"{contract}/sign", who, signature, on=on)
    terms = {
        "legal_entity": _LEGAL_ENTITIES.get(deal.currency, f"LTC-{deal.currency}"),
        "plan": payment_plan(deal),
        "payment_days": _PAYMENT_DAYS,
        "requested_delivery": _day(_promised(deal)),
        "registered_on": _day(on),
    }
    answer = await actions.post(CONTRACTS, "register contract", f"{contract}/register", who, terms, on=on)
    progress.reach("contracts")
    return answer.published


async def deliver(
    deal: Deal, actions: Actions, progress: Progress, outcome: DealOutcome, registered: LogPosition | None
) -> LogPosition | None:
    """Find the order the contract made; promise a date, ship and have it accepted, in as many parts as the row says.

    Returns:
        what billing-svc must consume first.
    """
    who = fulfilment(deal.team)
    path = f"/orders?contract_id={outcome.contract_id}"
    (order,) = (await actions.get(ORDERS, "→ order received", path, who, after=(registered,)))["data"]
    outcome.order_id = order["order_id"]
    path = f"/orders/{outcome.order_id}"
    promise = {"promised": _day(_promised(deal))}
    await actions.post(ORDERS, "confirm order", f"{path}/confirm", who, promise, on=deal.days.closed)
    accepted: LogPosition | None = None
    on = deal.days.delivered
    for lines in parts([item.quantity for item in deal.items], deal.deliveries):
        await actions.post(ORDERS, "ship order", f"{path}/ship", who, {"lines": lines, "shipped_on": _day(on)}, on=on)
        answer = await actions.post(ORDERS, "accept delivery", f"{path}/accept", who, {"lines": lines, "accepted_on": _day(on)}, on=on)
        accepted = answer.published
    progress.reach("delivered")
    return accepted


def payment_plan(deal: Deal) -> list[dict[str, Any]]:
    """The advance at once, the rest as all lines are accepted; a part of nothing is left out."""
    advance = int((deal.net * deal.advance).quantize(Decimal(1), ROUND_HALF_UP))
    covers = list(range(1, len(deal.items) + 1))
    plan: list[dict[str, Any]] = []
    if advance:
        plan.append({"line": 1, "kind": "advance", "amount": _money(deal, advance)})
    if rest := deal.net - advance:
        plan.append({"line": len(plan) + 1, "kind": "acceptance", "amount": _money(deal, rest), "covers": covers})
    return plan


def parts(quantities: Sequence[Decimal], count: int) -> list[list[dict[str, Any]]]:
    """What goes into each of ``count`` deliveries, as even as whole units allow; an empty one is none."""
    found: list[list[dict[str, Any]]] = []
    left = list(quantities)
    for remaining in range(count, 0, -1):
        lines = []
        for index, quantity in enumerate(left):
            share = quantity if remaining == 1 else quantity // remaining  # whole units; the last delivery takes the rest
            if share > 0:
                lines.append({"line": index + 1, "quantity": str(share)})
                left[index] = quantity - share
        if lines:
            found.append(lines)
    return found


def _promised(deal: Deal) -> date:
    return deal.days.delivered or (deal.days.closed or date.max - _DELIVERY) + _DELIVERY


def _money(deal: Deal, amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": deal.currency}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
