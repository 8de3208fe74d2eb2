"""Who gets a lead: by rules in turns and within limits, or whoever claims it out of the pool."""

from datetime import timedelta
from uuid import UUID

import pytest
from assignment_facts import LEAD, NOON, RULES, alarmed, captured, given_to, live, offer, pooled, routed, taken
from lead_svc.lead import rules as lead
from lead_svc.lead.policies import offer_lead, recycle_lead, route_lead, watch_lead
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.assignment import AssignLead, ClaimLead, ClaimLimitReached, RouteLead
from lead_svc.lead.rules.events import LeadWatched, TouchLogged
from lead_svc.lead.rules.pool import LeadInPool, LeadNotInPool, OwnedBefore, RecycleLead, ReleaseLead, WatchLead
from lead_svc.lead.rules.states import NotYourLead
from lead_svc.rule_book.rules.assignment import PoolRules, first_fit
from lead_svc.workload import rules as desk
from lead_svc.workload.policies import keep_workloads
from lead_svc.workload.rules import LeadGone, NoteGone, NoteTaken, workload_of
from ltc_events import At, Fact
from ltc_events.lead import LeadAssigned, LeadClaimed, LeadDisqualified, LeadPooled, LeadRecycled
from ltc_events.testing import given

assigned = LeadAssigned(lead_id=LEAD, owner="ann")
claim = ClaimLead(lead_id=LEAD, owner="bob", at=NOON)
watched = LeadWatched(
    lead_id=LEAD, owner="ann", due=NOON + timedelta(days=15), untouched_days=15, no_return_days=30, rules_version=1
)  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "territory", "need", "rule"),
    [
        ("site", "CN-SH", "SERVERS!", "Servers in Shanghai"),
        ("exhibition", "CN-SH", "servers", "Servers in Shanghai"),
        ("exhibition", "CN-SH", "cards", "Exhibitions"),
        ("exhibition", None, None, "Exhibitions"),
        ("site", "CN-BJ", "servers", None),
        ("site", "CN-SH", None, None),
    ],
)
def test_the_first_rule_that_fits_wins(channel: str, territory: str | None, need: str | None, rule: str | None) -> None:
    found = first_fit(RULES, channel, territory, need)
    assert (found and found[0].name) == rule


def test_a_new_lead_is_routed_by_the_first_rule_that_fits_and_the_reason_is_kept() -> None:
    given(decider, captured, *live("assignment", assignment=RULES)).when(RouteLead(lead_id=LEAD)).then(routed)


def test_a_lead_no_rule_fits_goes_to_the_pool_with_an_alarm() -> None:
    other = captured.model_copy(update={"territory": None})
    given(decider, other, *live("assignment", assignment=RULES)).when(RouteLead(lead_id=LEAD)).then(alarmed)


def test_without_rules_a_captured_lead_stays_captured() -> None:
    given(decider, captured).when(RouteLead(lead_id=LEAD)).then_nothing()


def test_a_lead_somebody_has_already_is_not_routed() -> None:
    given(decider, captured, assigned, *live("assignment", assignment=RULES)).when(RouteLead(lead_id=LEAD)).then_nothing()
    given(decider, captured, routed, assigned).when(offer).then_nothing()


def test_they_take_turns() -> None:
    given(decider, captured).when(offer).then(*given_to("ann", 1))
    first = taken("ann", 2, how="rule", turn=1)
    given(decider, captured, first).when(offer).then(*given_to("bob", 2))
    second = taken("bob", 3, how="rule", turn=2)
    given(decider, captured, first, second).when(offer).then(*given_to("cem", 3))
    third = taken("cem", 4, how="rule", turn=3)
    free = LeadGone(desk_id=workload_of("cem"), lead_id=UUID(int=4))
    given(decider, captured, first, second, third, free).when(offer).then(*given_to("ann", 4))


def test_whoever_has_no_room_is_passed_over() -> None:
    given(decider, captured, taken("ann", 2), taken("ann", 3)).when(offer).then(*given_to("bob", 1))


def test_where_nobody_is_eligible_the_lead_goes_to_the_pool_with_the_reasons() -> None:
    full = [taken("ann", 2), taken("ann", 3), taken("bob", 4), taken("bob", 5), taken("cem", 6)]
    (event,) = given(decider, captured, *full).when(offer).events
    assert isinstance(event, LeadPooled)
    assert event.alarm
    assert event.reason == (
        "nobody is eligible by rule Servers in Shanghai: "
        "ann has 2 of at most 2 leads, bob has 2 of at most 2 leads, cem has 1 of at most 1 leads"
    )


def test_a_lead_is_claimed_out_of_the_pool() -> None:
    given(decider, captured, assigned, pooled).when(claim).then(
        LeadClaimed(lead_id=LEAD, owner="bob"),
        LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann", how="claim", from_pool=True, qualified=False),
        taken("bob", 1, how="claim"),
    )


def test_only_what_is_in_the_pool_is_claimed_and_claiming_twice_claims_once() -> None:
    given(decider, captured).when(claim).then_refused(LeadNotInPool)
    given(decider, captured, assigned).when(claim).then_refused(LeadNotInPool)
    given(decider, captured, LeadAssigned(lead_id=LEAD, owner="bob")).when(claim).then_nothing()


def test_nobody_has_more_claimed_leads_open_than_the_rules_allow() -> None:
    one_each = live("pool", pool=PoolRules(claim_limit=1))
    by_hand, claimed = taken("bob", 2), taken("bob", 3, how="claim")
    given(decider, captured, pooled, *one_each, by_hand, claimed).when(claim).then_refused(ClaimLimitReached, limit=1)
    done = LeadGone(desk_id=workload_of("bob"), lead_id=UUID(int=3))
    assert len(given(decider, captured, pooled, *one_each, by_hand, claimed, done).when(claim).events) == 3


def test_out_of_the_pool_only_a_manager_gives() -> None:
    by_hand = AssignLead(lead_id=LEAD, owner="bob", by_manager=False, at=NOON)
    given(lead.decider, captured, pooled).when(by_hand).then_refused(LeadInPool)
    given(lead.decider, captured, pooled).when(by_hand.model_copy(update={"by_manager": True})).then(
        LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann", from_pool=True, qualified=False)
    )


def test_the_owner_or_a_manager_releases_a_lead() -> None:
    release = ReleaseLead(lead_id=LEAD, reason="Not my trade", actor="ann", by_manager=False)
    given(lead.decider, captured, assigned).when(release).then(pooled)
    given(lead.decider, captured, assigned).when(release.model_copy(update={"actor": "bob"})).then_refused(NotYourLead)
    given(lead.decider, captured, assigned).when(release.model_copy(update={"actor": "max", "by_manager": True})).then(pooled)


def test_a_given_lead_is_watched_by_the_rules_of_then() -> None:
    rules = live("pool", pool=PoolRules(untouched_days=15, no_return_days=30))
    given(decider, captured, assigned, *rules).when(WatchLead(lead_id=LEAD, at=NOON)).then(watched)
    given(decider, captured, assigned).when(WatchLead(lead_id=LEAD, at=NOON)).then_nothing()


RECYCLE = RecycleLead(lead_id=LEAD, due=watched.due)
recycled = LeadRecycled(
    lead_id=LEAD, reason="nobody was in touch for 15 days", previous_owner="ann", no_return_before=NOON + timedelta(days=45),
    rules_version=1,
)  # fmt: skip
lay = LeadPooled(lead_id=LEAD, reason="nobody was in touch for 15 days", previous_owner="ann", alarm=False)


def touched(days: int) -> TouchLogged:
    at = NOON + timedelta(days=days)
    return TouchLogged(
        lead_id=LEAD,
        touch_id=LEAD,
        kind="call",
        direction="out",
        marketing=False,
        at=at,
        by="ann",
        touches=1,
        first_touch=at,
        last_touch=at,
    )


def test_a_lead_nobody_touched_goes_to_the_pool() -> None:
    given(lead.decider, captured, assigned, watched).when(RECYCLE).then(recycled, lay)


def test_a_lead_that_was_touched_is_watched_on_from_then() -> None:
    later = watched.model_copy(update={"due": NOON + timedelta(days=18)})
    given(lead.decider, captured, assigned, watched, touched(3)).when(RECYCLE).then(later)
    given(lead.decider, captured, assigned, watched, touched(3), later).when(RecycleLead(lead_id=LEAD, due=later.due)).then(
        recycled.model_copy(update={"no_return_before": NOON + timedelta(days=48)}), lay
    )


def test_a_timer_that_comes_too_late_does_nothing() -> None:
    given(lead.decider).when(RECYCLE).then_nothing()
    given(lead.decider, captured, assigned, watched, pooled).when(RECYCLE).then_nothing()
    given(lead.decider, captured, assigned, watched, LeadDisqualified(lead_id=LEAD, reason="No")).when(RECYCLE).then_nothing()
    given(lead.decider, captured, assigned, watched, LeadAssigned(lead_id=LEAD, owner="bob")).when(RECYCLE).then_nothing()
    given(lead.decider, captured, assigned, watched, recycled, lay).when(RECYCLE).then_nothing()


def test_a_recycled_lead_does_not_come_back_to_the_same_owner_for_a_while() -> None:
    history = (captured, assigned, watched, recycled, lay)
    until = recycled.no_return_before
    mine = ClaimLead(lead_id=LEAD, owner="ann", at=until - timedelta(seconds=1))
    given(decider, *history).when(mine).then_refused(OwnedBefore, owner="ann")
    assert given(decider, *history).when(mine.model_copy(update={"at": until})).refusal is None
    assert given(decider, *history).when(claim).refusal is None
    by_hand = AssignLead(lead_id=LEAD, owner="ann", at=NOON)
    given(lead.decider, *history).when(by_hand).then_refused(OwnedBefore)


def test_a_desk_counts_a_lead_once() -> None:
    note = NoteTaken(desk_id=workload_of("ann"), owner="ann", lead_id=LEAD, how="by_hand")
    gone = NoteGone(desk_id=workload_of("ann"), lead_id=LEAD)
    given(desk.decider).when(note).then(taken("ann", 1))
    given(desk.decider, taken("ann", 1, how="rule", turn=1)).when(note).then_nothing()
    given(desk.decider, taken("ann", 1)).when(gone).then(LeadGone(desk_id=workload_of("ann"), lead_id=LEAD))
    given(desk.decider).when(gone).then_nothing()


def test_what_follows_from_what() -> None:
    fact = Fact(1, "lead", LEAD, 1, NOON, NOON, "ann", LEAD)
    assert route_lead(captured) == [RouteLead(lead_id=LEAD)]
    assert offer_lead(routed, fact) == [offer]
    assert watch_lead(assigned, fact) == [WatchLead(lead_id=LEAD, at=NOON)]
    assert recycle_lead(watched) == [At(watched.due, RECYCLE)]
    ann, bob = workload_of("ann"), workload_of("bob")
    handed = LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann")
    assert keep_workloads(handed) == [
        NoteGone(desk_id=ann, lead_id=LEAD), NoteTaken(desk_id=bob, owner="bob", lead_id=LEAD, how="by_hand")
    ]  # fmt: skip
    assert keep_workloads(pooled) == [NoteGone(desk_id=ann, lead_id=LEAD)]
    assert keep_workloads(LeadDisqualified(lead_id=LEAD, reason="No", owner="ann")) == [NoteGone(desk_id=ann, lead_id=LEAD)]
    assert keep_workloads(LeadDisqualified(lead_id=LEAD, reason="No")) == []
