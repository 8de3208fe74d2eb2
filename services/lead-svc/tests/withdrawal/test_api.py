"""Who got a mail of ours takes consent back by its link, without a login; whoever only looks changes nothing."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from lead_svc.contact import rules as withdrawing
from lead_svc.contact.rules.consent import WithdrawConsent
from lead_svc.lead.rules.events import ConsentRecorded
from lead_svc.lead.rules.states import UnknownLead
from leads import done, owned
from ltc_events.lead import LeadCaptured, LeadDisqualified
from ltc_events.testing import given
from ltc_runtime.http.personal import link_token
from nurture_sequences import RULES
from postbox import Postbox, effects, go_on

LEAD, OTHER, PARTY = UUID(int=1), UUID(int=2), UUID(int=3)
captured = LeadCaptured(lead_id=LEAD, party_id=PARTY, company="Acme", channel="site")
again = LeadCaptured(lead_id=OTHER, party_id=PARTY, company="Acme", channel="other")
agreed = ConsentRecorded(lead_id=LEAD, given=True, source="Form")
withdraw = WithdrawConsent(lead_ids=(LEAD, OTHER), source="link in a mail")
taken_back = ConsentRecorded(lead_id=LEAD, given=False, source="link in a mail")
FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_consent_is_taken_back_for_all_their_leads_whatever_became_of_them_and_once() -> None:
    both = agreed.model_copy(update={"lead_id": OTHER})
    given(withdrawing.decider, captured, agreed, again).when(withdraw).then(taken_back)
    given(withdrawing.decider, captured, agreed, again, both).when(withdraw).then(
        taken_back, taken_back.model_copy(update={"lead_id": OTHER})
    )
    over = LeadDisqualified(lead_id=LEAD, reason="No")
    given(withdrawing.decider, captured, agreed, over).when(withdraw).then(taken_back)
    given(withdrawing.decider, captured, agreed, taken_back).when(withdraw).then_nothing()
    given(withdrawing.decider).when(withdraw).then_nothing()


def test_who_tells_one_of_us_takes_it_back_for_all_whatever_became_of_the_lead_they_name() -> None:
    told = withdraw.model_copy(update={"said_of": LEAD})
    over = LeadDisqualified(lead_id=OTHER, reason="No")
    both = agreed.model_copy(update={"lead_id": OTHER})
    for named in (LEAD, OTHER):
        given(withdrawing.decider, captured, agreed, again, both, over).when(told.model_copy(update={"said_of": named})).then(
            taken_back, taken_back.model_copy(update={"lead_id": OTHER})
        )
    given(withdrawing.decider).when(told).then_refused(UnknownLead)


@pytest.fixture
async def public(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has no login."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=served.app), base_url="https://ltc.example") as client:
        yield client


async def mailed(served: Any, ann: httpx.AsyncClient, post: Postbox, **where: str) -> tuple[str, str]:
    """A lead that got its first mail, and the link in that."""
    async with served.client("max", "sales_manager") as boss:
        await done(boss, "/rule-books/nurture", **RULES)
        await done(boss, "/rule-books/nurture/1/activate")
    lead = await owned(ann, "ann")
    await done(ann, f"/leads/{lead}/consent", given=True, source="Form")
    outside = await effects(served, post, **where)
    await done(ann, f"/leads/{lead}/nurture", sequence="welcome")
    await go_on(served, outside)
    return lead, post.mails[0]["List-Unsubscribe"][1:-1]


async def goes_on(served: Any, post: Postbox) -> int:
    """How many mails there are once all that is planned is due."""
    outside = await effects(served, post)
    served.pass_days(5)
    await go_on(served, outside)
    return len(post.mails)


async def consent(ann: httpx.AsyncClient, lead: str) -> bool | None:
    agreed: bool | None = (await ann.get(f"/leads/{lead}")).json()["consent"]
    return agreed


async def test_the_link_names_nobody_and_looking_at_it_changes_nothing(
    served: Any, ann: httpx.AsyncClient, post: Postbox, public: httpx.AsyncClient
) -> None:
    lead, link = await mailed(served, ann, post)
    row = (await ann.get(f"/leads/{lead}")).json()
    assert not any(known in link for known in (lead, row["contact_id"], row["party_id"]))
    assert post.mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _ in range(3):
        page = await public.get(link)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert '<form method="post">' in page.text
        assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert await consent(ann, lead) is True
    assert await goes_on(served, post) == 2


async def test_one_click_takes_consent_back_stops_the_mails_and_may_come_twice(
    served: Any, ann: httpx.AsyncClient, post: Postbox, public: httpx.AsyncClient
) -> None:
    lead, link = await mailed(served, ann, post)
    answers = [await public.post(link, content="List-Unsubscribe=One-Click", headers=FORM) for _ in range(2)]
    assert [(answer.status_code, "no more mails" in answer.text) for answer in answers] == [(202, True)] * 2
    assert "ltc-position" not in answers[0].headers
    assert await consent(ann, lead) is False
    assert await goes_on(served, post) == 1
    taken = [event for event in (await ann.get(f"/leads/{lead}/history")).json()["data"] if event["type"].startswith("ltc.lead.consent")]
    assert [(event["data"]["given"], event["actor"]) for event in taken] == [(True, "ann"), (False, "link:mail")]
    shown = (await ann.get(f"/leads/{lead}/nurture")).json()["runs"][0]
    assert (shown["status"], shown["reason"]) == ("stopped", "they took their consent back")
    token = link.rpartition("/")[2]
    assert not await served.log.pool.fetchval("SELECT count(*) FROM log t WHERE t::text LIKE '%' || $1 || '%'", token)


async def test_a_lead_that_is_over_can_be_taken_back_too(
    served: Any, ann: httpx.AsyncClient, post: Postbox, public: httpx.AsyncClient
) -> None:
    lead, link = await mailed(served, ann, post)
    await done(ann, f"/leads/{lead}/disqualify", reason="No")
    assert (await public.post(link)).status_code == 202
    assert await consent(ann, lead) is False


@pytest.mark.parametrize("mail_to", ["head", "member"])
async def test_whoever_of_a_merged_person_got_the_mail_consent_is_taken_back_under_every_contact(
    served: Any, ann: httpx.AsyncClient, post: Postbox, public: httpx.AsyncClient, mail_to: str
) -> None:
    lead, link = await mailed(served, ann, post)
    twice = await owned(ann, "ann", contact={"name": "Doe, Jo"})
    stranger = await owned(ann, "ann", contact={"name": "Bo Roe"})
    for other in (twice, stranger):
        await done(ann, f"/leads/{other}/consent", given=True, source="Form")
    one, into = [(await ann.get(f"/leads/{each}")).json()["contact_id"] for each in (twice, lead)]
    if mail_to == "member":
        one, into = into, one
    async with served.client("max", "sales_manager") as boss:
        await done(boss, f"/contacts/{one}/merge", into=into, reason="Same person")
    assert (await public.post(link)).status_code == 202
    assert [await consent(ann, each) for each in (lead, twice, stranger)] == [False, False, True]


async def test_what_is_no_link_of_ours_or_of_somebody_forgotten_is_not_found(
    served: Any, ann: httpx.AsyncClient, post: Postbox, public: httpx.AsyncClient
) -> None:
    lead, link = await mailed(served, ann, post)
    at, _, token = link.rpartition("/")
    contact = (await ann.get(f"/leads/{lead}")).json()["contact_id"]
    wrong = [link_token(b"?" * 32), token[:-1], token + "A", token.swapcase(), contact, lead]
    for text in wrong:
        for answer in (await public.get(f"{at}/{text}"), await public.post(f"{at}/{text}")):
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-link"), text
    async with served.client("olga", "operator") as operator:
        assert (await operator.post(f"/people/{contact}/forget")).is_success
    assert (await public.post(link)).json()["code"] == "unknown-link"


async def test_guesses_are_counted_and_who_has_a_link_is_not_kept_out_by_them(
    served: Any, ann: httpx.AsyncClient, post: Postbox, public: httpx.AsyncClient
) -> None:
    lead, link = await mailed(served, ann, post)
    guesses = [await public.get(f"/withdrawals/{link_token(bytes([number]) * 32)}") for number in range(100)]
    assert {answer.status_code for answer in guesses} == {404, 429}
    late = next(answer for answer in guesses if answer.status_code == 429)
    assert (late.json()["code"], int(late.headers["retry-after"]) > 0) == ("too-often", True)
    assert (await public.post(link)).status_code == 202
    assert {(await public.get(link)).status_code for _ in range(30)} == {200, 429}
    assert await consent(ann, lead) is False


async def test_without_https_no_mail_program_is_told_to_withdraw_by_itself(served: Any, ann: httpx.AsyncClient, post: Postbox) -> None:
    _, link = await mailed(served, ann, post, public_url="http://ltc.example")
    assert link.startswith("http://ltc.example/withdrawals/")
    assert post.mails[0]["List-Unsubscribe-Post"] is None
