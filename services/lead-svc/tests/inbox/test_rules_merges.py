"""Whose lead is shown under another one, takes one in, or is of its own again, is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from digest_facts import FRIDAY
from lead_svc.inbox.policies import note_notice
from lead_svc.inbox.rules import NoteNotice
from lead_svc.inbox.rules.notices import notices_of
from lead_svc.lead.rules import decider
from leads import captured, done, owned
from ltc_events import Fact
from ltc_events.lead import LeadMerged, LeadUnmerged
from ltc_events.testing import given
from merge_facts import BOTH, MERGE, A, B, assigned, merge, merged, unmerged

FACT = Fact(1, "lead", A, 3, FRIDAY, FRIDAY, "max", A)


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Who merges."""
    async with served.client("max", "sales_manager") as client:
        yield client


def told(event: LeadMerged | LeadUnmerged, actor: str = "max") -> list[tuple[str, str, UUID | None]]:
    return [(each.user, each.kind, each.lead_id) for each in notices_of(event, replace(FACT, actor=actor))]


def of_two(owner: str | None, into_owner: str | None) -> LeadMerged:
    return merged(A, B, owner).model_copy(update={"into_owner": into_owner})


def test_a_merge_names_who_cares_for_the_one_that_counts() -> None:
    given(decider, *BOTH, assigned(A), assigned(B, "bob")).when(merge(A, B)).then(of_two("ann", "bob"))


def test_both_whose_leads_are_merged_are_told_and_nobody_of_what_they_did_themselves() -> None:
    assert told(of_two("ann", "bob")) == [("ann", "lead_merged", A), ("bob", "lead_took_in", B)]
    assert told(of_two("ann", "bob"), actor="ann") == [("bob", "lead_took_in", B)]
    assert told(of_two("ann", "bob"), actor="bob") == [("ann", "lead_merged", A)]
    assert told(of_two("ann", "ann")) == [("ann", "lead_merged", A)], "once"
    assert told(of_two("max", "max")) == []
    assert told(of_two(None, "bob")) == [("bob", "lead_took_in", B)]
    assert told(of_two(None, None)) == []
    assert told(unmerged(A, B, "assigned", owner="ann")) == [("ann", "lead_unmerged", A)]
    assert told(unmerged(A, B, "assigned", owner="max")) == told(unmerged(A, B)) == []


def test_a_merge_of_before_told_nothing_of_the_other_owner() -> None:
    said = {"lead_id": str(A), "into": str(B), "merge_id": str(MERGE), "reason": "Asked twice", "owner": "ann"}
    assert told(LeadMerged.model_validate(said)) == [("ann", "lead_merged", A)]


def test_who_wants_a_mail_hears_of_it_by_mail() -> None:
    noted = note_notice(of_two("ann", "bob"), FACT)
    assert [each.kind for each in noted if isinstance(each, NoteNotice)] == ["lead_merged", "lead_took_in"]


async def test_who_loses_and_who_gains_by_a_merge_finds_it_in_the_inbox(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one, two, other = await owned(ann, "ann"), await owned(max_, "bob"), await captured(ann)
    await done(max_, f"/leads/{two}/merge", into=one, reason="Asked twice")
    await done(max_, f"/leads/{other}/merge", into=one, reason="Thrice")
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    async with served.client("bob", "sales") as bob:
        for client, expected in (
            (ann, [("lead_took_in", one, "Thrice"), ("lead_took_in", one, "Asked twice")]),
            (bob, [("lead_unmerged", two, "Two plants"), ("lead_merged", two, "Asked twice"), ("lead_assigned", two, None)]),
            (max_, []),
        ):
            rows = (await client.get("/inbox")).json()["data"]
            assert [(row["kind"], row["lead_id"], row["says"]) for row in rows] == expected
    await served.react()


async def test_what_asks_to_see_to_a_lead_is_over_while_it_is_merged_and_leads_to_the_one_that_counts(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one, two = await owned(max_, "ann"), await owned(max_, "bob")
    async with served.client("bob", "sales") as bob:

        async def told(unread: bool) -> list[tuple[str, str | None, bool, bool]]:
            rows = (await bob.get("/inbox", params={"unread": unread})).json()["data"]
            return [(row["kind"], row["merged_into"], row["read"], row["over"]) for row in rows]

        assert await told(unread=True) == [("lead_assigned", None, False, False)]
        await done(max_, f"/leads/{two}/merge", into=one, reason="Asked twice")
        assert await told(unread=False) == [("lead_merged", one, False, False), ("lead_assigned", one, True, True)]
        assert await told(unread=True) == [("lead_merged", one, False, False)]
        assert (await bob.get("/inbox/unread")).json() == {"unread": 1, "by_kind": {"lead_merged": 1}}
        await done(bob, "/inbox/read")
        await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
        assert await told(unread=True) == [("lead_unmerged", None, False, False)], "what was read stays read"
        await done(max_, f"/leads/{two}/merge", into=one, reason="Asked twice")
        await done(max_, f"/leads/{one}/merge", into=await captured(ann), reason="Thrice")
        assert [row[:2] for row in await told(unread=True)] == [("lead_merged", one)]
        kinds = [row["kind"] for row in (await ann.get("/inbox", params={"unread": True})).json()["data"]]
        assert kinds == ["lead_merged"], "what a lead took in is seen to where it is shown itself"
        await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
        assert [row[0] for row in await told(unread=True)] == ["lead_unmerged", "lead_merged", "lead_unmerged"], "as before"


async def test_what_a_leaver_had_of_merged_leads_moves_when_it_is_undone_and_who_gets_it_is_told(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    """Handed over are the leads that count; the others go the same way once they do."""
    one, two = await owned(ann, "ann"), await owned(ann, "ann")
    await served.react()
    await done(max_, f"/leads/{two}/merge", into=one, reason="Asked twice")
    await served.react()
    order = (await done(max_, "/desks/ann/hand-over", to="bob")).json()["hand_over_id"]
    await served.react()
    page = (await max_.get(f"/desks/hand-overs/{order}")).json()
    assert ([row["lead_id"] for row in page["data"]], page["moved"], page["left_behind"]) == ([one], 1, 0)
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    await served.react()
    assert (await ann.get(f"/leads/{two}")).json()["owner"] == "bob"
    page = (await max_.get(f"/desks/hand-overs/{order}")).json()
    assert ({row["lead_id"] for row in page["data"]}, page["moved"], page["left_behind"]) == ({one, two}, 2, 0)
    async with served.client("bob", "sales") as bob:
        assert [row["kind"] for row in (await bob.get("/inbox")).json()["data"]] == ["lead_handed_over", "lead_handed_over"]


async def test_a_lead_that_is_merged_while_its_leaver_hands_over_is_not_left_behind(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one, two = await owned(max_, "cyd"), await owned(max_, "ann")
    await served.react()
    order = (await done(max_, "/desks/ann/hand-over", to="bob")).json()["hand_over_id"]
    await done(max_, f"/leads/{two}/merge", into=one, reason="Asked twice")  # before it was moved
    await served.react()
    page = (await max_.get(f"/desks/hand-overs/{order}")).json()
    assert (page["moved"], page["left_behind"]) == (0, 0)
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    await served.react()
    assert (await ann.get(f"/leads/{two}")).json()["owner"] == "bob"
