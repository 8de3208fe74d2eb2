"""A hand-over, on a real log, with the policies at work."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from leads import BANT, done, owned


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def test_every_open_lead_of_a_leaver_changes_hands_and_none_is_orphaned(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    leads = [await owned(ann, "ann") for _ in range(3)]
    others = await owned(ann, "dee")
    closed = await owned(ann, "ann")
    await done(ann, f"/leads/{leads[1]}/qualify", **BANT)
    await done(ann, f"/leads/{closed}/disqualify", reason="No")
    await served.react()
    assert (await ann.post("/desks/ann/hand-over", json={"to": "bob"})).status_code == 403
    started = (await done(max_, "/desks/ann/hand-over", to="bob")).json()["hand_over_id"]
    await served.react()
    report = (await max_.get(f"/desks/hand-overs/{started}")).json()
    assert (report["owner"], report["to"], report["by"], report["leads"], report["moved"], report["left_behind"]) == (
        "ann", "bob", "max", 3, 3, 0,
    )  # fmt: skip
    assert [(row["lead_id"], row["owner_now"], row["now"]) for row in report["data"]] == [
        (leads[0], "bob", "assigned"), (leads[1], "bob", "qualified"), (leads[2], "bob", "assigned"),
    ]  # fmt: skip
    assert (await ann.get("/leads", params={"owner": "ann", "status": "assigned"})).json()["data"] == []
    assert (await ann.get(f"/leads/{others}")).json()["owner"] == "dee"
    late = await owned(ann, "ann")
    await served.react()
    assert (await ann.get(f"/leads/{late}")).json()["owner"] == "bob"
    report = (await max_.get(f"/desks/hand-overs/{started}")).json()
    assert (report["moved"], report["left_behind"]) == (4, 0)


async def test_without_a_successor_they_go_to_the_pool_with_an_alarm(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann")
    await served.react()
    await done(max_, "/desks/ann/hand-over")
    await served.react()
    row = (await ann.get(f"/leads/{lead}")).json()
    assert (row["status"], row["pool_alarm"], row["pool_reason"]) == ("pooled", True, "ann left")
    assert (await ann.post(f"/leads/{lead}/claim")).json()["code"] == "claimant-left"
    await done(max_, "/desks/ann/take-up")
    await done(ann, f"/leads/{lead}/claim")


async def test_a_hand_over_nobody_began_is_not_found(max_: httpx.AsyncClient) -> None:
    answer = await max_.get("/desks/hand-overs/00000000-0000-0000-0000-000000000007")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-hand-over")


async def test_without_a_successor_the_rules_find_owners_and_what_was_found_out_stays(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    lead = await owned(ann, "ann")
    await done(ann, f"/leads/{lead}/qualify", **BANT)
    await done(max_, "/rule-books/assignment", rules=[{"name": "All", "owners": ["ann", "bob"]}])
    await done(max_, "/rule-books/assignment/1/activate")
    await served.react()
    started = (await done(max_, "/desks/ann/hand-over")).json()["hand_over_id"]
    await served.react()
    row = (await ann.get(f"/leads/{lead}")).json()
    assert (row["status"], row["owner"], row["rule"], row["authority"]) == ("qualified", "bob", "All", "Head of IT")
    assert (await max_.get(f"/desks/hand-overs/{started}")).json()["left_behind"] == 0
