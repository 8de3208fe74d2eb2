"""Managers hand over the work of a leaver."""

from uuid import UUID

from ltc_events import UserId
from ltc_runtime.http import Api, Body, Handle, Role, View
from pydantic import Field

from ..workload.rules import HandDeskOver, HandedToOneself, SuccessorLeft, TakeDeskUp, decider, workload_of

MANAGERS: tuple[Role, ...] = ("sales_manager",)

desks = Api("/desks", stream=decider)


class HandOverBody(Body):
    """The successor."""

    to: UserId | None = Field(
        None,
        examples=["bob"],
        description="Without a successor the assignment rules find owners; what fits no rule is in the pool, with an alarm.",
    )


class HandOverStarted(View):
    """Where to see the progress."""

    hand_over_id: UUID


@desks.act("/{owner}/hand-over", roles=MANAGERS, refuses=(HandedToOneself, SuccessorLeft))
async def hand_desk_over(owner: UserId, body: HandOverBody, handle: Handle) -> HandOverStarted:
    """Hand all open work of a leaver to a successor: leads here, deals and tasks in opportunity-svc, which consumes the event.

    Each lead and deal is moved by itself, with its history. What still reaches the leaver later goes the same way, and rules assign nothing
    more to the leaver. `GET /desks/hand-overs/{hand_over_id}` shows the leads, `GET /hand-overs/{hand_over_id}` of opportunity-svc the
    deals.
    """
    hand_over_id = handle.new_id("hand-over")
    command = HandDeskOver(desk_id=workload_of(owner), hand_over_id=hand_over_id, owner=owner, to=body.to, by=handle.actor)
    return await handle(command, HandOverStarted(hand_over_id=hand_over_id))


@desks.act("/{owner}/take-up", roles=MANAGERS)
async def take_desk_up(owner: UserId, handle: Handle) -> None:
    """Let a former leaver have leads and deals again."""
    return await handle(TakeDeskUp(desk_id=workload_of(owner), owner=owner))
