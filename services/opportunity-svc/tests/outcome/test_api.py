"""Outcomes over HTTP."""

from deal_world import World, world

__all__ = ["world"]


async def test_a_lost_project_needs_a_failure_summary(world: World) -> None:
    deal = await world.deal(pipeline="project")
    lose = {"reason": "competitor", "lesson": "Be first"}
    assert (await world.refused("ann", f"{deal}/lose", lose))["code"] == "failure-summary-missing"
    await world.do("ann", f"{deal}/lose", {**lose, "failure_summary": {"cause": "Price", "turning_point": "May", "next_time": "Earlier"}})
