"""The page of a deal shows its latest quotes."""

from importlib import import_module

import pytest
from deal_world import ITEM, World
from hand_over_world import world
from pages import every

__all__ = ["world"]


async def test_a_deal_is_shown_with_its_latest_quotes_and_all_are_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("opportunity_svc.deal_list.read"), "PREVIEW", 3)
    deal = await world.deal()
    await world.do("max", "/price-books/list", {"currency": "USD", "items": [ITEM], "valid_from": "2020-01-01"})
    asked = {"price_book": "list", "lines": [{"product": "PMP", "quantity": "1"}]}
    quotes = [(await world.do("ann", f"{deal}/quotes", asked)).json()["quote_id"] for _ in range(5)]
    found = await world.look("nat", deal)
    assert ([row["quote_id"] for row in found["quotes"]], found["more_quotes"]) == (quotes[2:], True)
    assert [row["quote_id"] for row in await every(world, "/quotes", opportunity_id=deal.rsplit("/", 1)[1])] == quotes[::-1]
    other = await world.look("nat", await world.deal(2))
    assert (other["quotes"], other["more_quotes"]) == ([], False)
