"""Versions of an estimate, page by page."""

from importlib import import_module

import pytest
from deal_world import World, usd
from hand_over_world import world
from pages import every

__all__ = ["world"]


async def test_the_versions_of_an_estimate_are_shown_in_part_and_all_are_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("opportunity_svc.estimate.read"), "PREVIEW", 3)
    deal = await world.deal()
    for number in range(1, 6):
        cash = [{"month": "2026-12", "inflow": usd(1_000), "outflow": usd(number)}]
        costs = [{"category": "hardware", "amount": usd(number)}]
        await world.do("sam", f"{deal}/estimate", {"costs": costs, "revenue": usd(1_000), "assumptions": "Steel as today", "cash": cash})
    found = await world.look("nat", f"{deal}/estimate")
    assert (found["version"], [row["version"] for row in found["versions"]], found["more_versions"]) == (5, [5, 4, 3], True)
    listed = await every(world, f"{deal}/estimate/versions")
    assert [(row["version"], row["cost"]) for row in listed] == [(number, usd(number)) for number in (5, 4, 3, 2, 1)]
    assert listed[:3] == found["versions"]
