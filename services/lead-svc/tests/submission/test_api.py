"""A landing page sends what somebody wrote, and nothing else comes in that way."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from leads import done

PAGE = "https://fair.acme.example"
FORM = {"channel": "landing_page", "campaign": "fair-2026", "origins": [PAGE], "consent_text": "I agree", "per_address": 1000}
WRITTEN = {"company": "Acme", "need": "Cards", "name": "Jo Doe", "email": "jo@acme.example", "consent": True}


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


@pytest.fixture
async def page(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser: no employee, but a page of an origin."""
    transport = httpx.ASGITransport(app=served.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers={"origin": PAGE}) as client:
        yield client


async def token_of(manager: httpx.AsyncClient, **changes: Any) -> str:
    """The token of a form."""
    await done(manager, "/capture-forms/fair", **{**FORM, **changes})
    return str((await done(manager, "/capture-forms/fair/token")).json()["token"])


async def sent(page: httpx.AsyncClient, token: str, *, origin: str = PAGE, **changes: Any) -> httpx.Response:
    return await page.post("/capture/fair", json={**WRITTEN, **changes}, headers={"form-token": token, "origin": origin})


async def leads(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/leads")).json()["data"]
    return found


async def test_what_was_written_becomes_a_lead_with_channel_campaign_and_the_consent_to_that_text(
    served: Any, max_: httpx.AsyncClient, page: httpx.AsyncClient
) -> None:
    answer = await sent(page, await token_of(max_))
    assert (answer.status_code, answer.json()) == (202, {"received": True})
    assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (PAGE, "origin")
    assert "ltc-position" not in answer.headers
    (lead,) = await leads(max_)
    assert (lead["company"], lead["channel"], lead["campaign"], lead["consent"]) == ("Acme", "landing_page", "fair-2026", True)
    assert (await max_.get(f"/leads/{lead['lead_id']}/contact")).json()["email"] == "jo@acme.example"
    history = (await max_.get(f"/leads/{lead['lead_id']}/history")).json()["data"]
    consent = next(event for event in history if event["type"] == "ltc.lead.consent-recorded.v1")
    assert (consent["data"]["form"], consent["data"]["text_version"], consent["actor"]) == ("fair", 1, "form:fair")
    assert consent["occurred_at"]
    assert (await max_.get("/capture-forms/fair")).json()["versions"][0]["consent_text"] == "I agree"
    rows = await served.log.pool.fetch("SELECT t::text AS row FROM log t")
    assert not any("jo@acme.example" in row["row"] for row in rows)


async def test_a_program_that_fills_in_everything_is_answered_the_same_and_nothing_is_kept(
    max_: httpx.AsyncClient, page: httpx.AsyncClient
) -> None:
    token = await token_of(max_)
    trapped, true = await sent(page, token, fax="123"), await sent(page, token)
    assert (trapped.status_code, trapped.content, dict(trapped.headers)) == (true.status_code, true.content, dict(true.headers))
    assert len(await leads(max_)) == 1


async def test_what_a_page_sends_again_is_taken_once(max_: httpx.AsyncClient, page: httpx.AsyncClient) -> None:
    token = await token_of(max_)
    for _ in range(2):
        assert (await sent(page, token, submission_id=str(UUID(int=7)))).status_code == 202
    assert len(await leads(max_)) == 1


async def test_only_the_forms_token_opens_it_and_it_opens_nothing_else(
    served: Any, max_: httpx.AsyncClient, page: httpx.AsyncClient
) -> None:
    token = await token_of(max_)
    bearer = {"authorization": max_.headers["authorization"]}
    for headers in ({}, bearer, {"form-token": "guessed"}, {"authorization": f"Bearer {token}"}):
        answer = await page.post("/capture/fair", json=WRITTEN, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-admitted"), headers
    assert (await page.post("/capture/other", json=WRITTEN, headers={"form-token": token})).status_code == 401
    assert (await page.get("/leads", headers={"authorization": f"Bearer {token}", "form-token": token})).status_code == 401
    async with served.client("form:fair", "sales") as pretender:
        assert (await pretender.get("/leads")).status_code == 401
    assert await leads(max_) == []


async def test_a_token_is_replaced_with_grace_or_at_once_and_a_closed_form_takes_nothing(
    max_: httpx.AsyncClient, page: httpx.AsyncClient
) -> None:
    first = await token_of(max_)
    second = (await done(max_, "/capture-forms/fair/token", grace_hours=1)).json()["token"]
    assert [(await sent(page, token)).status_code for token in (first, second)] == [202, 202]
    third = (await done(max_, "/capture-forms/fair/token", grace_hours=0)).json()["token"]
    assert [(await sent(page, token)).status_code for token in (first, second, third)] == [401, 401, 202]
    await done(max_, "/capture-forms/fair/close")
    assert (await sent(page, third)).status_code == 401


async def test_a_browser_is_told_which_pages_may_send(max_: httpx.AsyncClient, page: httpx.AsyncClient) -> None:
    token = await token_of(max_)
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type, form-token"}
    told = await page.options("/capture/fair", headers=asked)
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (204, PAGE)
    assert told.headers["access-control-allow-headers"] == "content-type, form-token"
    strange = await page.options("/capture/fair", headers={**asked, "origin": "https://evil.example"})
    assert "access-control-allow-origin" not in strange.headers
    refused = await sent(page, token, origin="https://evil.example")
    assert (refused.status_code, refused.json()["code"]) == (403, "origin-not-allowed")
    assert "access-control-allow-origin" not in refused.headers
    assert (await page.options("/leads")).status_code == 405


async def test_who_comes_too_often_is_told_when_to_come_again(max_: httpx.AsyncClient, page: httpx.AsyncClient) -> None:
    token = await token_of(max_, per_address=2)
    answers = [await sent(page, token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert (answers[-1].json()["code"], answers[-1].headers["access-control-allow-origin"]) == ("too-often", PAGE)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 31
    assert len(await leads(max_)) == 2


@pytest.mark.parametrize("wrong", [{"company": ""}, {"email": "nobody"}, {"channel": "referral"}, {"need": "x" * 17_000}])
async def test_what_makes_no_sense_is_refused_and_not_said_back(
    max_: httpx.AsyncClient, page: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    answer = await sent(page, await token_of(max_), **wrong)
    assert answer.status_code in (413, 422)
    assert "jo@" not in answer.text
    assert await leads(max_) == []


async def test_nobody_agrees_to_a_text_that_is_not_there(max_: httpx.AsyncClient, page: httpx.AsyncClient) -> None:
    token = await token_of(max_, consent_text=None)
    assert (await sent(page, token)).json()["code"] == "no-consent-asked"
    assert (await sent(page, token, consent=False)).status_code == 202


async def test_only_managers_keep_forms(max_: httpx.AsyncClient, ann: httpx.AsyncClient) -> None:
    assert (await ann.post("/capture-forms/fair", json=FORM)).status_code == 403
    assert (await max_.post("/capture-forms/fair/token", json={})).json()["code"] == "unknown-form"
    assert (await ann.get("/capture-forms/fair")).json()["code"] == "unknown-form"
