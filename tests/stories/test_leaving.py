"""Somebody leaves: one command, and what they worked on is somebody else's, in every service."""

import asyncio
from typing import Any

from ..api_client import ANN, MAX, Person
from ..deals import LEADS, OPPORTUNITIES, Deal, usd
from ..platform import Platform

BOB = Person("bob", ("sales",))


async def test_one_command_hands_over_what_somebody_works_on_and_who_gets_it_hears_of_it(platform: Platform) -> None:
    api_client = platform.api_client
    deal = await Deal(api_client, "left").to_opportunity()
    at = f"/opportunities/{deal.ids['opportunity']}"

    async def notice(kind: str, *, over: bool) -> dict[str, Any]:
        while True:
            for row in (await api_client.look(LEADS, "/inbox", BOB))["data"]:
                if (row["kind"], row["opportunity_id"], row["over"]) == (kind, deal.ids["opportunity"], over):
                    return dict(row)
            await asyncio.sleep(0.05)

    change = {"account_manager": "eve", "reason": "Eve knows them"}
    await api_client.act(OPPORTUNITIES, "change_opportunity", f"{at}/change", ANN, change, key="eve-has-it")
    forecast = {"category": "commit", "amount": usd(300), "close_on": "2099-12-31"}
    await api_client.act(OPPORTUNITIES, "forecast_opportunity", f"{at}/forecast", ANN, forecast, key="eve-means")
    started = (await api_client.act(LEADS, "hand_desk_over", "/desks/eve/hand-over", MAX, {"to": "bob"}, key="eve-leaves")).body or {}
    async with asyncio.timeout(60):
        await notice("deal_handed_over", over=False)
        assert (await notice("task_raised", over=False))["says"] == "forecast_to_set"
        assert (await api_client.look(OPPORTUNITIES, at))["account_manager"] == "bob"
        await api_client.act(OPPORTUNITIES, "forecast_opportunity", f"{at}/forecast", BOB, forecast, key="bob-means")
        await notice("task_raised", over=True)
    report = await api_client.look(OPPORTUNITIES, f"/hand-overs/{started['hand_over_id']}", MAX)
    assert (report["by"], report["moved"], report["left_behind"]) == ("max", 1, 0)
    await platform.assert_sound()
