"""Open decisions are listed for those who may make them."""

from deal_world import MANDATE, World, world

__all__ = ["world"]


async def test_everybody_finds_the_decisions_that_wait_for_them(world: World) -> None:
    small, large = await world.deal(1, pipeline="project"), await world.deal(2, value=2 * 10**9, pipeline="project")
    for deal in (small, large):
        await world.initiated(deal)
        await world.do("sam", f"{deal}/decisions/ATI/request", {"business_case": "It pays"})

    async def waiting(who: str) -> list[str]:
        return sorted(row["company"] for row in (await world.look(who, "/decisions", waiting_for_me="true"))["data"])

    assert await waiting("mia") == ["Acme 1"], "the other one is beyond her mandate"
    assert [await waiting(who) for who in ("dan", "sam", "ann")] == [[], [], []]
    await world.do("mia", "/mandates/mia/delegations", {**MANDATE, "to": "dan", "valid_to": "2030-12-31"})
    assert await waiting("dan") == ["Acme 1"]
    await world.do("mia", "/mandates/sam", MANDATE)
    assert await waiting("sam") == [], "sam asked"
    await world.do("max", "/mandates/mia/revoke")
    assert [await waiting(who) for who in ("mia", "dan")] == [[], []], "a delegation ends with its mandate"
