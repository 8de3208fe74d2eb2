"""Leads for one need: merged and unmerged, and what is done with one meanwhile."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from lead_svc.contact.rules import decider as withdrawing
from lead_svc.contact.rules.consent import WithdrawConsent
from lead_svc.contact.rules.likeness import traits
from lead_svc.lead.policies import check_response
from lead_svc.lead.rules import LeadCommand, decider
from lead_svc.lead.rules.assignment import AssignLead, MoveLead, OfferLead, RouteLead
from lead_svc.lead.rules.events import ConsentRecorded, ContactRecorded, LeadWatched, ResponseAwaited
from lead_svc.lead.rules.merge import (
    LeadMergedAlready,
    LeadMergedIntoItself,
    LeadNotMerged,
    LeadsChanged,
    SurvivorConverted,
    UnmergeLead,
)
from lead_svc.lead.rules.pool import RecycleLead, ReleaseLead, WatchLead
from lead_svc.lead.rules.qualification import DisqualifyLead, QualifyLead
from lead_svc.lead.rules.response import CheckResponse
from lead_svc.lead.rules.states import Absorbed, Lead, LeadClosed, UnknownLead
from lead_svc.lead.rules.touch import LogTouch, RecordConsent
from lead_svc.lead_merge.rules import Candidate, Described, same_need
from lead_svc.nurture import rules as nurturing
from lead_svc.nurture.policies import stop_nurture
from lead_svc.nurture.rules import NurtureLead, SendStep, StopNurture
from lead_svc.nurture.rules.states import NurtureBegun, NurtureStepPlanned, NurtureStopped, nurture_of
from lead_svc.workload import rules as desk
from lead_svc.workload.policies import keep_workloads
from lead_svc.workload.rules import LeadGone, LeadsHandedOver, LeadTaken, NoteGone, NoteTaken, workload_of
from ltc_events import At, Command, Event
from ltc_events.lead import (
    DeskHandedOver,
    LeadDisqualified,
    LeadMerged,
    LeadPooled,
    LeadQualified,
    LeadUnmerged,
)
from ltc_events.testing import fold, given
from merge_facts import BANT, BOTH, MERGE, A, B, C, assigned, captured, converted, merge, merged, unmerge, unmerged

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_an_open_lead_is_merged_into_another_open_one_once() -> None:
    given(decider, *BOTH, assigned(A)).when(merge(A, B)).then(merged(A, B, "ann"))
    given(decider, *BOTH).when(merge(A, B)).then(merged(A, B))
    given(decider, *BOTH, merged(A, B)).when(merge(A, B)).then_nothing()


def test_a_lead_is_not_merged_with_nobody_nor_with_itself() -> None:
    given(decider, captured(A)).when(merge(A, B)).then_refused(UnknownLead)
    given(decider, captured(B)).when(merge(A, B)).then_refused(UnknownLead)
    given(decider, captured(A)).when(merge(A, A)).then_refused(LeadMergedIntoItself)
    given(decider).when(merge(A, A)).then_refused(UnknownLead)


@pytest.mark.parametrize("over", [LeadDisqualified(lead_id=A, reason="No"), LeadDisqualified(lead_id=B, reason="No"), converted(B)])
def test_what_is_over_is_not_merged_and_takes_nothing_in(over: Event) -> None:
    given(decider, *BOTH, assigned(B), over).when(merge(A, B)).then_refused(LeadClosed)


def test_what_is_shown_under_another_is_neither_merged_again_nor_takes_anything_in() -> None:
    history = *BOTH, captured(C), merged(A, B)
    given(decider, *history).when(merge(A, C)).then_refused(LeadMergedAlready, lead_id=A, into=B)
    given(decider, *history).when(merge(C, A)).then_refused(LeadMergedAlready, lead_id=A, into=B)
    given(decider, *history).when(merge(B, A)).then_refused(LeadMergedAlready, lead_id=A, into=B)
    given(decider, *history).when(merge(B, C)).then(merged(B, C))  # with all that is shown under it


REACHED: dict[str, tuple[Event, ...]] = {
    "captured": (captured(A),),
    "pooled": (captured(A), assigned(A), LeadPooled(lead_id=A, reason="No time", previous_owner="ann", alarm=False)),
    "assigned": (captured(A), assigned(A)),
    "qualified": (captured(A), assigned(A), LeadQualified(lead_id=A, bant=BANT)),
}


@pytest.mark.parametrize("status", REACHED)
def test_undone_a_lead_is_as_it_was_with_its_owner(status: str) -> None:
    before = fold((decider,), REACHED[status])
    history = *REACHED[status], captured(B)
    owner = "ann" if status in ("assigned", "qualified") else None
    told = unmerged(A, B, status, owner=owner)
    given(decider, *history).when(merge(A, B)).then(merged(A, B, owner))
    given(decider, *history, merged(A, B, owner)).when(unmerge(A, B)).then(told)
    after = fold((decider,), (*REACHED[status], merged(A, B, owner), told))
    assert after == before


def test_a_merge_is_not_undone_once_the_survivor_became_a_deal() -> None:
    history = *BOTH, captured(C), assigned(C), merged(A, B), merged(B, C)
    given(decider, *history, converted(C)).when(unmerge(B, C)).then_refused(SurvivorConverted, into=C)
    given(decider, *history, converted(C)).when(unmerge(A, B, C)).then_refused(SurvivorConverted, into=C)
    given(decider, *history, converted(C)).when(unmerge(A, C, B)).then_refused(SurvivorConverted, into=C)
    given(decider, *history, LeadDisqualified(lead_id=C, reason="No")).when(unmerge(A, B, C)).then(unmerged(A, B))


def test_whoever_asks_without_knowing_what_it_is_shown_under_asks_again() -> None:
    history = *BOTH, captured(C), merged(A, B), merged(B, C)
    given(decider, *history).when(unmerge(A, B)).then_refused(LeadsChanged)
    given(decider, *history).when(unmerge(A)).then_refused(LeadsChanged)


def test_what_is_not_merged_cannot_be_undone() -> None:
    given(decider, *BOTH).when(unmerge(A)).then_refused(LeadNotMerged)
    given(decider).when(unmerge(A)).then_refused(UnknownLead)
    given(decider, *BOTH, merged(A, B), unmerged(A, B)).when(unmerge(A)).then_refused(LeadNotMerged)


ACTS: tuple[LeadCommand, ...] = (
    AssignLead(lead_id=A, owner="bob"),
    LogTouch(lead_id=A, touch_id=A, kind="call", direction="out", at=NOON, now=NOON, actor="ann"),
    RecordConsent(lead_id=A, given=True, source="Form"),
    QualifyLead(lead_id=A, need="Cards", budget=BANT.budget, authority="Board", timing=BANT.timing),
    ReleaseLead(lead_id=A, reason="No time", actor="ann", by_manager=True),
    DisqualifyLead(lead_id=A, reason="No"),
)


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_with_a_merged_lead_and_where_to_go_is_said(act: LeadCommand) -> None:
    given(decider, captured(A), assigned(A), merged(A, B, "ann")).when(act).then_refused(LeadClosed, ended=f"merged into {B}")


def test_what_is_planned_for_a_merged_lead_finds_nothing() -> None:
    watched = LeadWatched(lead_id=A, owner="ann", due=NOON, untouched_days=1, no_return_days=1, rules_version=1)
    awaited = ResponseAwaited(lead_id=A, due=NOON, working_minutes=1, rules_version=1)
    history = captured(A), awaited, assigned(A), watched, merged(A, B, "ann")
    plans: tuple[Command, ...] = (
        RecycleLead(lead_id=A, due=NOON),
        CheckResponse(lead_id=A, due=NOON),
        MoveLead(lead_id=A, hand_over_id=B, owner="ann"),
    )
    for plan in plans:
        given(decider, *history).when(plan).then_nothing()
    offer = OfferLead(lead_id=A, rules_version=1, rule="All", reason="All", candidates=("ann",), limits={}, at=NOON)
    for turn in (RouteLead(lead_id=A), offer, WatchLead(lead_id=A, at=NOON)):
        given(decider, *history).when(turn).then_nothing()
    by_itself = NurtureLead(nurture_id=nurture_of(A), lead_id=A, trigger="cold", at=NOON)
    given(nurturing.decider, *history).when(by_itself).then_nothing()
    by_hand = by_itself.model_copy(update={"trigger": "by_hand", "sequence": "welcome"})
    given(nurturing.decider, *history).when(by_hand).then_refused(LeadClosed, ended=f"merged into {B}")


def test_a_response_that_is_due_is_looked_for_again_when_a_merge_is_undone() -> None:
    awaited = ResponseAwaited(lead_id=A, due=NOON, working_minutes=1, rules_version=1)
    history = captured(A), awaited, captured(B), merged(A, B)
    told = unmerged(A, B, response_due=NOON)
    given(decider, *history).when(unmerge(A, B)).then(told)
    (again,) = check_response(told)
    assert again == At(NOON, CheckResponse(lead_id=A, due=NOON))
    assert given(decider, *history, told).when(again.command).events
    assert check_response(unmerged(A, B)) == []


def test_consent_that_is_taken_back_meanwhile_stays_taken_back() -> None:
    agreed = ConsentRecorded(lead_id=A, given=True, source="Form")
    history = captured(A), agreed, captured(B), merged(A, B)
    back = ConsentRecorded(lead_id=A, given=False, source="Link")
    given(withdrawing, *history).when(WithdrawConsent(lead_ids=(A,), source="Link")).then(back)
    after = fold((decider,), (*history, back, unmerged(A, B)))[decider.of(A)]
    assert after.trail.consent is None


def test_a_desk_gives_a_merged_lead_back_and_has_it_again_as_it_had_it() -> None:
    gone = NoteGone(desk_id=workload_of("ann"), lead_id=A, merged=True)
    back = NoteTaken(desk_id=workload_of("ann"), owner="ann", lead_id=A, how="unmerge")
    assert keep_workloads(merged(A, B, "ann")) == [gone]
    assert keep_workloads(unmerged(A, B, "assigned", owner="ann")) == [back]
    assert keep_workloads(merged(A, B)) == keep_workloads(unmerged(A, B)) == []
    for how in ("claim", "rule"):
        had = LeadTaken(desk_id=workload_of("ann"), owner="ann", lead_id=A, how=how)
        left = LeadGone(desk_id=workload_of("ann"), lead_id=A, merged=True)
        given(desk.decider, had).when(gone).then(left)
        again = LeadTaken(desk_id=workload_of("ann"), owner="ann", lead_id=A, how="unmerge")
        given(desk.decider, had, left).when(back).then(again)
        assert fold((desk.decider,), (had, left, again)) == fold((desk.decider,), (had,))
        assert not fold((desk.decider,), (had, left))[desk.decider.of(workload_of("ann"))].claimed


def test_mails_that_run_end_where_a_lead_is_merged_before_they_are_told_so() -> None:
    ids = {"nurture_id": nurture_of(A), "lead_id": A, "run": 1}
    running = (
        NurtureBegun(**ids, sequence="welcome", rules_version=1, trigger="by_hand"),
        NurtureStepPlanned(**ids, step=0, attempt=1, due=NOON),
    )
    agreed = ConsentRecorded(lead_id=A, given=True, source="Form")
    known = ContactRecorded(lead_id=A, contact_id=C, email=f"sealed.v1.{C}.{'A' * 40}")
    step = SendStep(**ids, step=0, attempt=1, due=NOON)
    stopped = NurtureStopped(**ids, reason=f"This lead is closed: it was merged into {B}.")
    given(nurturing.decider, captured(A), known, agreed, *running, merged(A, B)).when(step).then(stopped)


def test_what_comes_back_to_somebody_who_left_meanwhile_goes_the_same_way_as_the_rest() -> None:
    desk_id = workload_of("ann")
    left = DeskHandedOver(desk_id=desk_id, hand_over_id=C, owner="ann", to="bob", leads=0)
    back = NoteTaken(desk_id=desk_id, owner="ann", lead_id=A, how="unmerge")
    taken = LeadTaken(desk_id=desk_id, owner="ann", lead_id=A, how="unmerge")
    on = LeadsHandedOver(desk_id=desk_id, hand_over_id=C, owner="ann", to="bob", lead_ids=(A,))
    given(desk.decider, left).when(back).then(taken, on)


def test_mails_to_a_merged_lead_stop() -> None:
    assert stop_nurture(merged(A, B)) == [
        StopNurture(lead_id=A, reason="the lead was merged into another one")
    ]  # fmt: skip


IDS = st.sampled_from([A, B, C])
ABOVE = st.lists(IDS, unique=True, max_size=3).map(tuple)
STEPS = st.one_of(
    st.builds(merge, IDS, IDS),
    st.builds(UnmergeLead, lead_id=IDS, above=ABOVE, reason=st.just("Two plants")),
    st.builds(DisqualifyLead, lead_id=IDS, reason=st.just("No")),
    st.builds(AssignLead, lead_id=IDS, owner=st.sampled_from(["ann", "bob"])),
)


@drawn(st.lists(STEPS, max_size=14))
def test_whatever_is_merged_and_undone_every_lead_is_shown_under_exactly_one_that_is_nobody_elses(steps: list[Command]) -> None:
    history: tuple[Event, ...] = (captured(A), captured(B), captured(C))
    before: dict[UUID, Lead] = {}
    for step in steps:
        states = fold((decider,), history)
        outcome = given(decider, *history).when(step)
        for event in outcome.events:
            if isinstance(event, LeadMerged):
                before[event.lead_id] = states[decider.of(event.lead_id)]
            if isinstance(event, LeadUnmerged):
                now = decider.evolve(states[decider.of(event.lead_id)], event)
                assert now == before.pop(event.lead_id), "as it was"
        history = (*history, *outcome.events)
    states = fold((decider,), history)
    for each in (A, B, C):
        steps_up, at = 0, each
        while isinstance(state := states[decider.of(at)], Absorbed):
            at, steps_up = state.merged.into, steps_up + 1
            assert steps_up < 3, "round in a circle"


def described(party: int, contact: int | None, email: str | None = None, phone: str | None = None) -> Described:
    return Described(UUID(int=party), None if contact is None else UUID(int=contact), traits(None, email, phone))


def test_leads_of_one_party_and_person_are_likelier_for_one_need_than_of_one_party_alone() -> None:
    this = described(1, 1, "jo@acme.example", "+1 555 0100")
    others = {
        A: described(1, 2),
        B: described(1, 1, "jo@acme.example"),
        C: described(2, 3, "JO@acme.example", "+1 555 0100"),
        MERGE: described(2, None),
    }
    assert same_need(this, others) == [
        Candidate(B, ("contact", "party")),
        Candidate(C, ("email", "phone")),
        Candidate(A, ("party",)),
    ]
    assert [each.weight for each in same_need(this, others)] == [100, 80, 40]
