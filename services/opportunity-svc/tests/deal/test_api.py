"""What may happen to a deal beside its stages, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from deal_world import ITEM, MANDATE, PEOPLE, World, usd
from opportunity_svc.service import service
from opportunity_svc.swap.rules import EndSelection


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    world = World(await serve(service))
    async with AsyncExitStack() as stack:
        for name in PEOPLE:
            world.people[name] = await stack.enter_async_context(world.served.client(name, *PEOPLE[name]))
        await world.do("max", "/mandates/mia", MANDATE)
        yield world


def today(world: World) -> date:
    """By the business clock."""
    found: date = world.served.log.clock.now().date()
    return found


async def test_a_suspended_deal_is_left_out_of_forecasts_and_boards_until_it_is_resumed(world: World) -> None:
    deal, first = await world.deal(), today(world)
    far = first + timedelta(days=400)
    period = f"{far.year}-Q{(far.month + 2) // 3}"
    await world.do("ann", f"{deal}/forecast", {"category": "commit", "amount": usd(300), "close_on": far.isoformat()})
    world.served.pass_days(10)
    await world.do("ann", f"{deal}/suspend", {"reason": "budget_frozen", "note": "Until May"})
    second = today(world)

    async def forecast(day: date) -> list[tuple[str, int]]:
        found = await world.look("nat", f"/forecasts/{period}", as_of=day.isoformat())
        return [(part["category"], part["amount"]) for part in found["forecast"]]

    shown = await world.look("ann", deal)
    assert (shown["status"], shown["suspend_reason"], shown["suspend_note"]) == ("suspended", "budget_frozen", "Until May")
    assert shown["actions"] == ["resume_opportunity", "lose_opportunity", "cancel_opportunity"]
    assert [await forecast(day) for day in (first, second)] == [[("commit", 300)], [("omitted", 300)]]
    assert (await world.look("nat", "/pipeline/board"))["data"] == []
    refused = await world.refused("ann", f"{deal}/stage", {})
    assert (refused["status"], refused["code"]) == (409, "deal-suspended")
    assert refused["detail"] == "This opportunity is suspended (budget frozen): resume it first."
    assert (await world.look("nat", "/opportunities", status="suspended"))["data"][0]["company"] == "Acme 1"
    world.served.pass_days(20)
    await world.do("ann", f"{deal}/resume", {"note": "The budget was granted"})
    assert [await forecast(day) for day in (second, today(world))] == [[("omitted", 300)], [("commit", 300)]]
    shown = await world.look("ann", deal)
    assert (shown["status"], shown["suspended_at"]) == ("open", None)
    assert (await world.refused("ann", f"{deal}/resume", {"note": "Again"}))["code"] == "not-suspended"


async def test_a_cancelled_deal_is_neither_won_nor_lost(world: World) -> None:
    lost, cancelled, suspended = await world.deal(1), await world.deal(2), await world.deal(3)
    await world.do("ann", f"{lost}/lose", {"reason": "price", "lesson": "None"})
    await world.do("ann", f"{cancelled}/cancel", {"reason": "duplicate", "note": "It is the first once more"})
    await world.do("ann", f"{suspended}/suspend", {"reason": "other", "note": "Later"})
    figures = await world.look("nat", "/sales-figures")
    counted = {name: figures[name] for name in ("open", "suspended", "won", "lost", "cancelled", "win_rate")}
    assert counted == {"open": 1, "suspended": 1, "won": 0, "lost": 1, "cancelled": 1, "win_rate": "0.0000"}
    shown = await world.look("ann", cancelled)
    assert (shown["status"], shown["cancel_reason"], shown["closed_on"], shown["actions"]) == (
        "cancelled", "duplicate", today(world).isoformat(), [],
    )  # fmt: skip
    again = await world.refused("ann", f"{cancelled}/cancel", {"reason": "duplicate", "note": "Twice"})
    assert (again["code"], again["detail"]) == ("opportunity-closed", "This opportunity is decided: it was cancelled.")


async def test_a_deal_that_grows_beyond_the_mandate_is_decided_about_anew_and_its_history_says_why(world: World) -> None:
    deal = await world.deal(pipeline="project")
    await world.initiated(deal)
    await world.decided(deal, "ATI")
    assert (await world.refused("ann", f"{deal}/change", {"value": usd(-1), "reason": "None"}))["code"] == "value-below-nothing"
    await world.do("ann", f"{deal}/change", {"value": usd(600_000), "reason": "They want the second works too"})
    shown = await world.look("nat", deal)
    assert (shown["value"], shown["weighted"]) == (usd(600_000), usd(60_000))
    await world.do("ann", f"{deal}/change", {"value": usd(10**9 + 1), "account_manager": "bob", "reason": "And the third"})
    (decision,) = (await world.look("nat", "/decisions", opportunity_id=deal.rsplit("/", 1)[1]))["data"]
    assert decision["status"] == "lapsed"
    progress = await world.look("nat", f"{deal}/progress")
    assert [(each["operation"], each["user"]) for each in progress["next"]] == [("request_decision", "bob")]
    history = (await world.look("nat", f"{deal}/history"))["data"]
    changes = [each["data"] for each in history if each["type"] == "ltc.opportunity.changed.v1"]
    assert [(each["before"]["value"]["amount"], each["after"]["value"]["amount"], each["reason"]) for each in changes] == [
        (500_000, 600_000, "They want the second works too"), (600_000, 10**9 + 1, "And the third"),
    ]  # fmt: skip


async def test_cost_of_a_bid_is_booked_after_the_decision_to_invest_and_shown_against_the_estimate(world: World) -> None:
    deal = await world.deal(pipeline="project")
    spent = {"kind": "travel", "amount": usd(900), "what_for": "Two days at the works"}

    async def book(key: str) -> tuple[int, dict[str, Any]]:
        answer = await world.people["sam"].post(f"{deal}/bid-costs", json=spent, headers={"Idempotency-Key": key})
        return answer.status_code, answer.json() if answer.content else {}

    status, problem = await book("one")
    assert (status, problem["code"]) == (409, "investment-undecided")
    assert [each["operation"] for each in problem["unmet"]][-1] == "request_decision"
    await world.initiated(deal)
    await world.decided(deal, "ATI")
    assert [(await book(key))[0] for key in ("two", "two", "three")] == [204, 204, 204]
    cash = [{"month": "2026-12", "inflow": usd(9_000), "outflow": usd(2_000)}]
    costs = [{"category": "presales", "amount": usd(2_000)}]
    await world.do("sam", f"{deal}/estimate", {"revenue": usd(9_000), "costs": costs, "cash": cash, "assumptions": "Two visits"})
    sums = [{"currency": "USD", "booked": 1_800, "planned": 2_000, "left": 200}]
    found = await world.look("nat", f"{deal}/bid-costs")
    assert (found["sums"], [each["booked_by"] for each in found["data"]]) == (sums, ["sam", "sam"])
    assert (await world.look("nat", deal))["bid_costs"] == sums


async def test_after_the_win_an_option_is_swapped_by_two_people_until_the_contract_is_signed(world: World) -> None:
    deal = await world.deal()
    rows = [
        "product,name,unit,valid_from,cost,currency,options",
        "PMP,Pump,piece,2020-01-01,70,USD,PMX",
        "PMX,Other pump,piece,2020-01-01,60,USD,",
    ]
    text = chr(10).join(rows)
    read = await world.people["mia"].post("/catalogue/difference", json={"csv": text})
    assert read.status_code == 200, read.text
    await world.do("mia", "/catalogue", {"csv": text, "difference_hash": read.json()["difference_hash"]})
    await world.do("mia", "/price-books/list", {"currency": "USD", "items": [ITEM], "valid_from": "2020-01-01"})
    drafted = await world.do("ann", f"{deal}/quotes", {"price_book": "list", "lines": [{"product": "PMP", "quantity": "4"}]})
    quote = drafted.json()["quote_id"]
    swap = {"line": 1, "product": "PMX", "reason": "The same pump by another maker"}
    assert (await world.refused("sam", f"{deal}/swaps", swap))["code"] == "not-won-yet"
    for step in ("submit", "send"):
        await world.do("ann", f"/quotes/{quote}/{step}")
    await world.do("ann", f"/quotes/{quote}/accept", {})
    await world.do("ann", f"{deal}/win", {"quote_id": quote})
    wrong = await world.refused("sam", f"{deal}/swaps", {**swap, "product": "PMY"})
    assert wrong["detail"] == "The catalogue names no PMY to be delivered in place of PMP. It names: PMX."
    await world.do("sam", f"{deal}/swaps", swap)
    assert (await world.look("nat", f"{deal}/swaps"))["gained"] == []
    await world.do("mia", f"{deal}/swaps/1/approve")
    found = await world.look("nat", f"{deal}/swaps")
    assert found["gained"] == [usd(4_000)]
    (row,) = found["data"]
    assert (row["status"], row["old"], row["new"], row["margin_gained"], row["decided_by"]) == ("approved", "PMP", "PMX", usd(4_000), "mia")
    (line,) = (await world.look("nat", f"/quotes/{quote}"))["lines"]
    assert line["product"] == "PMP", "what was sold stays"
    await world.served.decide(EndSelection(opportunity_id=UUID(deal.rsplit("/", 1)[1]), contract_id=UUID(int=30)))
    assert (await world.refused("sam", f"{deal}/swaps", swap))["code"] == "contract-stands"


FUTURE = {
    "lose": {"reason": "price", "lesson": "Ask first", "lost_on": "{day}"},
    "decline": {"how": "no_bid", "reason": "thin_margin", "note": "Below cost", "declined_on": "{day}"},
    "cancel": {"reason": "customer_gave_up", "note": "Not built", "cancelled_on": "{day}"},
    "bid": {"proposal": "v3", "submitted_on": "{day}"},
}


@pytest.mark.parametrize("verb", FUTURE)
async def test_tomorrow_has_not_happened_yet(world: World, verb: str) -> None:
    deal, tomorrow = await world.deal(), (today(world) + timedelta(days=1)).isoformat()
    body = {name: value.format(day=tomorrow) for name, value in FUTURE[verb].items()}
    refused = await world.refused("ann", f"{deal}/{verb}", body)
    assert (refused["status"], refused["code"]) == (409, "day-in-the-future")
    assert tomorrow in refused["detail"]
