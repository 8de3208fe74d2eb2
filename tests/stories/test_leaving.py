"""Somebody leaves: one command, and what they worked on is somebody else's, in every service."""

import asyncio

from ..deals import LEADS, OPPORTUNITIES, Deal
from ..frontline import ANN, MAX, Person
from ..platform import Platform

BOB = Person("bob", ("sales",))


async def test_one_command_hands_over_what_somebody_works_on_and_who_gets_it_hears_of_it(platform: Platform) -> None:
    front = platform.front
    deal = await Deal(front, "left").to_opportunity()
    at = f"/opportunities/{deal.ids['opportunity']}"
    change = {"account_manager": "eve", "reason": "Eve knows them"}
    await front.act(OPPORTUNITIES, "change_opportunity", f"{at}/change", ANN, change, key="eve-has-it")
    note = {"reason": "budget_frozen", "note": "Until May"}
    await front.act(OPPORTUNITIES, "suspend_opportunity", f"{at}/suspend", ANN, note, key="eve-waits")
    started = (await front.act(LEADS, "hand_desk_over", "/desks/eve/hand-over", MAX, {"to": "bob"}, key="eve-leaves")).body or {}
    async with asyncio.timeout(60):
        while (await front.look(OPPORTUNITIES, at))["account_manager"] != "bob":
            await asyncio.sleep(0.05)
        while "deal_handed_over" not in str(await front.look(LEADS, "/inbox", BOB)):
            await asyncio.sleep(0.05)
    report = await front.look(OPPORTUNITIES, f"/hand-overs/{started['hand_over_id']}", MAX)
    assert (report["by"], report["moved"], report["left_behind"]) == ("max", 1, 0)
    assert (await front.look(OPPORTUNITIES, at))["status"] == "suspended"
    await platform.assert_sound()
