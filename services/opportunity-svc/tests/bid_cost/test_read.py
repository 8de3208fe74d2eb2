"""Costs of bids, page by page."""

from importlib import import_module

import pytest
from deal_world import World, usd
from hand_over_world import world
from pages import every

__all__ = ["world"]


async def test_the_bid_costs_of_a_deal_are_shown_in_part_summed_up_and_all_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("opportunity_svc.bid_cost.read"), "PREVIEW", 3)
    deal = await world.deal()
    for day, amount in ((3, 3), (1, 1), (5, 5), (2, 2), (4, 4), (6, -4)):
        spent = {"kind": "travel", "amount": usd(amount), "spent_on": f"2026-01-0{day}", "what_for": "A visit"}
        answer = await world.people["sam"].post(f"{deal}/bid-costs", json=spent, headers={"Idempotency-Key": f'"{day}"'})
        assert answer.status_code < 300, answer.text
    found = await world.look("nat", f"{deal}/bid-costs")
    assert ([row["amount"] for row in found["data"]], found["more"]) == ([usd(amount) for amount in (4, 5, -4)], True), "the latest"
    assert [(row["currency"], row["booked"]) for row in found["sums"]] == [("USD", 11)], "of all of them, what was taken back included"
    assert (await world.look("nat", deal))["bid_costs"] == found["sums"]
    listed = await every(world, f"{deal}/bid-costs/all")
    assert [row["amount"] for row in listed] == [usd(amount) for amount in (-4, 5, 4, 3, 2, 1)]
    other = await world.look("nat", f"{await world.deal(2)}/bid-costs")
    assert (other["sums"], other["data"], other["more"]) == ([], [], False)
