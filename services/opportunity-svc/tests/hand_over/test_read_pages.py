"""Deals and tasks of a hand-over, page by page."""

from datetime import timedelta
from importlib import import_module
from uuid import UUID

import pytest
from deal_world import World
from hand_over_world import HAND_OVER, hear, leaves, report, world
from pages import every

__all__ = ["world"]


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


async def test_a_hand_over_of_little_says_that_there_is_no_more(world: World) -> None:
    deal = await world.deal(1)
    await world.served.react()
    await hear(world, leaves("ann", "bob"))
    found = await report(world)
    assert [row["opportunity_id"] for row in found["deals"]] == [deal.rsplit("/", 1)[1]]
    assert (found["tasks"], found["more"], found["moved"], found["left_behind"]) == ([], False, 1, 0)
