"""One command hands all open work over: whatever is heard in whatever order, no lead and no deal of who left is orphaned."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from ltc_events import Stream, derive_id

from .test_joining import DAY, TRIANGLE, Sales, qualified

LEADS = tuple(UUID(int=number) for number in range(1, 4))
HAND_OVER = UUID(int=90)


def hand_over(flow: Sales, user: str, to: str | None, id: UUID = HAND_OVER) -> bool:
    """Somebody leaves, as a manager says at lead-svc."""
    return flow.act("lead-svc", "HandDeskOver", desk_id=derive_id("desk", user), hand_over_id=id, owner=user, to=to, by="max")


def deals(flow: Sales) -> dict[UUID, Any]:
    """Every deal, as opportunity-svc has it."""
    return {stream.id: state for (name, stream), state in flow.states.items() if (name, stream.kind) == ("opportunity-svc", "opportunity")}


STEPS = ["hand over", *(["convert", "deliver"] * 3), "change"]


@given(st.permutations(STEPS), st.randoms(use_true_random=False))
def test_one_command_hands_leads_and_deals_over_whatever_is_opened_and_changed_meanwhile(order: list[str], chance: Any) -> None:
    flow = Sales()
    for lead in LEADS:
        qualified(flow, lead)
    left = list(LEADS)
    for step in order:
        match step:
            case "hand over":
                assert hand_over(flow, "ann", "bob")
            case "convert":
                assert flow.act("lead-svc", "ConvertLead", lead_id=left.pop(), **TRIANGLE)
            case "change":
                for deal in deals(flow):
                    flow.act(
                        "opportunity-svc",
                        "ChangeOpportunity",
                        opportunity_id=deal,
                        account_manager="ann",
                        reason="No",
                        actor="mia",
                        today=DAY,
                    )
            case _:
                ways = [way for way, facts in flow.ways.items() if facts]
                if ways:
                    flow.arrive(chance.choice(ways))
    flow.settle()
    found = deals(flow)
    assert len(found) == len(LEADS)
    assert {deal.account_manager for deal in found.values()} == {"bob"}
    desk = flow.states["opportunity-svc", Stream("desk", derive_id("desk", "ann"))]
    assert (desk.deals, desk.tasks) == (frozenset(), frozenset())


@given(st.permutations(["ann leaves", "ann is back", "bob leaves"]), st.lists(st.integers(0, 5), max_size=30))
def test_who_hand_over_to_each_other_do_not_do_so_for_ever(order: list[str], chances: list[int]) -> None:
    """lead-svc lets nobody hand over to somebody who left; what it told may be heard in another order."""
    flow = Sales()
    qualified(flow, LEADS[0])
    assert flow.act("lead-svc", "ConvertLead", lead_id=LEADS[0], **TRIANGLE)
    flow.settle()
    for step in order:
        match step:
            case "ann leaves":
                hand_over(flow, "ann", "bob")
            case "ann is back":
                flow.act("lead-svc", "TakeDeskUp", desk_id=derive_id("desk", "ann"), owner="ann")
            case _:
                hand_over(flow, "bob", "ann", UUID(int=91))
    for chance in chances:
        if ways := sorted(way for way, facts in flow.ways.items() if facts):
            flow.arrive(ways[chance % len(ways)])
    flow.settle()
    (deal,) = deals(flow).values()
    holder = flow.states["opportunity-svc", Stream("desk", derive_id("desk", deal.account_manager))]
    stays = [task for task in flow.of("TaskRaised") if task.kind == "seat_stays" and task.owner == "max"]
    assert holder.left is None or stays, "it is with somebody who is here, or somebody is told"
