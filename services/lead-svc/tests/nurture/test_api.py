"""Nurture over HTTP, on a real log, with mails through a real SMTP server."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from lead_svc.lead.rules.capture import CaptureRenewal, ReturnLead
from leads import BANT, TRIANGLE, captured, done, owned
from nurture_sequences import RULES
from postbox import effects, go_on


@pytest.fixture
async def lead(served: Any, ann: httpx.AsyncClient) -> str:
    """A lead of Ann's that agreed to hear of us, and rules that are live."""
    async with served.client("max", "sales_manager") as boss:
        await done(boss, "/rule-books/nurture", **RULES)
        await done(boss, "/rule-books/nurture/1/activate")
    lead = await owned(ann, "ann")
    await done(ann, f"/leads/{lead}/consent", given=True, source="Form")
    return lead


async def course(client: httpx.AsyncClient, lead: str) -> tuple[str, str | None, list[str]]:
    shown = (await client.get(f"/leads/{lead}/nurture")).json()
    return shown["runs"][0]["status"], shown["runs"][0]["reason"], [mail["outcome"] for mail in shown["mails"]][::-1]


async def test_the_mails_of_a_sequence_go_out_in_their_time_each_once(served: Any, ann: httpx.AsyncClient, lead: str, post: Any) -> None:
    outside = await effects(served, post)
    await done(ann, f"/leads/{lead}/nurture", sequence="welcome")
    await go_on(served, outside)
    assert [(mail["To"], mail["From"], mail["Subject"]) for mail in post.mails] == [
        ("jo@acme.example", "hello@ltc.example", "News for Acme")
    ]
    text = post.mails[0].get_payload(decode=True).decode()
    assert text.startswith("Dear Jo Doe,")
    assert f"no more? {post.mails[0]['List-Unsubscribe'][1:-1]}" in text
    intent = await served.log.pool.fetchval("SELECT event_id FROM log WHERE type = 'ltc.lead.nurture-mail-intended.v1'")
    assert post.mails[0]["Message-ID"] == f"<{intent}@ltc.example>"
    served.pass_days(1)
    await go_on(served, outside)
    assert (await course(ann, lead), len(post.mails)) == (("running", None, ["sent"]), 1)
    served.pass_days(4)
    await go_on(served, outside)
    assert (await course(ann, lead), len(post.mails)) == (("finished", None, ["sent", "sent"]), 2)
    assert not await served.log.pool.fetchval("SELECT count(*) FROM log t WHERE t::text LIKE '%jo@acme%'")


@pytest.mark.parametrize("ends", ["answer", "convert", "disqualify", "consent", "stop"])
async def test_whoever_answers_buys_or_wants_no_more_gets_no_more(
    served: Any, ann: httpx.AsyncClient, lead: str, post: Any, ends: str
) -> None:
    outside = await effects(served, post)
    await done(ann, f"/leads/{lead}/nurture", sequence="welcome")
    await go_on(served, outside)
    match ends:
        case "answer":
            await done(ann, f"/leads/{lead}/interactions", kind="mail", direction="in")
        case "convert":
            await done(ann, f"/leads/{lead}/qualify", **BANT)
            await done(ann, f"/leads/{lead}/convert", **TRIANGLE)
        case "disqualify":
            await done(ann, f"/leads/{lead}/consent", given=False, source="Call")
            await done(ann, f"/leads/{lead}/disqualify", reason="No")
        case "consent":
            await done(ann, f"/leads/{lead}/consent", given=False, source="Call")
        case "stop":
            await done(ann, f"/leads/{lead}/nurture/stop", reason="Asked by phone")
        case _:
            raise AssertionError(ends)
    served.pass_days(5)
    await go_on(served, outside)
    assert ((await course(ann, lead))[0], len(post.mails)) == ("stopped", 1)


async def test_consent_that_is_taken_back_at_the_last_moment_is_respected(
    served: Any, ann: httpx.AsyncClient, lead: str, post: Any
) -> None:
    """The mail is intended already; it is looked again in the transaction before it is sent."""
    outside = await effects(served, post)
    await done(ann, f"/leads/{lead}/nurture", sequence="welcome")
    await served.react()
    await done(ann, f"/leads/{lead}/consent", given=False, source="Call")
    await outside.step()
    assert ((await course(ann, lead))[2], post.mails) == (["dropped"], [])


async def test_who_is_forgotten_gets_no_mail(served: Any, ann: httpx.AsyncClient, lead: str, post: Any) -> None:
    outside = await effects(served, post)
    await done(ann, f"/leads/{lead}/nurture", sequence="welcome")
    contact = (await ann.get(f"/leads/{lead}")).json()["contact"]["contact_id"]
    async with served.client("lea", "legal") as legal:
        await done(legal, f"/people/{contact}/forget")
    await go_on(served, outside)
    assert await course(ann, lead) == ("stopped", "whom it was for is forgotten", ["forgotten"])
    assert post.mails == []


async def test_a_server_that_hangs_up_leaves_it_unknown_and_it_is_not_sent_again(
    served: Any, ann: httpx.AsyncClient, lead: str, post: Any
) -> None:
    outside = await effects(served, post)
    post.hangs_up = True
    await done(ann, f"/leads/{lead}/nurture", sequence="welcome")
    await go_on(served, outside)
    assert (await course(ann, lead), len(post.mails)) == (("running", None, ["unknown"]), 1)
    await go_on(served, await effects(served, post))
    assert len(post.mails) == 1


async def test_a_process_that_dies_in_between_leaves_it_unknown(
    served: Any, ann: httpx.AsyncClient, lead: str, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = await effects(served, post)

    async def dies(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("ltc_runtime.effects.send", dies)
        await done(ann, f"/leads/{lead}/nurture", sequence="welcome")
        await served.react()
        with pytest.raises(KeyboardInterrupt):
            await outside.step()
    await go_on(served, await effects(served, post))
    assert (await course(ann, lead), post.mails) == (("running", None, ["unknown"]), [])


async def test_what_the_server_would_not_take_yet_is_tried_again_and_what_it_never_will_is_not(
    served: Any, ann: httpx.AsyncClient, lead: str, post: Any
) -> None:
    outside = await effects(served, post)
    post.rcpt = "451 later"
    await done(ann, f"/leads/{lead}/nurture", sequence="lost")
    await go_on(served, outside)
    assert await course(ann, lead) == ("running", None, ["deferred"])
    post.rcpt, post.data = "250 OK", "554 spam"
    served.pass_days(1)
    await go_on(served, outside)
    assert await course(ann, lead) == ("stopped", "the mail server said 554", ["deferred", "refused"])


async def test_leads_get_a_sequence_by_themselves_once_and_only_if_they_may(
    served: Any, ann: httpx.AsyncClient, lead: str, post: Any
) -> None:
    outside = await effects(served, post)
    other = await owned(ann, "ann")
    for each in (lead, other):
        await done(ann, f"/leads/{each}/release", reason="Not my trade")
    await go_on(served, outside)
    assert [(await ann.get(f"/leads/{each}/nurture")).json()["runs"] != [] for each in (lead, other)] == [True, False]
    await done(ann, f"/leads/{lead}/disqualify", reason="No")
    await go_on(served, outside)
    runs = (await ann.get(f"/leads/{lead}/nurture")).json()["runs"]
    assert [(run["sequence"], run["trigger"], run["status"]) for run in runs] == [
        ("lost", "disqualified", "finished"),
        ("welcome", "pooled", "stopped"),
    ]


RETURNED = ReturnLead(lead_id=UUID(int=9), previous=UUID(int=0), opportunity_id=UUID(int=8), why="no_budget")
RENEWAL = CaptureRenewal(
    lead_id=UUID(int=9), contract_id=UUID(int=7), contract_no="C-7", opportunity_id=UUID(int=8), party_id=UUID(int=6), company="Acme",
    ends_on=date(2030, 3, 5),
)  # fmt: skip


@pytest.mark.parametrize("again", [RETURNED, RENEWAL])
async def test_a_lead_that_comes_again_is_written_to_as_the_one_before_once_they_agree_again(
    served: Any, ann: httpx.AsyncClient, lead: str, post: Any, again: ReturnLead | CaptureRenewal
) -> None:
    outside = await effects(served, post)
    await done(ann, f"/leads/{lead}/qualify", **BANT)
    await done(ann, f"/leads/{lead}/convert", **TRIANGLE)
    await served.decide(again.model_copy(update={"previous": UUID(lead)}))
    path = f"/leads/{UUID(int=9)}"
    assert (await ann.post(f"{path}/nurture", json={"sequence": "lost"})).json()["code"] == "consent-missing"
    await done(ann, f"{path}/consent", given=True, source="Call")
    await done(ann, f"{path}/nurture", sequence="lost")
    await go_on(served, outside)
    assert [mail["To"] for mail in post.mails] == ["jo@acme.example"]
    assert not await served.log.pool.fetchval("SELECT count(*) FROM log t WHERE t::text LIKE '%jo@acme%'")
    contact = (await ann.get(path)).json()["contact"]["contact_id"]
    async with served.client("lea", "legal") as legal:
        await done(legal, f"/people/{contact}/forget")
    assert "jo@acme" not in (await ann.get(f"{path}/history")).text


async def test_who_may_not_be_written_to_is_said(ann: httpx.AsyncClient, lead: str) -> None:
    async def refused(lead_id: str, sequence: str = "welcome") -> str:
        answer = await ann.post(f"/leads/{lead_id}/nurture", json={"sequence": sequence})
        return str(answer.json()["code"])

    silent = await captured(ann, contact=None)
    assert await refused(silent) == "consent-missing"
    await done(ann, f"/leads/{silent}/consent", given=True, source="Form")
    assert await refused(silent) == "no-mail-address"
    assert await refused(lead, "other") == "unknown-sequence"
    assert await refused(str(UUID(int=9))) == "unknown-lead"
    await done(ann, f"/leads/{lead}/nurture", sequence="welcome")
    assert await refused(lead) == "nurtured-already"
