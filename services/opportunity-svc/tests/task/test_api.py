"""Tasks over HTTP, on a real log, with the policies and timers at work."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from deal_world import ITEM, MANDATE, PEOPLE, World, usd
from ltc_events.contract import ContractClosed
from opportunity_svc.service import service
from opportunity_svc.task.policies import end_trouble
from opportunity_svc.task.rules.rejected_orders import NoteContract, NoteRejection


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    world = World(await serve(service))
    async with AsyncExitStack() as stack:
        for name in (*PEOPLE, "bob"):
            world.people[name] = await stack.enter_async_context(world.served.client(name, *PEOPLE.get(name, ("sales",))))
        await world.do("max", "/mandates/mia", MANDATE)
        yield world


def today(world: World) -> date:
    """By the business clock."""
    found: date = world.served.log.clock.now().date()
    return found


async def open_tasks(world: World, **asked: Any) -> list[tuple[str, str]]:
    """What is open, by kind and owner."""
    found = await world.look("nat", "/tasks", status="open", **asked)
    return [(row["kind"], row["owner"]) for row in found["data"]]


async def closing(world: World, number: int = 1, days: int = 5) -> str:
    """A deal that is expected to close in so many days."""
    deal = await world.deal(number)
    close = (today(world) + timedelta(days=days)).isoformat()
    await world.do("ann", f"{deal}/change", {"expected_close": close, "reason": "They decide then"})
    await world.served.react()
    return deal


async def test_a_close_that_passes_is_a_task_of_the_account_manager_that_ends_as_it_is_moved_and_comes_again(world: World) -> None:
    deal = await closing(world)
    world.served.pass_days(5)
    await world.served.react()
    assert await open_tasks(world) == []
    world.served.pass_days(6)
    await world.served.react()
    await world.served.react()
    (row,) = (await world.look("ann", "/tasks", mine=True, status="open"))["data"]
    assert (row["kind"], row["owner"], row["company"], row["overdue"]) == ("close_passed", "ann", "Acme 1", True)
    assert row["why"]["day"] == row["due"] == (today(world) - timedelta(days=1)).isoformat()
    await world.do("ann", f"{deal}/change", {"expected_close": (today(world) + timedelta(days=1)).isoformat(), "reason": "Later"})
    await world.served.react()
    shown = await world.look("ann", f"/tasks/{row['task_id']}")
    assert (shown["status"], shown["dropped_because"], shown["actions"]) == ("dropped", "moved", [])
    world.served.pass_days(8)
    await world.served.react()
    assert await open_tasks(world) == [("close_passed", "ann")]
    await world.do("ann", f"{deal}/lose", {"reason": "price", "lesson": "None"})
    await world.served.react()
    assert await open_tasks(world) == []
    assert len((await world.look("ann", "/tasks", opportunity_id=deal.rsplit("/", 1)[1]))["data"]) == 2


async def test_a_suspended_deal_is_asked_about_when_it_goes_on(world: World) -> None:
    deal = await closing(world)
    world.served.pass_days(6)
    await world.served.react()
    await world.do("ann", f"{deal}/suspend", {"reason": "budget_frozen", "note": "Until May"})
    await world.served.react()
    assert await open_tasks(world) == []
    await world.do("ann", f"{deal}/resume", {"note": "It was granted"})
    await world.served.react()
    assert await open_tasks(world) == [("close_passed", "ann")]


async def test_a_task_is_done_or_given_on_by_whose_it_is_and_goes_with_the_account(world: World) -> None:
    deal = await closing(world)
    world.served.pass_days(6)
    await world.served.react()
    await world.do("ann", f"{deal}/change", {"account_manager": "bob", "reason": "Bob knows them"})
    await world.served.react()
    (row,) = (await world.look("bob", "/tasks", mine=True))["data"]
    task = f"/tasks/{row['task_id']}"
    assert (await world.look("bob", task))["actions"] == ["do_task", "reassign_task"]
    assert (await world.look("ann", task))["actions"] == []
    refused = await world.refused("ann", f"{task}/done")
    assert (refused["status"], refused["code"]) == (409, "not-your-task")
    assert refused["detail"] == "Only bob, whose task it is, or a sales manager does that."
    await world.do("bob", f"{task}/reassign", {"to": "sam"})
    assert (await world.refused("bob", f"{task}/reassign", {"to": "ann"}))["code"] == "not-your-task"
    await world.do("mia", f"{task}/done")
    assert (await world.refused("mia", f"{task}/done"))["code"] == "task-over"
    shown = await world.look("nat", task)
    assert (shown["status"], shown["owner"], shown["done_by"]) == ("done", "sam", "mia")
    history = [each["type"].split(".")[2] for each in (await world.look("nat", f"{task}/history"))["data"]]
    assert sorted(history) == ["task-done", "task-raised", "task-reassigned", "task-reassigned"]
    unknown = await world.people["ann"].get(f"/tasks/{UUID(int=1)}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-task")
    assert (await world.refused("ann", f"/tasks/{UUID(int=1)}/done"))["code"] == "unknown-task"
    assert (await world.people["nat"].post(f"{task}/done")).status_code == 403


async def test_tasks_are_found_page_by_page_and_in_a_file(world: World) -> None:
    for number in (1, 2, 3):
        await closing(world, number, days=2 + number)
    world.served.pass_days(9)
    await world.served.react()
    first = await world.look("nat", "/tasks", limit=2)
    rest = await world.look("nat", "/tasks", limit=2, cursor=first["next_cursor"])
    found = [*first["data"], *rest["data"]]
    assert [row["due"] for row in found] == sorted(row["due"] for row in found)
    assert len({row["task_id"] for row in found}) == 3
    assert await open_tasks(world, owner="bob") == []
    assert await open_tasks(world, due_before=found[1]["due"]) == [("close_passed", "ann")]
    assert await open_tasks(world, kind="bid_near") == []
    answer = await world.people["ann"].get("/tasks", headers={"accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    lines = answer.text.strip().splitlines()
    assert len(lines) == 4
    assert "why" in lines[0]


async def test_a_quote_that_expires_is_followed_up_until_another_is_drafted(world: World) -> None:
    deal = await world.deal()
    await world.do("mia", "/price-books/list", {"currency": "USD", "items": [ITEM], "valid_from": "2020-01-01"})
    quote = {"price_book": "list", "lines": [{"product": "PMP", "quantity": "4"}]}
    drafted = await world.do("ann", f"{deal}/quotes", quote)
    await world.served.react()
    world.served.pass_days(31)
    await world.served.react()
    rows = (await world.look("ann", "/tasks", kind="quote_expired"))["data"]
    assert [(row["why"]["quote_id"], row["owner"]) for row in rows] == [(drafted.json()["quote_id"], "ann")]
    await world.do("ann", f"{deal}/quotes", quote)
    await world.served.react()
    assert await open_tasks(world, kind="quote_expired") == []


async def test_a_decision_nobody_makes_is_a_task_of_the_account_manager_and_of_whoever_may_make_it(world: World) -> None:
    deal = await world.deal(pipeline="project")
    await world.initiated(deal)
    await world.do("max", "/mandates/dan", {**MANDATE, "max_amount": usd(1)})
    lent = {"to": "leo", "gates": ["ATI"], "max_amount": usd(10**9), "valid_from": "2020-01-01", "valid_to": "2099-01-01"}
    await world.do("mia", "/mandates/mia/delegations", lent)
    await world.do("ann", f"{deal}/decisions/ATI/request", {"business_case": "It pays"})
    await world.served.react()
    world.served.pass_days(3)
    await world.served.react()
    assert sorted(await open_tasks(world, kind="decision_overdue")) == [
        ("decision_overdue", "ann"), ("decision_overdue", "leo"), ("decision_overdue", "mia"),
    ]  # fmt: skip
    await world.do("mia", f"{deal}/decisions/ATI", {"round": 1, "outcome": "approved"})
    await world.served.react()
    assert await open_tasks(world, kind="decision_overdue") == []


async def test_a_bid_that_is_near_is_a_task_until_it_is_submitted_or_moved(world: World) -> None:
    deal = await world.deal()
    terms = {"price_floor": usd(9_000), "bond": usd(0), "deadline": (today(world) + timedelta(days=8)).isoformat()}
    await world.do("ann", f"{deal}/bid-terms", terms)
    await world.served.react()
    for days in (2, 6):
        world.served.pass_days(days)
        await world.served.react()
    (row,) = (await world.look("ann", "/tasks", kind="bid_near", status="open"))["data"]
    assert (row["why"]["days"], row["due"]) == (3, terms["deadline"])
    await world.do("ann", f"{deal}/bid-terms", {**terms, "deadline": (today(world) + timedelta(days=30)).isoformat()})
    await world.served.react()
    assert await open_tasks(world, kind="bid_near") == []


async def test_an_order_that_is_rejected_is_a_task_of_whoever_manages_the_account(world: World) -> None:
    deal = UUID((await world.deal()).rsplit("/", 1)[1])
    contract, order = UUID(int=40), UUID(int=41)
    await world.served.decide(NoteRejection(contract_id=contract, order_id=order, day=today(world)))
    await world.served.react()
    assert await open_tasks(world) == []
    await world.served.decide(NoteContract(contract_id=contract, opportunity_id=deal, account_manager="ann"))
    await world.served.react()
    assert await open_tasks(world) == [("order_rejected", "ann")]
    for command in end_trouble(ContractClosed(contract_id=contract, opportunity_id=deal, closed_on=today(world))):
        await world.served.decide(command)
    await world.served.react()
    assert await open_tasks(world) == []


async def test_deals_of_another_system_raise_nothing(world: World) -> None:
    body = {
        "company": "Acme", "product": "PMP", "owner": "ann", "status": "open", "value": usd(900), "engaged_on": "2016-10-20",
    }  # fmt: skip
    await world.do("mia", "/past-opportunities/crm:1", body)
    await world.served.react()
    world.served.pass_days(400)
    await world.served.react()
    assert (await world.look("nat", "/tasks"))["data"] == []
