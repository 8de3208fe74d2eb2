"""What each of us is told of, on a real log."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from lead_svc.inbox import rules as inbox
from lead_svc.inbox.rules.states import ClearInbox, InboxCleared, NoticeRead, ReadNotice
from leads import captured, done, owned
from ltc_events.testing import given
from ltc_runtime.imports import import_next_file
from my_day_facts import BODY


async def notices(client: httpx.AsyncClient, **asked: Any) -> list[tuple[str, bool]]:
    return [(row["kind"], row["read"]) for row in (await client.get("/inbox", params=asked)).json()["data"]]


async def test_who_gets_a_lead_is_told_and_who_takes_it_is_not(served: Any, ann: httpx.AsyncClient) -> None:
    await owned(ann, "ann")
    lead = await owned(ann, "bob", company="Bolt")
    async with served.client("bob", "sales") as bob:
        assert await notices(ann) == []
        told = (await bob.get("/inbox")).json()["data"]
        assert [(row["kind"], row["lead_id"], row["company"], row["read"]) for row in told] == [("lead_assigned", lead, "Bolt", False)]


async def test_a_notice_is_read_alone_or_with_all_others(served: Any, ann: httpx.AsyncClient) -> None:
    for _ in range(3):
        await owned(ann, "bob")
    async with served.client("bob", "sales") as bob:
        newest = (await bob.get("/inbox")).json()["data"][0]["notice_id"]
        for _ in range(2):
            await done(bob, f"/inbox/{newest}/read")
        assert await notices(bob) == [("lead_assigned", True), ("lead_assigned", False), ("lead_assigned", False)]
        assert (await bob.get("/inbox/unread")).json() == {"unread": 2, "by_kind": {"lead_assigned": 2}}
        await done(bob, "/inbox/read")
        assert await notices(bob, unread=True) == []
        await owned(ann, "bob")
        assert await notices(bob, unread=True) == [("lead_assigned", False)]
        answer = await ann.post(f"/inbox/{newest}/read")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-notice")


async def test_what_is_late_handed_over_and_imported_is_told(served: Any, ann: httpx.AsyncClient) -> None:
    async with served.client("max", "sales_manager") as boss, served.client("bob", "sales") as bob:
        await done(boss, "/rule-books/response", **BODY)
        await done(boss, "/rule-books/response/1/activate")
        lead = await captured(ann)
        await done(ann, f"/leads/{lead}/assign", owner="ann")
        await served.react()
        served.pass_days(1)
        await served.react()
        assert await notices(ann) == [("response_overdue", False)]
        await done(boss, "/desks/ann/hand-over", to="bob")
        await served.react()
        assert await notices(bob) == [("lead_handed_over", False)]
        await boss.post("/leads/imports", content="Company\nAcme\n", params={"mapping": "salesforce"})
        await import_next_file(served.log)
        told = (await boss.get("/inbox")).json()["data"]
        assert [(row["kind"], row["says"]) for row in told] == [("import_finished", "1 rows: 1 new, 0 known, 0 refused")]


def test_reading_twice_is_reading_once() -> None:
    terms: dict[str, Any] = {"inbox_id": UUID(int=1), "user": "bob", "at": datetime(2026, 11, 24, tzinfo=UTC)}
    seen, cleared = NoticeRead(**terms, notice_id=UUID(int=2)), InboxCleared(**terms)
    given(inbox.decider).when(ReadNotice(**terms, notice_id=UUID(int=2))).then(seen)
    given(inbox.decider, seen).when(ReadNotice(**terms, notice_id=UUID(int=2))).then_nothing()
    given(inbox.decider, seen).when(ClearInbox(**terms)).then(cleared)
    given(inbox.decider, cleared).when(ClearInbox(**terms)).then_nothing()
