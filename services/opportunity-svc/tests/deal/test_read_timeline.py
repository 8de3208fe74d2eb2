"""The timeline of a deal."""

from deal_world import World, world

__all__ = ["world"]


async def test_every_change_of_stage_is_in_the_timeline_twenty_11176(world: World) -> None:
    """Twenty CRM #11176: changes of stage were missing from the timeline."""
    deal = await world.deal()
    await world.do("ann", f"{deal}/stage", {})
    await world.do("sam", f"{deal}/stage", {"stage": "negotiating"})
    history = (await world.look("nat", f"{deal}/history"))["data"]
    moves = [each for each in history if each["type"] == "ltc.opportunity.stage-entered.v1"]
    assert [(each["data"]["previous"], each["data"]["stage"], each["actor"]) for each in moves] == [
        ("verifying", "guiding", "ann"), ("guiding", "negotiating", "sam"),
    ]  # fmt: skip
    assert all(each["occurred_at"] for each in moves)
    assert (await world.refused("ann", f"{deal}/stage", {"stage": "guiding"}))["code"] == "stage-behind"
