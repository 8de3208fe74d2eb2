"""A user who leaves, over HTTP on a real log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from deal_world import MANDATE, PEOPLE, World
from ltc_events import Fact
from ltc_events.lead import DeskHandedOver, DeskTakenUp
from opportunity_svc.hand_over.policies import keep_desks
from opportunity_svc.service import service

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
FACT = Fact(1, "desk", UUID(int=1), 1, AT, AT, "max", UUID(int=1))
HAND_OVER = UUID(int=90)


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    world = World(await serve(service))
    async with AsyncExitStack() as stack:
        for name in (*PEOPLE, "bob"):
            world.people[name] = await stack.enter_async_context(world.served.client(name, *PEOPLE.get(name, ("sales",))))
        await world.do("max", "/mandates/mia", MANDATE)
        yield world


async def hear(world: World, said: DeskHandedOver | DeskTakenUp) -> None:
    """What lead-svc tells is heard, and everything that follows from it is done."""
    for command in keep_desks(said, FACT):
        await world.served.decide(command)
    await world.served.react()


def leaves(user: str, to: str | None, id: UUID = HAND_OVER) -> DeskHandedOver:
    return DeskHandedOver(desk_id=UUID(int=1), hand_over_id=id, owner=user, to=to, leads=0, by="max")


async def report(world: World, id: UUID = HAND_OVER) -> dict[str, Any]:
    return await world.look("max", f"/hand-overs/{id}")
