"""An amount beyond all money is refused by name, and nothing of it stays."""

from typing import Any

import httpx
from floor import Floor, seen

MANY = {"product": "SERVER", "quantity": "900000000"}
"""Nine hundred thousand million cents before tax."""


async def written(floor: Floor) -> int:
    """How many facts the log has."""
    count: int = await floor.served.log.pool.fetchval("SELECT count(*) FROM log")
    return count


def too_large(answer: httpx.Response) -> dict[str, Any]:
    """The problem it is."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["code"] == "amount-too-large"
    return found


async def test_a_quote_that_its_tax_makes_too_dear_is_refused_by_name_and_changes_nothing(floor: Floor) -> None:
    deal = await floor.deal()
    before = await written(floor)
    found = too_large(await floor.ann.post(f"/opportunities/{deal}/quotes", json={"price_book": "list", "lines": [MANY] * 10}))
    assert found["detail"].startswith("The total with tax comes to 10,170,000,000,000.00 USD, and we deal in no amount beyond ")
    assert await written(floor) == before
    quote = await floor.quote(deal, *[MANY] * 9)
    before = await written(floor)
    found = too_large(await floor.ann.post(f"/quotes/{quote}/revise", json={"price_book": "list", "lines": [MANY] * 20}))
    assert found["what"] == "The total before tax"
    assert await written(floor) == before
    assert (await seen(floor.ann, f"/quotes/{quote}/document"))["gross"]["amount"] == 915_300_000_000_000


async def test_an_estimate_whose_months_come_to_too_much_is_refused_by_name(floor: Floor) -> None:
    deal, most = await floor.deal(), {"amount": 10**15, "currency": "USD"}
    months = [{"month": f"2027-0{month}", "inflow": most, "outflow": most} for month in (1, 2)]
    body = {"revenue": most, "costs": [{"category": "hardware", "amount": most}], "cash": months, "assumptions": "None"}
    assert too_large(await floor.ann.post(f"/opportunities/{deal}/estimate", json=body))["what"] == "What comes in"
