"""What may happen to a lead, and what may not."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from lead_facts import LEAD, NOON, OTHER, THIRD, TOUCH, call
from lead_svc.contact import rules as withdrawing
from lead_svc.contact.rules.consent import WithdrawConsent
from lead_svc.conversion.rules import TriangleNotThreePeople
from lead_svc.deal.rules import DealNoted
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.assignment import AssignLead, ClaimLead
from lead_svc.lead.rules.capture import CaptureLead
from lead_svc.lead.rules.conversion import ConvertLead, JoinDeal
from lead_svc.lead.rules.events import ConsentRecorded, ContactRecorded, TouchLogged
from lead_svc.lead.rules.merge import MergeLead, UnmergeLead
from lead_svc.lead.rules.pool import ReleaseLead
from lead_svc.lead.rules.qualification import DisqualifyLead, QualifyLead
from lead_svc.lead.rules.states import (
    BantIncomplete,
    LeadAlreadyQualified,
    LeadClosed,
    LeadNotAssigned,
    LeadNotQualified,
    LeadStatus,
    NotYourLead,
    UnknownLead,
    possible,
)
from lead_svc.lead.rules.touch import ConsentMissing, RecordConsent, TouchInTheFuture
from lead_svc.party.rules.names import party_of
from ltc_events import AnyDecider, Command, Event, Money, derive_id
from ltc_events.lead import Bant, LeadAssigned, LeadCaptured, LeadConverted, LeadDisqualified, LeadMerged, LeadPooled, LeadQualified
from ltc_events.testing import given
from pydantic import ValidationError

CONTACT = UUID(int=2)
SEALED = f"sealed.v1.{CONTACT}.{'A' * 40}"
BUDGET = Money(amount=5_000_000, currency="USD")
BANT = Bant(need="Forty GTX Pro", budget=BUDGET, authority="Head of IT", timing=date(2026, 12, 24))

captured = LeadCaptured(lead_id=LEAD, party_id=party_of("Acme"), company="Acme", channel="site", need="Servers")
assigned = LeadAssigned(lead_id=LEAD, owner="ann")
qualified = LeadQualified(lead_id=LEAD, bant=BANT)
disqualified = LeadDisqualified(lead_id=LEAD, reason="A student's homework")
converted = LeadConverted(
    lead_id=LEAD,
    opportunity_id=derive_id(LEAD, "opportunity"),
    party_id=party_of("Acme"),
    company="Acme",
    need="Forty GTX Pro",
    budget=BUDGET,
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    expected_close=date(2026, 12, 24),
    owner="ann",
)

capture = CaptureLead(lead_id=LEAD, company="Acme", channel="site", need="Servers")
assign = AssignLead(lead_id=LEAD, owner="ann")
qualify = QualifyLead(lead_id=LEAD, need="Forty GTX Pro", budget=BUDGET, authority="Head of IT", timing=date(2026, 12, 24))
disqualify = DisqualifyLead(lead_id=LEAD, reason="A student's homework")
convert = ConvertLead(lead_id=LEAD, account_manager="ann", solution_manager="sam", fulfilment_manager="fay")


def test_a_lead_is_captured() -> None:
    given(decider).when(capture).then(captured)


def test_a_lead_is_captured_once_however_often_it_is_sent() -> None:
    given(decider, captured).when(capture).then_nothing()
    given(decider, captured, disqualified).when(capture).then_nothing()


def test_whom_to_talk_to_is_recorded_beside_the_lead_and_only_their_id_is_told() -> None:
    given(decider).when(capture.model_copy(update={"contact_id": CONTACT, "contact_email": SEALED})).then(
        captured.model_copy(update={"contact_id": CONTACT}),
        ContactRecorded(lead_id=LEAD, contact_id=CONTACT, email=SEALED),
    )


def test_a_readable_address_never_gets_into_an_event() -> None:
    with pytest.raises(ValidationError):
        ContactRecorded(lead_id=LEAD, contact_id=CONTACT, email="joe@acme.example")


def test_a_lead_gets_an_owner() -> None:
    given(decider, captured).when(assign).then(assigned)


def test_giving_a_lead_to_its_owner_changes_nothing() -> None:
    given(decider, captured, assigned).when(assign).then_nothing()


def test_a_lead_has_one_owner_and_remembers_the_one_before() -> None:
    given(decider, captured, assigned).when(AssignLead(lead_id=LEAD, owner="bob")).then(
        LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann")
    )


def test_a_qualified_lead_can_still_change_hands_and_stays_qualified() -> None:
    given(decider, captured, assigned, qualified).when(AssignLead(lead_id=LEAD, owner="bob")).then(
        LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann")
    )
    handed_over = LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann")
    given(decider, captured, assigned, qualified, handed_over).when(convert).then(converted.model_copy(update={"owner": "bob"}))


def test_a_lead_whose_need_budget_authority_and_timing_are_known_is_qualified() -> None:
    given(decider, captured, assigned).when(qualify).then(qualified)


def test_qualifying_says_what_is_still_missing() -> None:
    outcome = given(decider, captured, assigned).when(QualifyLead(lead_id=LEAD, authority="Head of IT"))
    outcome.then_refused(BantIncomplete, missing=["need", "budget", "timing"])
    assert str(outcome.refusal) == "Find out before qualifying this lead: need, budget, timing."


def test_a_lead_nobody_owns_cannot_be_qualified() -> None:
    given(decider, captured).when(qualify).then_refused(LeadNotAssigned)


def test_a_lead_is_qualified_once() -> None:
    given(decider, captured, assigned, qualified).when(qualify).then_refused(LeadAlreadyQualified)


def test_no_customer_has_a_budget_below_nothing() -> None:
    with pytest.raises(ValidationError):
        QualifyLead(lead_id=LEAD, budget=Money(amount=-1, currency="USD"))


@pytest.mark.parametrize(
    ("history", "owner"), [((captured,), None), ((captured, assigned), "ann"), ((captured, assigned, qualified), "ann")]
)
def test_a_living_lead_can_be_given_up(history: tuple[Event, ...], owner: str | None) -> None:
    given(decider, *history).when(disqualify).then(disqualified.model_copy(update={"owner": owner}))


def test_a_qualified_lead_becomes_an_opportunity_with_the_iron_triangle() -> None:
    given(decider, captured, assigned, qualified).when(convert).then(converted)


def test_sales_may_expect_the_close_on_another_day_than_the_customer_wishes() -> None:
    later = date(2027, 3, 1)
    given(decider, captured, assigned, qualified).when(convert.model_copy(update={"expected_close": later})).then(
        converted.model_copy(update={"expected_close": later})
    )


@pytest.mark.parametrize("history", [(captured,), (captured, assigned)])
def test_only_a_qualified_lead_is_converted(history: tuple[Event, ...]) -> None:
    given(decider, *history).when(convert).then_refused(LeadNotQualified)


@pytest.mark.parametrize("role", ["solution_manager", "fulfilment_manager"])
def test_the_iron_triangle_is_three_people(role: str) -> None:
    given(decider, captured, assigned, qualified).when(convert.model_copy(update={role: "ann"})).then_refused(TriangleNotThreePeople)


@pytest.mark.parametrize("command", [assign, qualify, disqualify, convert])
def test_nothing_is_done_with_a_lead_nobody_captured(command: Command) -> None:
    given(decider).when(command).then_refused(UnknownLead)


@pytest.mark.parametrize("command", [assign, qualify, disqualify, convert])
@pytest.mark.parametrize(("last", "ended"), [(disqualified, "disqualified"), (converted, "converted")])
def test_nothing_is_done_with_a_closed_lead(command: Command, last: Event, ended: str) -> None:
    given(decider, captured, assigned, qualified, last).when(command).then_refused(LeadClosed, ended=ended)


called = TouchLogged(
    lead_id=LEAD,
    touch_id=TOUCH,
    kind="call",
    direction="out",
    marketing=False,
    at=NOON,
    by="ann",
    touches=1,
    first_touch=NOON,
    last_touch=NOON,
)
offer = call.model_copy(update={"marketing": True})
agree = RecordConsent(lead_id=LEAD, given=True, until=date(2026, 11, 24), source="Form at the exhibition")
agreed = ConsentRecorded(lead_id=LEAD, given=True, until=date(2026, 11, 24), source="Form at the exhibition")
revoked = ConsentRecorded(lead_id=LEAD, given=False, source="Mail")


def test_the_owner_notes_a_call() -> None:
    given(decider, captured, assigned).when(call).then(called)
    given(decider, captured, assigned, qualified).when(call).then(called)


def test_a_call_noted_late_is_not_the_last_touch() -> None:
    earlier = NOON - timedelta(days=1)
    outcome = given(decider, captured, assigned, called).when(call.model_copy(update={"at": earlier}))
    outcome.then(called.model_copy(update={"at": earlier, "touches": 2, "first_touch": earlier, "last_touch": NOON}))


def test_only_the_owner_notes_a_touch() -> None:
    given(decider, captured, assigned).when(call.model_copy(update={"actor": "bob"})).then_refused(NotYourLead, owner="ann")
    given(decider, captured).when(call).then_refused(LeadNotAssigned)


def test_a_touch_that_has_not_come_yet_is_not_noted() -> None:
    given(decider, captured, assigned).when(call.model_copy(update={"at": NOON + timedelta(seconds=1)})).then_refused(TouchInTheFuture)


def test_nobody_hears_of_our_offers_who_did_not_agree() -> None:
    given(decider, captured, assigned).when(offer).then_refused(ConsentMissing)
    given(decider, captured, assigned, agreed, revoked).when(offer).then_refused(ConsentMissing)
    given(decider, captured, assigned, agreed).when(offer).then(called.model_copy(update={"marketing": True}))


def test_consent_holds_to_its_last_day() -> None:
    tomorrow = NOON + timedelta(days=1)
    given(decider, captured, assigned, agreed).when(offer.model_copy(update={"at": tomorrow, "now": tomorrow})).then_refused(ConsentMissing)


def test_they_may_turn_to_us_about_an_offer_without_having_agreed() -> None:
    asked = offer.model_copy(update={"direction": "in"})
    given(decider, captured, assigned).when(asked).then(called.model_copy(update={"marketing": True, "direction": "in"}))


def test_saying_yes_twice_says_nothing_new() -> None:
    given(decider, captured).when(agree).then(agreed)
    given(decider, captured, agreed).when(agree).then_nothing()


NAMED: dict[str, Command] = {
    "claim_lead": ClaimLead(lead_id=LEAD, owner="bob", at=NOON),
    "release_lead": ReleaseLead(lead_id=LEAD, reason="Not my trade", actor="ann", by_manager=False),
    "log_touch": call,
    "record_consent": WithdrawConsent(lead_ids=(LEAD,), said_of=LEAD, source="Call"),  # a no, or where that may be said a yes as well
    "assign_lead": AssignLead(lead_id=LEAD, owner="bob"),
    "qualify_lead": qualify,
    "disqualify_lead": disqualify,
    "convert_lead": convert,
    "join_opportunity": JoinDeal(lead_id=LEAD, opportunity_id=UUID(int=8)),
    "merge_lead": MergeLead(lead_id=LEAD, into=THIRD, merge_id=LEAD, reason="Asked twice"),
    "unmerge_lead": UnmergeLead(lead_id=LEAD, above=(OTHER,), reason="Two plants"),
}
REACHED: dict[LeadStatus, tuple[Event, ...]] = {
    "captured": (captured,),
    "pooled": (captured, LeadPooled(lead_id=LEAD, reason="no assignment rule fits", alarm=True)),
    "assigned": (captured, assigned),
    "qualified": (captured, assigned, qualified),
    "disqualified": (captured, assigned, disqualified),
    "converted": (captured, assigned, qualified, converted),
    "merged": (captured, LeadMerged(lead_id=LEAD, into=OTHER, merge_id=LEAD, reason="Asked twice")),
}


def who_decides(command: Command) -> AnyDecider:
    return withdrawing.decider if isinstance(command, WithdrawConsent) else decider


joinable = DealNoted(
    opportunity_id=UUID(int=8), account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=NOON.date()
)


@pytest.mark.parametrize("status", REACHED)
def test_the_actions_shown_are_those_that_are_not_refused(status: LeadStatus) -> None:
    other, third = (captured.model_copy(update={"lead_id": id}) for id in (OTHER, THIRD))
    deals: dict[str, tuple[Event, ...]] = {"join_opportunity": (joinable,), "merge_lead": (third,), "unmerge_lead": (other,)}
    allowed = {
        name
        for name, command in NAMED.items()
        if given(who_decides(command), *REACHED[status], *deals.get(name, ())).when(command).refusal is None
    }
    assert set(possible(status)) == allowed
