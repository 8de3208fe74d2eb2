"""Leads that come through a page in the world: judged, given to somebody, written to, and left alone when they say so."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ..deals import LEADS, OPPORTUNITIES, Deal
from ..mail_server import MailServer
from ..platform import Platform
from ..story_client import ALWAYS, MIA, StoryClient, facts, told_of_deal

pytestmark = pytest.mark.stack

PAGE = "https://fair.acme.example"
FORM = {
    "channel": "landing_page", "campaign": "autumn", "origins": [PAGE], "consent_text": "I agree to hear of offers. 我同意接收优惠信息。",
    "per_address": 1000,
}  # fmt: skip
SCORES = {"channels": {"landing_page": 20}, "need_words": {"desalination": 40}, "touches": {"each": 10, "most": 20}, "warm_from": 30}
STEP = {"subject": "Water for {company}", "body": "Dear {name},\n\nthree plants like yours.\n\nNo more: {withdraw}\n"}
NURTURE = {
    "calendar": {"zone": "UTC", "week": ALWAYS},
    "sequences": {"first-steps": [STEP, {**STEP, "working_days": 2, "subject": "What a litre costs"}]},
    "by_itself": {"cold": "first-steps"},
}
BY_FORM = {"rules": [{"name": "Pages", "channels": ["landing_page"], "owners": ["ann"]}, {"name": "Others", "owners": ["cem"]}]}
NORA = {"name": "Nora Castellan", "email": "nora@halden-page.example"}
FELIX = {"name": "Felix Dorsey", "email": "felix@marlow-page.example"}


@pytest.fixture
async def page(office: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A browser: nobody of us, but a page we know."""
    office.people |= {*NORA.values(), *FELIX.values()}
    async with httpx.AsyncClient(base_url=office.stack.urls[LEADS], headers={"Origin": PAGE}, trust_env=False) as client:
        yield client


async def opened(story: StoryClient, form: str, **changes: Any) -> dict[str, str]:
    """A form that takes something, and the header its page shows."""
    await story.do("define_form", f"/capture-forms/{form}", MIA, {**FORM, **changes})
    return {"Form-Token": (await story.do("rotate_form_token", f"/capture-forms/{form}/token", MIA, {}))["token"]}


async def lead_of(story: StoryClient, company: str) -> dict[str, Any]:
    """The one lead of a company, as soon as it has an owner."""

    def there(page: Any) -> bool:
        return any(row["company"] == company and row["owner"] and row["score"] is not None for row in page["data"])

    page = await story.until("/leads?channel=landing_page", there)
    (row,) = [row for row in page["data"] if row["company"] == company]
    return dict(row)


async def mails(post: MailServer, who: dict[str, str], count: int) -> list[Any]:
    """What somebody got, as soon as it is so much."""
    async with asyncio.timeout(60):
        while len(post.to(who["email"])) < count:
            await asyncio.sleep(0.05)
    return post.to(who["email"])


async def test_a_page_lets_people_in_by_its_token_so_often_and_keeps_nothing_of_programs(office: Platform, page: httpx.AsyncClient) -> None:
    story = StoryClient(office, "gate")
    token = await opened(story, "gate", per_address=3)
    written = {"company": "Gatehouse Ltd", **NORA, "consent": True}

    async def sent(headers: dict[str, str], **changes: Any) -> tuple[int, Any]:
        answer = await page.post("/capture/gate", json={**written, **changes}, headers=headers)
        assert "@" not in answer.text, "nothing that was sent is said back"
        return answer.status_code, answer.json().get("code")

    assert await sent({}) == (401, "not-admitted")
    assert await sent({"Form-Token": "guessed"}) == (401, "not-admitted")
    assert await sent({**token, "Origin": "https://evil.example"}) == (403, "origin-not-allowed")
    name = {"submission_id": "00000000-0000-0000-0000-00000000000a"}
    assert await sent(token, **name) == (202, None)
    assert await sent(token, **name) == (202, None), "sent again, taken once"
    assert await sent(token, company="Robots Ltd", fax="http://spam.example") == (202, None), "a program is told the same"
    often = await page.post("/capture/gate", json=written, headers=token)
    assert (often.status_code, often.json()["code"]) == (429, "too-often")
    assert 1 <= int(often.headers["Retry-After"]) <= 31
    page_of_leads = await story.until("/leads?channel=landing_page", lambda now: now["data"] != [])
    assert [row["company"] for row in page_of_leads["data"]].count("Gatehouse Ltd") == 1
    evidence = await office.assert_sound()
    assert len(facts(evidence, "lead.captured", about="Gatehouse Ltd")) == 1
    assert facts(evidence, "lead.captured", about="Robots Ltd") == []


async def test_who_takes_consent_back_by_the_link_in_a_mail_gets_no_more_and_who_answers_becomes_a_deal(
    office: Platform, page: httpx.AsyncClient, post: MailServer
) -> None:
    story = StoryClient(office, "page")
    await story.rules("scoring", SCORES)
    await story.rules("assignment", BY_FORM)
    await story.rules("nurture", NURTURE)
    token = await opened(story, "autumn")
    for who, company in ((NORA, "Halden Page"), (FELIX, "Marlow Page")):
        answer = await page.post("/capture/autumn", json={"company": company, "need": "Pumps", "consent": True, **who}, headers=token)
        assert (answer.status_code, answer.json()) == (202, {"received": True})
    halden, marlow = [await lead_of(story, company) for company in ("Halden Page", "Marlow Page")]
    assert [(row["score"], row["band"], row["owner"], row["campaign"], row["consent"]) for row in (halden, marlow)] == [
        (20, "cold", "ann", "autumn", True)
    ] * 2
    history = (await story.look(f"/leads/{halden['lead_id']}/history"))["data"]
    (consent,) = [event["data"] for event in history if event["type"] == "ltc.lead.consent-recorded.v1"]
    assert (consent["form"], consent["text_version"]) == ("autumn", 1), "they agreed to that text"

    (mail,) = await mails(post, NORA, 1)
    assert (mail["From"], mail["Subject"]) == ("hello@ltc.example", "Water for Halden Page")
    assert mail.get_payload(decode=True).decode().startswith("Dear Nora Castellan,")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    await mails(post, FELIX, 1)
    link = urlsplit(mail["List-Unsubscribe"][1:-1])
    assert (link.scheme, link.netloc) == ("https", "ltc.example")
    looked = await page.get(link.path)
    assert (looked.status_code, looked.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await story.look(f"/leads/{halden['lead_id']}"))["consent"], "a program that follows links changes nothing"
    for _ in range(2):
        assert (await page.post(link.path, content=b"List-Unsubscribe=One-Click")).status_code == 202
    assert (await story.look(f"/leads/{halden['lead_id']}"))["consent"] is False

    answered = {"kind": "mail", "direction": "in", "note": "Felix Dorsey asks for desalination"}
    await story.do("log_touch", f"/leads/{marlow['lead_id']}/interactions", body=answered)
    for row, why in ((halden, "consent"), (marlow, "answer")):
        run = (await story.until(f"/leads/{row['lead_id']}/nurture", lambda now: now["runs"][0]["status"] == "stopped"))["runs"][0]
        assert run["reason"], why
    await story.until(f"/leads/{marlow['lead_id']}", lambda now: now["band"] == "warm")
    await office.pass_days(5)
    deal = Deal(office.api_client, "page")
    deal.ids["lead"] = marlow["lead_id"]
    await deal.convert()
    opened_ = await office.api_client.look(OPPORTUNITIES, f"/opportunities/{deal.ids['opportunity']}", after=[deal.last])
    assert (opened_["company"], opened_["status"]) == ("Marlow Page", "open")
    evidence = await office.assert_sound()
    assert [len(post.to(who["email"])) for who in (NORA, FELIX)] == [1, 1], "five days later neither has got the second mail"
    bands = [fact["band"] for fact in facts(evidence, "lead.scored", about=marlow["lead_id"])]
    assert (bands[0], "warm" in bands) == ("cold", True)
    assert {"lead.captured", "lead.scored", "lead.assigned", "lead.converted", "opportunity.opened"} <= told_of_deal(
        evidence, marlow["lead_id"]
    )


async def test_who_says_nothing_gets_every_mail_of_the_sequence_once(office: Platform, page: httpx.AsyncClient, post: MailServer) -> None:
    story = StoryClient(office, "patient")
    await story.rules("scoring", SCORES)
    await story.rules("assignment", BY_FORM)
    await story.rules("nurture", NURTURE)
    token = await opened(story, "patient")
    amara = {"name": "Amara Brandal", "email": "amara@northgate-page.example"}
    office.people |= set(amara.values())
    silent = {"name": "Iven Sorley", "email": "iven@quarry-page.example"}
    office.people |= set(silent.values())
    await page.post("/capture/patient", json={"company": "Northgate Page", "consent": True, **amara}, headers=token)
    await page.post("/capture/patient", json={"company": "Quarry Page", "consent": False, **silent}, headers=token)
    lead = await lead_of(story, "Northgate Page")
    await lead_of(story, "Quarry Page")
    await mails(post, amara, 1)
    await office.pass_days(3)
    _, second = await mails(post, amara, 2)
    assert second["Subject"] == "What a litre costs"
    shown = await story.until(f"/leads/{lead['lead_id']}/nurture", lambda now: now["runs"][0]["status"] == "finished")
    assert [mail["outcome"] for mail in shown["mails"]] == ["sent", "sent"]
    await office.pass_days(30)
    await office.assert_sound()
    assert (len(post.to(amara["email"])), post.to(silent["email"])) == (2, []), "who did not agree is not written to"
