"""What grows with the years is shown in part, or page by page: what a hand-over moved, versions of rules and forms, quotes of a deal."""

from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from deal_world import ITEM, World, usd
from test_leaving_api import HAND_OVER, hear, leaves, report, world
from vision_form import VISION, label

__all__ = ["world"]


def matrix(most: int) -> dict[str, Any]:
    """What sales may allow: so many cents."""
    return {"rows": [{"role": "sales", "max_discount": "0.1", "max_amount": usd(most), "valid_from": "2020-01-01"}]}


async def every(world: World, path: str, limit: int = 2, **asked: Any) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await world.look("max", path, limit=limit, **asked, **cursor)
        assert len(page["data"]) <= limit
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_a_hand_over_is_shown_with_so_many_deals_and_tasks_and_counts_and_lists_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("opportunity_svc.hand_over.read"), "PREVIEW", 3)
    deals = [(await world.deal(number)).rsplit("/", 1)[1] for number in range(1, 6)]
    for deal in deals:
        await world.do("ann", f"/opportunities/{deal}/change", {"solution_manager": "mia", "reason": "Sam is ill"})
    await world.served.react()
    tasks = await four_tasks(world)
    await hear(world, leaves("ann", "mia"))
    found = await report(world)
    assert [row["opportunity_id"] for row in found["deals"]] == deals[:3], "in the order in which they were opened"
    assert [row["hindrance"] for row in found["deals"]] == ["successor_has_seat"] * 3
    assert (len(found["tasks"]), found["more"]) == (3, True)
    assert (found["moved"], found["left_behind"]) == (4, 5), "of all of them"
    listed = await every(world, f"/hand-overs/{HAND_OVER}/deals")
    assert [(row["opportunity_id"], row["left_behind"], row["hindrance"]) for row in listed] == [
        (deal, ["account_manager"], "successor_has_seat") for deal in deals
    ]  # fmt: skip
    assert listed[:3] == found["deals"]
    handed = await every(world, f"/hand-overs/{HAND_OVER}/tasks")
    assert sorted((row["task_id"], row["owner"]) for row in handed) == sorted((task, "mia") for task in tasks)
    assert handed[:3] == found["tasks"]
    assert [row["due"] for row in handed] == sorted(row["due"] for row in handed)
    for what in ("deals", "tasks"):
        answer = await world.people["max"].get(f"/hand-overs/{UUID(int=7)}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-hand-over")


async def four_tasks(world: World) -> list[str]:
    """So many open tasks of ann's, of deals that others manage."""
    tomorrow = (world.served.log.clock.now().date() + timedelta(days=1)).isoformat()
    for number in range(6, 10):
        deal = await world.deal(number)
        await world.do("ann", f"{deal}/change", {"account_manager": "mia", "reason": "Mia knows them"})
        await world.do("mia", f"{deal}/change", {"expected_close": tomorrow, "reason": "Soon"})
    world.served.pass_days(3)
    await world.served.react()
    waiting = (await world.look("nat", "/tasks", owner="mia", kind="close_passed"))["data"]
    for task in waiting:
        await world.do("mia", f"/tasks/{task['task_id']}/reassign", {"to": "ann"})
    await world.served.react()
    assert len(waiting) == 4
    return [task["task_id"] for task in waiting]


async def test_a_hand_over_of_little_says_that_there_is_no_more(world: World) -> None:
    deal = await world.deal(1)
    await world.served.react()
    await hear(world, leaves("ann", "bob"))
    found = await report(world)
    assert [row["opportunity_id"] for row in found["deals"]] == [deal.rsplit("/", 1)[1]]
    assert (found["tasks"], found["more"], found["moved"], found["left_behind"]) == ([], False, 1, 0)


async def test_the_versions_of_a_rule_book_are_listed_page_by_page_the_newest_first(world: World) -> None:
    for number in range(1, 6):
        await world.do("mia", "/rule-books/discount", matrix(number))
    await world.do("max", "/rule-books/discount/4/activate")
    listed = await every(world, "/rule-books/discount")
    assert [(row["version"], row["status"]) for row in listed] == [(5, "draft"), (4, "live"), (3, "draft"), (2, "draft"), (1, "draft")]
    assert [row["rules"]["rows"][0]["max_amount"] for row in listed] == [usd(number) for number in (5, 4, 3, 2, 1)]
    assert [row["version"] for row in await every(world, "/rule-books/discount", status="draft")] == [5, 3, 2, 1]
    assert await every(world, "/rule-books/configuration") == []


async def test_the_versions_of_a_form_and_what_was_filled_in_are_listed_page_by_page_the_newest_first(world: World) -> None:
    for number in range(1, 4):
        await world.do("mia", "/forms/vision", {**VISION, "name": label(f"Vision {number}")})
    await world.do("mia", "/forms/aim", VISION)
    await world.do("mia", "/forms/vision/2/activate")
    assert [(row["version"], row["status"]) for row in await every(world, "/forms/vision")] == [(3, "draft"), (2, "live"), (1, "draft")]
    assert [(row["code"], row["version"]) for row in await every(world, "/forms", status="draft")] == [
        ("vision", 3), ("vision", 1), ("aim", 1),
    ]  # fmt: skip
    deal = await world.deal()
    for number in range(5):
        await world.do("ann", f"{deal}/forms/vision", {"values": {"goal": f"Aim {number}"}})
    filled = await every(world, f"{deal}/forms/vision")
    assert [(row["fill"], row["values"]["goal"]) for row in filled] == [(fill, f"Aim {fill - 1}") for fill in (5, 4, 3, 2, 1)]


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
