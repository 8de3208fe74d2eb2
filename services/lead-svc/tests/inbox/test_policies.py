"""When a first response is missed or nobody is found for a lead, those hear of it whom the rules of then name."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from assignment_facts import NOON, RULES, alarmed, live, pooled, routed, taken
from assignment_facts import captured as came
from digest_facts import FRIDAY, MONDAY, SEALED, SUBJECT
from lead_svc.inbox.policies import note_notice
from lead_svc.inbox.rules import NoteNotice, SendDigest, composed
from lead_svc.inbox.rules import decider as digesting
from lead_svc.inbox.rules.notices import Notice, notice_of, notices_of
from lead_svc.inbox.rules.states import DealNoticeNoted, DigestAsked, DigestIntended, DigestPlanned, inbox_of
from lead_svc.lead import rules as lead
from lead_svc.lead.policies import offer_lead, route_lead
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.assignment import OfferLead, RouteLead
from lead_svc.lead.rules.events import LeadOwnerNotFound
from lead_svc.lead.rules.response import AwaitResponse
from lead_svc.rule_book.rules import RulesDrafted
from lead_svc.rule_book.rules.assignment import AssignmentRules
from leads import captured, done, owned
from ltc_events import Fact, derive_id
from ltc_events.lead import LeadMerged, LeadPooled, LeadResponseMissed, LeadUnmerged
from ltc_events.testing import given
from my_day_facts import BODY
from response_facts import BOOK, LEAD, awaited, check, overdue
from response_facts import FRIDAY as AFTERNOON
from response_facts import RULES as RESPONSE
from response_facts import assigned as anns
from response_facts import captured as new
from response_facts import live as response_live

FACT = Fact(1, "lead", LEAD, 3, FRIDAY, FRIDAY, "service:lead-svc", LEAD)
NAMED = RULES.model_copy(update={"alarm_to": ("max", "mia")})


def told(event: Any) -> list[tuple[str, str, str | None]]:
    return [(notice.user, notice.kind, notice.says) for notice in notices_of(event, FACT)]


def test_a_missed_response_goes_to_whom_the_rules_of_then_named_whatever_they_name_now() -> None:
    rules = RESPONSE.model_copy(update={"escalate_to": ("max",)})
    drafted = RulesDrafted(book_id=BOOK, book="response", version=1, response=rules, drafted_by="max")
    named = awaited.model_copy(update={"escalate_to": ("max",)})
    given(decider, new, drafted, response_live[1]).when(AwaitResponse(lead_id=LEAD, at=AFTERNOON)).then(named)
    missed = overdue.model_copy(update={"escalated_to": ("max",)})
    given(lead.decider, new, anns, named).when(check).then(missed)
    given(lead.decider, new, named).when(check).then(missed.model_copy(update={"owner": None}))


def test_the_owner_and_those_named_are_told_each_once() -> None:
    missed = overdue.model_copy(update={"escalated_to": ("max", "ann", "mia", "max")})
    assert told(missed) == [
        ("ann", "response_overdue", None),
        ("max", "response_overdue", "ann has the lead"),
        ("mia", "response_overdue", "ann has the lead"),
    ]
    nobodys = missed.model_copy(update={"owner": None, "escalated_to": ("max",)})
    assert told(nobodys) == [("max", "response_overdue", "nobody has the lead")]
    assert len({notice.notice_id for notice in notices_of(missed, FACT)}) == 3


def test_facts_of_rules_that_name_nobody_tell_what_they_told_before() -> None:
    missed = LeadResponseMissed.model_validate({"lead_id": LEAD, "due": FRIDAY, "owner": "ann", "rules_version": 1})
    (notice,) = notices_of(missed, FACT)
    assert notice == notice_of(missed, FACT) == Notice(
        derive_id(LEAD, "notice", 3), "ann", "response_overdue", None, FRIDAY, lead_id=LEAD
    )  # fmt: skip
    assert told(LeadPooled.model_validate({"lead_id": LEAD, "reason": "no assignment rule fits", "alarm": True})) == []


def test_a_lead_nobody_is_found_for_alarms_whom_the_rules_of_then_named() -> None:
    other = came.model_copy(update={"territory": None})
    by_rules = given(decider, other, *live("assignment", assignment=NAMED))
    by_rules.when(RouteLead(lead_id=LEAD)).then(alarmed.model_copy(update={"alarm_to": ("max", "mia")}))
    named = routed.model_copy(update={"alarm_to": ("max", "mia")})
    given(decider, came, *live("assignment", assignment=NAMED)).when(RouteLead(lead_id=LEAD)).then(named)
    (offer,) = offer_lead(named, Fact(1, "lead", LEAD, 2, NOON, NOON, "ann", LEAD))
    assert isinstance(offer, OfferLead)
    (event,) = given(decider, came, *full()).when(offer).events
    assert isinstance(event, LeadPooled)
    assert told(event) == [("max", "lead_pooled", event.reason), ("mia", "lead_pooled", event.reason)]


def full() -> list[Any]:
    return [taken("ann", 2), taken("ann", 3), taken("bob", 4), taken("bob", 5), taken("cem", 6)]


def test_who_is_in_the_pool_alarms_only_once_the_rules_found_nobody_either() -> None:
    left = pooled.model_copy(update={"reason": "ann left", "alarm": True, "hand_over_id": LEAD})
    again = RouteLead(lead_id=LEAD)
    assert told(left) == []
    elsewhere = came.model_copy(update={"territory": None})
    found_none = LeadOwnerNotFound(lead_id=LEAD, reason="no assignment rule fits", rules_version=1, alarm_to=("max", "mia"))
    given(decider, elsewhere, left, *live("assignment", assignment=NAMED)).when(again).then(found_none)
    given(decider, elsewhere, left, found_none, *live("assignment", assignment=RULES)).when(again).then_nothing()
    assert told(found_none) == [("max", "lead_pooled", "no assignment rule fits"), ("mia", "lead_pooled", "no assignment rule fits")]
    offer = OfferLead(**{**dict(routed), "alarm_to": ("max",)}, at=NOON)
    (event,) = given(decider, came, left, *full()).when(offer).events
    assert isinstance(event, LeadOwnerNotFound)
    assert (event.alarm_to, event.rules_version) == (("max",), 1)
    given(decider, came, left, *full()).when(offer.model_copy(update={"alarm_to": ()})).then_nothing()


def test_a_lead_of_a_leaver_that_was_merged_before_the_rules_were_asked_has_its_turn_when_that_is_undone() -> None:
    left = pooled.model_copy(update={"reason": "ann left", "alarm": True, "hand_over_id": LEAD})
    elsewhere = came.model_copy(update={"territory": None})
    merged = LeadMerged(lead_id=LEAD, into=UUID(int=7), merge_id=UUID(int=8), reason="Asked twice")
    undone = LeadUnmerged(lead_id=LEAD, previously_into=merged.into, merge_id=merged.merge_id, reason="Two plants", status="pooled")
    found_none = LeadOwnerNotFound(lead_id=LEAD, reason="no assignment rule fits", rules_version=1, alarm_to=("max", "mia"))
    rules = live("assignment", assignment=NAMED)
    (turn,) = route_lead(undone)
    given(decider, elsewhere, left, merged, *rules).when(turn).then_nothing()
    given(decider, elsewhere, left, merged, undone, *rules).when(turn).then(found_none)
    given(decider, came, left, merged, undone, *rules).when(turn).then(routed.model_copy(update={"alarm_to": ("max", "mia")}))
    # Once nobody was found, or for what lies in the pool otherwise, there is no turn to make up for.
    given(decider, elsewhere, left, found_none, merged, undone, *rules).when(turn).then_nothing()
    given(decider, elsewhere, pooled, merged, undone, *rules).when(turn).then_nothing()


def test_an_alarm_is_told_by_mail_to_who_wants_that() -> None:
    (note,) = note_notice(alarmed.model_copy(update={"alarm_to": ("max",)}), FACT)
    assert isinstance(note, NoteNotice)
    ids: dict[str, Any] = {"inbox_id": inbox_of("max"), "user": "max"}
    asked = DigestAsked(**ids, subject_id=SUBJECT, email=SEALED)
    noted = DealNoticeNoted(**ids, notice_id=note.notice_id, kind="lead_pooled", at=FRIDAY)
    planned = DigestPlanned(**ids, due=MONDAY)
    given(digesting, asked).when(note).then(noted, planned)
    (intended,) = given(digesting, asked, noted, planned).when(SendDigest(**ids, due=MONDAY)).events
    assert isinstance(intended, DigestIntended)
    assert "1 × in the pool, as nobody was found for them" in composed(intended).body


def test_rules_that_were_written_before_name_nobody() -> None:
    stored = RULES.model_dump(mode="json")
    del stored["alarm_to"]
    assert AssignmentRules.model_validate(stored) == RULES


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def let_count(client: httpx.AsyncClient, book: str, version: int, **rules: Any) -> None:
    await done(client, f"/rule-books/{book}", **rules)
    await done(client, f"/rule-books/{book}/{version}/activate")


async def notices(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["lead_id"], row["says"]) for row in (await client.get("/inbox")).json()["data"]]


async def test_a_manager_hears_of_a_missed_response_by_the_rules_that_counted_when_the_lead_came(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "response", 1, **BODY, escalate_to=["max"])
    lead_id = await captured(ann)
    await done(ann, f"/leads/{lead_id}/assign", owner="ann")
    await served.react()
    await let_count(max_, "response", 2, **BODY, escalate_to=["mia"])
    served.pass_days(1)
    await served.react()
    async with served.client("mia", "sales_manager") as mia:
        assert await notices(mia) == []
    assert await notices(max_) == [("response_overdue", lead_id, "ann has the lead")]
    assert [row[:2] for row in await notices(ann)] == [("response_overdue", lead_id)]
    (notice,) = (await max_.get("/inbox")).json()["data"]
    await done(max_, f"/inbox/{notice['notice_id']}/read")
    assert (await max_.get("/inbox/unread")).json()["unread"] == 0
    assert (await ann.get("/inbox/unread")).json()["unread"] == 1


async def test_a_manager_hears_of_a_lead_nobody_is_found_for_new_or_of_a_leaver(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "assignment", 1, rules=[{"name": "Referrals", "channels": ["referral"], "owners": ["bob"]}], alarm_to=["max"])
    lost, kept = await captured(ann), await captured(ann, channel="referral")
    await served.react()
    assert await notices(max_) == [("lead_pooled", lost, "no assignment rule fits")]
    assert (await ann.get(f"/leads/{kept}")).json()["owner"] == "bob"
    anns_own = await owned(ann, "ann")
    await served.react()
    await done(max_, "/desks/ann/hand-over")
    await served.react()
    assert await notices(max_) == [("lead_pooled", anns_own, "no assignment rule fits"), ("lead_pooled", lost, "no assignment rule fits")]
