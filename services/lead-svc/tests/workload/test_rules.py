"""Who leaves hands over every open lead."""

from uuid import UUID

from assignment_facts import NOON, given_to, offer
from lead_svc.conversion.rules import PART
from lead_svc.hand_over.policies import move_leads
from lead_svc.lead import rules as lead
from lead_svc.lead.policies import route_lead_again
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.assignment import ClaimantLeft, ClaimLead, MoveLead, RouteLead
from lead_svc.lead.rules.qualification import QualifyLead
from lead_svc.lead.rules.states import LeadAlreadyQualified
from lead_svc.workload import rules as desk
from lead_svc.workload.policies import keep_workloads
from lead_svc.workload.rules import (
    HandDeskOver,
    HandedToOneself,
    LeadGone,
    LeadsHandedOver,
    LeadTaken,
    NoteTaken,
    SuccessorLeft,
    TakeDeskUp,
    workload_of,
)
from ltc_events import Money
from ltc_events.lead import Bant, DeskHandedOver, DeskTakenUp, LeadAssigned, LeadCaptured, LeadPooled, LeadQualified
from ltc_events.testing import given

LEAD, HAND_OVER, ANN = UUID(int=1), UUID(int=9), workload_of("ann")
captured = LeadCaptured(lead_id=LEAD, party_id=LEAD, company="Acme", channel="site")
assigned = LeadAssigned(lead_id=LEAD, owner="ann")
leave = HandDeskOver(desk_id=ANN, hand_over_id=HAND_OVER, owner="ann", to="bob", by="max")
handed = DeskHandedOver(desk_id=ANN, hand_over_id=HAND_OVER, owner="ann", to="bob", leads=1, by="max")
part = LeadsHandedOver(desk_id=ANN, hand_over_id=HAND_OVER, owner="ann", to="bob", lead_ids=(LEAD,))
move = MoveLead(lead_id=LEAD, hand_over_id=HAND_OVER, owner="ann", to="bob")
moved = LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann", how="hand_over", hand_over_id=HAND_OVER)


def taken(number: int) -> LeadTaken:
    return LeadTaken(desk_id=ANN, owner="ann", lead_id=UUID(int=number), how="by_hand")


def test_all_open_leads_of_a_leaver_are_handed_over() -> None:
    given(desk.decider, taken(1), taken(2), LeadGone(desk_id=ANN, lead_id=UUID(int=2))).when(leave).then(handed, part)


def test_many_leads_are_handed_over_part_by_part() -> None:
    events = given(desk.decider, *(taken(number) for number in range(2 * PART + 1))).when(leave).events
    assert isinstance(events[0], DeskHandedOver)
    assert events[0].leads == 2 * PART + 1
    assert [len(each.lead_ids) for each in events if isinstance(each, LeadsHandedOver)] == [PART, PART, 1]


def test_what_still_reaches_a_leaver_goes_the_same_way() -> None:
    late = NoteTaken(desk_id=ANN, owner="ann", lead_id=LEAD, how="by_hand")
    given(desk.decider, handed).when(late).then(taken(1), part)


def test_leaving_twice_is_leaving_once_and_nobody_hands_over_to_themselves() -> None:
    given(desk.decider, handed).when(leave).then_nothing()
    given(desk.decider).when(leave.model_copy(update={"to": "ann"})).then_refused(HandedToOneself)


def test_a_hand_over_from_before_others_heard_of_it_is_told_when_it_is_ordered_again() -> None:
    before = handed.model_copy(update={"by": None})
    given(desk.decider, before).when(leave).then(handed.model_copy(update={"leads": 0}))
    given(desk.decider, before, handed).when(leave).then_nothing()


def test_nobody_hands_over_to_somebody_who_left_as_well() -> None:
    gone = DeskHandedOver(desk_id=workload_of("bob"), hand_over_id=HAND_OVER, owner="bob", to="ann", leads=0)
    given(desk.decider, taken(1), gone).when(leave).then_refused(SuccessorLeft, to="bob")


def test_a_lead_of_a_leaver_finds_its_owner_by_the_rules_and_stays_qualified() -> None:
    bant = Bant(need="Servers", budget=Money(amount=7, currency="USD"), authority="Board", timing=NOON.date())
    left = LeadPooled(lead_id=LEAD, reason="ann left", previous_owner="ann", alarm=True, hand_over_id=HAND_OVER)
    history = (captured, assigned, LeadQualified(lead_id=LEAD, bant=bant), left)
    assert route_lead_again(left) == [RouteLead(lead_id=LEAD)]
    assert route_lead_again(left.model_copy(update={"hand_over_id": None})) == []
    by_rule, on_desk = given_to("ann", 1)
    given(decider, *history).when(offer).then(
        by_rule.model_copy(update={"previous_owner": "ann", "from_pool": True, "qualified": True}), on_desk
    )
    again = LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann", from_pool=True, qualified=True)
    given(lead.decider, *history, again).when(QualifyLead(lead_id=LEAD)).then_refused(LeadAlreadyQualified)


def test_who_comes_back_has_a_desk_again() -> None:
    back = TakeDeskUp(desk_id=ANN, owner="ann")
    given(desk.decider, handed).when(back).then(DeskTakenUp(desk_id=ANN, owner="ann"))
    given(desk.decider).when(back).then_nothing()


def test_each_lead_is_moved_unless_it_moved_on() -> None:
    given(lead.decider, captured, assigned).when(move).then(moved)
    given(lead.decider, captured, assigned, moved).when(move).then_nothing()
    given(lead.decider, captured, LeadAssigned(lead_id=LEAD, owner="dee")).when(move).then_nothing()


def test_where_nobody_follows_a_lead_goes_to_the_pool_with_an_alarm() -> None:
    given(lead.decider, captured, assigned).when(move.model_copy(update={"to": None})).then(
        LeadPooled(lead_id=LEAD, reason="ann left", previous_owner="ann", alarm=True, hand_over_id=HAND_OVER)
    )


def test_rules_give_a_leaver_nothing_and_the_pool_neither() -> None:
    given(decider, captured, handed).when(offer).then(*given_to("bob", 1))
    pooled = LeadPooled(lead_id=LEAD, reason="Not my trade", alarm=False)
    given(decider, captured, pooled, handed).when(ClaimLead(lead_id=LEAD, owner="ann", at=NOON)).then_refused(ClaimantLeft)


def test_what_follows_from_what() -> None:
    assert move_leads(part) == [move]
    assert [type(command).__name__ for command in keep_workloads(moved)] == ["NoteGone", "NoteTaken"]
