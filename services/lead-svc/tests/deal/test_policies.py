"""A contract ends: a lead for its renewal, once, with what was known, to whoever had the lead before."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
from lead_svc.deal import rules as deal
from lead_svc.deal.policies import capture_renewal, keep_deals, note_expiry
from lead_svc.deal.rules import DealNoted, ExpiryNoted, NoteDeal, NoteExpiry
from lead_svc.lead import rules as lead
from lead_svc.lead.policies import await_response
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.capture import CaptureRenewal, ReturnLead
from lead_svc.lead.rules.events import RenewalDue
from leads import BANT, TRIANGLE, done, owned
from ltc_events import Fact, Money, derive_id
from ltc_events.contract import ContractExpiring
from ltc_events.lead import Bant, LeadAssigned, LeadCaptured, LeadConverted, LeadQualified
from ltc_events.opportunity import OpportunityOpened
from ltc_events.testing import given

LEAD, PARTY, DEAL, CONTRACT, PERSON, RENEWAL = (UUID(int=number) for number in range(1, 7))
END, NOW = date(2027, 3, 5), datetime(2026, 12, 5, tzinfo=UTC)
USD = Money(amount=7, currency="USD")
BANT_ = Bant(need="Forty cards", budget=USD, authority="Board", timing=END)
noted = DealNoted(opportunity_id=DEAL, **TRIANGLE, expected_close=END, lead_id=LEAD)
named = {"opportunity_id": DEAL, "contract_id": CONTRACT, "contract_no": "C-7", "party_id": PARTY, "company": "Acme", "ends_on": END}
expiring = ContractExpiring(**named, account_manager="ann", net=USD)
note = NoteExpiry(**named)
heard = ExpiryNoted(**named, lead_id=LEAD)
before = (
    LeadCaptured(lead_id=LEAD, party_id=PARTY, contact_id=PERSON, company="Acme", channel="site", campaign="fair", territory="DACH"),
    LeadAssigned(lead_id=LEAD, owner="bob"),
    LeadQualified(lead_id=LEAD, bant=BANT_),
    LeadConverted(
        lead_id=LEAD, opportunity_id=DEAL, party_id=PARTY, company="Acme", need="Forty cards", budget=USD, **TRIANGLE, expected_close=END,
        owner="bob",
    ),
)  # fmt: skip
renew = CaptureRenewal(lead_id=RENEWAL, **named, previous=LEAD)
captured = LeadCaptured(
    lead_id=RENEWAL, party_id=PARTY, contact_id=PERSON, company="Acme", channel="other", territory="DACH", renews=CONTRACT,
    need="Renewal of contract C-7, which ends on 2027-03-05",
)  # fmt: skip
due = RenewalDue(lead_id=RENEWAL, contract_id=CONTRACT, contract_no="C-7", opportunity_id=DEAL, ends_on=END, previous=LEAD)
assigned = LeadAssigned(lead_id=RENEWAL, owner="bob", how="renewal", reason="Had the lead of contract C-7")


def test_that_a_contract_ends_is_noted_with_the_lead_of_its_deal_once() -> None:
    assert note_expiry(expiring) == [note]
    given(deal.decider, noted).when(note).then(heard)
    given(deal.decider, noted, heard).when(note).then_nothing()
    longer = note.model_copy(update={"ends_on": date(2028, 3, 5)})
    given(deal.decider, noted, heard).when(longer).then(heard.model_copy(update={"ends_on": longer.ends_on}))


def test_a_deal_we_never_heard_of_has_no_lead() -> None:
    given(deal.decider).when(note).then(heard.model_copy(update={"lead_id": None}))


def test_a_deal_is_known_with_its_lead() -> None:
    opened = OpportunityOpened(
        opportunity_id=DEAL, lead_id=LEAD, party_id=PARTY, company="Acme", need="Cards", value=USD, **TRIANGLE, expected_close=END
    )
    (command,) = keep_deals(opened)
    given(deal.decider).when(command).then(noted)


def test_each_end_of_each_contract_is_a_lead_of_its_own() -> None:
    (command,) = capture_renewal(heard)
    assert command == renew.model_copy(update={"lead_id": derive_id(CONTRACT, "renewal", "2027-03-05")})
    assert capture_renewal(heard) == [command]
    assert capture_renewal(heard.model_copy(update={"ends_on": date(2028, 3, 5)})) != [command]


def test_a_renewal_goes_to_whoever_had_the_lead_with_what_was_known_but_not_with_consent() -> None:
    given(decider, *before).when(renew).then(captured, due, assigned)
    given(decider, *before, captured, due, assigned).when(renew).then_nothing()


def test_where_nobody_had_the_lead_the_rules_find_somebody() -> None:
    unknown = captured.model_copy(update={"contact_id": None, "territory": None})
    alone = renew.model_copy(update={"previous": None})
    given(decider).when(alone).then(unknown, due.model_copy(update={"previous": None}))
    given(decider).when(renew).then(unknown, due)


def test_rules_see_a_renewal_as_such_and_it_stays_one_when_its_deal_is_lost_for_now() -> None:
    state: Any = lead.decider.evolve(lead.decider.initial, captured)
    assert (state.who.channel, state.who.renews) == ("renewal", CONTRACT)
    won_over = before[3].model_copy(update={"lead_id": RENEWAL})
    qualified = LeadQualified(lead_id=RENEWAL, bant=BANT_)
    back = ReturnLead(lead_id=UUID(int=9), previous=RENEWAL, opportunity_id=DEAL, why="no_budget")
    first, *_ = given(decider, captured, assigned, qualified, won_over).when(back).events
    assert isinstance(first, LeadCaptured)
    assert (first.channel, first.renews, first.returned_from) == ("other", CONTRACT, RENEWAL)


def test_a_renewal_comes_in_good_time() -> None:
    at = Fact(0, "lead", RENEWAL, 0, NOW, NOW, "service:lead-svc", RENEWAL)
    assert await_response(captured, at) == []
    assert await_response(before[0], at) != []


async def test_a_renewal_is_on_its_owners_list_with_its_history_and_counts_apart(served: Any, ann: httpx.AsyncClient) -> None:
    first = await owned(ann, "ann")
    await done(ann, f"/leads/{first}/qualify", **BANT)
    opportunity = (await done(ann, f"/leads/{first}/convert", **TRIANGLE)).json()["opportunity_id"]
    known = {**named, "opportunity_id": UUID(opportunity)}
    await served.decide(NoteDeal(opportunity_id=UUID(opportunity), **TRIANGLE, expected_close=END, lead_id=UUID(first)))
    for _ in range(2):  # heard twice
        await served.decide(NoteExpiry(**known))
    await served.react()

    (row,) = (await ann.get("/leads", params={"channel": "renewal", "owner": "ann"})).json()["data"]
    assert row["lead_id"] == str(derive_id(CONTRACT, "renewal", END.isoformat()))
    assert (row["renews"], row["renews_contract_no"], row["renews_ends_on"]) == (str(CONTRACT), "C-7", "2027-03-05")
    assert (row["renews_opportunity_id"], row["renews_lead_id"], row["status"]) == (opportunity, first, "assigned")
    assert (row["consent"], row["response_due"]) == (None, None)
    seen = (await ann.get(f"/leads/{row['lead_id']}")).json()
    assert seen["contact"]["name"] == "Jo Doe"
    met_at = (await ann.get(f"/leads/{first}")).json()["party_id"]
    (person,) = (await ann.get(f"/parties/{met_at}/contacts")).json()["data"]
    assert (person["name"], person["email"]) == ("Jo Doe", "jo@acme.example"), "whom a renewal names was known before"
    (notice,) = (await ann.get("/inbox")).json()["data"]
    assert (notice["lead_id"], notice["says"]) == (row["lead_id"], "Had the lead of contract C-7")

    counts = {each["channel"]: each["captured"] for each in (await ann.get("/leads/funnel")).json()["data"]}
    assert counts == {"exhibition": 1, "renewal": 1}
    report = {each["channel"]: each["captured"] for each in (await ann.get("/campaigns/report")).json()["data"]}
    assert report == {"exhibition": 1, "renewal": 1}
    assert (await ann.post("/leads", json={"company": "Acme", "channel": "renewal"})).status_code == 422, "only contracts make these"
