"""A quote whose total is too large, over HTTP."""

from floor import Floor, seen
from too_large import too_large

MANY = {"product": "SERVER", "quantity": "900000000"}
"""Nine hundred thousand million cents before tax."""


async def written(floor: Floor) -> int:
    """How many facts the log has."""
    count: int = await floor.served.log.pool.fetchval("SELECT count(*) FROM log")
    return count


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
