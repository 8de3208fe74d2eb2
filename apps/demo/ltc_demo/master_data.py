"""Before the first deal: a price book per currency, and discount authority."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from .actions import Actions
from .client import ApiClient, Person
from .deal import Deal, DealFile, Price

OPPORTUNITIES = "opportunity-svc"
OFFICE = Person("sales.office", ("sales_manager",))

_SINCE = "2000-01-01"
_OWN_DISCOUNT, _MANAGERS_DISCOUNT = "0.1", "1"
_OWN_LIMIT, _MANAGERS_LIMIT = 100_000_000, 10**13


class Books:
    """The price books of one file, by currency. A book of other prices has another code, so files do not disturb each other."""

    def __init__(self, prices: Iterable[Price]) -> None:
        self.bodies: dict[str, dict[str, Any]] = {}
        for price in prices:
            book = self.bodies.setdefault(price.currency, {"currency": price.currency, "valid_from": _SINCE, "items": []})
            book["items"].append(_item(price))

    def code(self, currency: str) -> str:
        """What the book of a currency is called."""
        digest = hashlib.sha256(orjson.dumps(self.bodies[currency])).hexdigest()
        return f"list-{currency}-{digest[:8]}"


async def set_up(front: ApiClient, deal_file: DealFile, books: Books) -> None:
    """Set the price books and grant authority; what is set already stays as it is."""
    used = {deal.currency for deal in deal_file.deals}
    for currency in sorted(used):
        code = books.code(currency)
        await Actions(front, f"book:{code}").post(OPPORTUNITIES, "set price book", f"/price-books/{code}", OFFICE, books.bodies[currency])
    grants = [_grant(front, user, currency, manager) for user, currency, manager in sorted(_people(deal_file.deals))]
    await asyncio.gather(*grants)


def _people(deals: Sequence[Deal]) -> set[tuple[str, str, bool]]:
    # Who manages anybody has a manager's authority, also where they sell themselves.
    managers = {(deal.team.manager, deal.currency) for deal in deals}
    owners = {(deal.team.owner, deal.currency) for deal in deals}
    return {(*who, True) for who in managers} | {(*who, False) for who in owners - managers}


async def _grant(front: ApiClient, user: str, currency: str, manager: bool) -> None:
    body = {
        "max_discount": _MANAGERS_DISCOUNT if manager else _OWN_DISCOUNT,
        "max_amount": {"amount": _MANAGERS_LIMIT if manager else _OWN_LIMIT, "currency": currency},
        "valid_from": _SINCE,
    }
    name = f"grant:{user}:{currency}:{'manager' if manager else 'own'}"
    await Actions(front, name).post(OPPORTUNITIES, "grant authority", f"/authority-grants/{user}", OFFICE, body)


def _item(price: Price) -> dict[str, Any]:
    return {
        "product": price.product,
        "description": price.description,
        "unit": price.unit,
        "list_price": {"amount": price.list_price, "currency": price.currency},
        "tax_rate": str(price.tax_rate),
    }
