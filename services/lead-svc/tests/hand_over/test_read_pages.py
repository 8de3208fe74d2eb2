"""What grows with the years is shown in part, or page by page: the leads of a hand-over, the versions of a rule book."""

from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import pytest
from leads import done, owned
from page_walks import every

NOBODY = UUID(int=7)


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Who orders, and writes rules."""
    async with served.client("max", "sales_manager") as client:
        yield client


async def test_a_hand_over_is_shown_with_so_many_leads_and_counts_and_lists_all(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("lead_svc.hand_over.read"), "PREVIEW", 3)
    leads = [await owned(ann, "ann") for _ in range(5)]
    await served.react()
    order = (await done(max_, "/desks/ann/hand-over", to="bob")).json()["hand_over_id"]
    before = (await max_.get(f"/desks/hand-overs/{order}")).json()
    assert (before["leads"], before["moved"], before["left_behind"], len(before["data"]), before["more"]) == (5, 0, 5, 3, True)
    await served.react()
    after = (await max_.get(f"/desks/hand-overs/{order}")).json()
    assert (after["leads"], after["moved"], after["left_behind"], after["more"]) == (5, 5, 0, True)
    assert [row["lead_id"] for row in after["data"]] == leads[:3], "in the order in which they came"
    listed = await every(max_, f"/desks/hand-overs/{order}/leads", 2)
    assert [(row["lead_id"], row["owner"], row["owner_now"], row["now"]) for row in listed] == [
        (lead, "bob", "bob", "assigned") for lead in leads
    ]  # fmt: skip
    assert listed[:3] == after["data"]
    answer = await max_.get(f"/desks/hand-overs/{NOBODY}/leads")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-hand-over")


async def test_the_versions_of_a_rule_book_are_listed_page_by_page_the_newest_first(max_: httpx.AsyncClient) -> None:
    for days in range(1, 6):
        await done(max_, "/rule-books/pool", untouched_days=days)
    await done(max_, "/rule-books/pool/4/activate")
    listed = await every(max_, "/rule-books/pool", 2)
    assert [(row["version"], row["rules"]["untouched_days"], row["status"]) for row in listed] == [
        (5, 5, "draft"), (4, 4, "live"), (3, 3, "draft"), (2, 2, "draft"), (1, 1, "draft"),
    ]  # fmt: skip
    assert await every(max_, "/rule-books/response", 2) == []
