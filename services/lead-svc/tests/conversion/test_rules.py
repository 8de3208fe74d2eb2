"""Leads that join a deal, that are converted with many others, and that come back."""

from datetime import date
from uuid import UUID

from lead_svc.conversion import rules as conversion
from lead_svc.conversion.policies import convert_each
from lead_svc.conversion.rules import ConversionDone, ConversionRefused, ConversionsRequested, RequestConversions, TriangleNotThreePeople
from lead_svc.deal import rules as deal
from lead_svc.deal.rules import DealDecided, DealEndNoted, DealNoted, NoteDeal, NoteDealEnd, UnknownDeal
from lead_svc.lead.policies import FOR_NOW, return_lead
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.capture import ReturnLead
from lead_svc.lead.rules.conversion import ConvertLead, JoinDeal, TryConversion, opportunity_of
from lead_svc.lead.rules.events import LeadReturned
from lead_svc.lead.rules.states import LeadClosed, LeadNotQualified
from ltc_events import Money
from ltc_events.lead import Bant, LeadAssigned, LeadCaptured, LeadConverted, LeadQualified
from ltc_events.opportunity import OpportunityLost
from ltc_events.testing import given

LEAD, PARTY, DEAL, MANY, AGAIN = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4), UUID(int=5)
TRIANGLE = {"account_manager": "ann", "solution_manager": "sam", "fulfilment_manager": "fay"}
DAY = date(2026, 12, 24)
BANT = Bant(need="Forty cards", budget=Money(amount=7, currency="USD"), authority="Board", timing=DAY)
captured = LeadCaptured(lead_id=LEAD, party_id=PARTY, company="Acme", channel="site", campaign="fair", need="Cards")
qualified = captured, LeadAssigned(lead_id=LEAD, owner="bob"), LeadQualified(lead_id=LEAD, bant=BANT)
noted = DealNoted(opportunity_id=DEAL, **TRIANGLE, expected_close=date(2027, 1, 31))
join = JoinDeal(lead_id=LEAD, opportunity_id=DEAL)


def converted(**changes: object) -> LeadConverted:
    """What converting the lead says."""
    return LeadConverted(
        **{
            "lead_id": LEAD, "opportunity_id": opportunity_of(LEAD), "party_id": PARTY, "company": "Acme", "need": BANT.need,
            "budget": BANT.budget, **TRIANGLE, "expected_close": DAY, "owner": "bob", **changes,
        }
    )  # fmt: skip


def test_a_lead_joins_a_deal_with_its_triangle() -> None:
    joined = converted(opportunity_id=DEAL, expected_close=date(2027, 1, 31), joins=True)
    given(decider, *qualified, noted).when(join).then(joined)


def test_a_lead_joins_no_deal_that_is_decided_or_unknown() -> None:
    given(decider, *qualified, noted, DealEndNoted(opportunity_id=DEAL, ended="won")).when(join).then_refused(DealDecided, ended="won")
    given(decider, *qualified).when(join).then_refused(UnknownDeal)


def test_only_a_qualified_lead_joins_and_only_once() -> None:
    given(decider, captured, noted).when(join).then_refused(LeadNotQualified)
    given(decider, *qualified, noted, converted(opportunity_id=DEAL, joins=True)).when(join).then_refused(LeadClosed)


def test_a_deal_is_noted_once_and_its_end_whatever_comes_first() -> None:
    note = NoteDeal(opportunity_id=DEAL, **TRIANGLE, expected_close=noted.expected_close)
    end, ended = NoteDealEnd(opportunity_id=DEAL, ended="lost"), DealEndNoted(opportunity_id=DEAL, ended="lost")
    given(deal.decider).when(note).then(noted)
    given(deal.decider, noted).when(note).then_nothing()
    other = {"solution_manager": "sue"}
    given(deal.decider, noted).when(note.model_copy(update=other)).then(noted.model_copy(update=other))
    given(deal.decider).when(end).then(ended)
    given(deal.decider, ended).when(end).then_nothing()
    given(decider, *qualified, ended, noted).when(join).then_refused(DealDecided)


def many(*leads: UUID, **changes: object) -> RequestConversions:
    return RequestConversions(**{"conversion_id": MANY, "lead_ids": leads, **TRIANGLE, **changes})


def test_many_leads_are_asked_for_in_parts_each_lead_once() -> None:
    leads = tuple(UUID(int=number) for number in range(1, 121))
    outcome = given(conversion.decider).when(many(*leads, *leads[:7]))
    parts = [event.lead_ids for event in outcome.events if isinstance(event, ConversionsRequested)]
    assert [len(part) for part in parts] == [50, 50, 20]
    assert tuple(lead for part in parts for lead in part) == leads
    given(conversion.decider, *outcome.events).when(many(*leads)).then_nothing()
    given(conversion.decider).when(many(LEAD, account_manager="sam")).then_refused(TriangleNotThreePeople)


def test_each_lead_of_many_is_a_command_of_its_own_answered_once() -> None:
    (asked,) = given(conversion.decider).when(many(LEAD)).events
    assert isinstance(asked, ConversionsRequested)
    (attempt,) = convert_each(asked)
    assert isinstance(attempt, TryConversion)
    done = ConversionDone(conversion_id=MANY, lead_id=LEAD, opportunity_id=opportunity_of(LEAD))
    given(decider, *qualified, asked).when(attempt).then(converted(), done)
    given(decider, *qualified, asked, converted(), done).when(attempt).then_nothing()


def test_what_speaks_against_one_lead_of_many_is_noted_and_nothing_happens_to_it() -> None:
    attempt = TryConversion(conversion_id=MANY, convert=ConvertLead(lead_id=LEAD, **TRIANGLE))
    refused = ConversionRefused(
        conversion_id=MANY,
        lead_id=LEAD,
        code="lead-not-qualified",
        detail="Only a qualified lead can be converted: qualify this one first.",
    )
    given(decider, captured).when(attempt).then(refused)
    given(decider, captured, refused).when(attempt).then_nothing()


def test_a_lead_whose_deal_was_lost_for_now_comes_back_to_its_owner_with_its_history() -> None:
    back = ReturnLead(lead_id=AGAIN, previous=LEAD, opportunity_id=DEAL, why="no_budget")
    lead = captured.model_copy(update={"lead_id": AGAIN, "need": "Forty cards", "returned_from": LEAD})
    returned = LeadReturned(lead_id=AGAIN, previous=LEAD, opportunity_id=DEAL, why="no_budget")
    assigned = LeadAssigned(lead_id=AGAIN, owner="bob", how="return")
    given(decider, *qualified, converted()).when(back).then(lead, returned, assigned)
    given(decider, *qualified, converted(), lead, returned, assigned).when(back).then_nothing()
    given(decider, *qualified).when(back).then_nothing()
    given(decider).when(back).then_nothing()


def test_a_lead_that_came_too_late_to_join_is_qualified_as_it_was() -> None:
    back = ReturnLead(lead_id=AGAIN, previous=LEAD, opportunity_id=DEAL, why="join_refused", still_qualified=True)
    events = given(decider, *qualified, converted(joins=True)).when(back).events
    assert events[-1] == LeadQualified(lead_id=AGAIN, bant=BANT)


def test_only_a_reason_that_passes_brings_a_lead_back() -> None:
    for reason in ("price", "competitor", "no_budget", "no_decision", "timing", "fit", "other"):
        lost = OpportunityLost(opportunity_id=DEAL, lead_id=LEAD, reason=reason, lesson="Ask earlier", lost_on=DAY)
        assert bool(return_lead(lost)) is (reason in FOR_NOW)


def test_the_lead_names_the_process_its_deal_shall_follow() -> None:
    attempt = TryConversion(conversion_id=MANY, convert=ConvertLead(lead_id=LEAD, **TRIANGLE, profile="light"))
    assert given(decider, *qualified).when(attempt).events[0] == converted(profile="light")
