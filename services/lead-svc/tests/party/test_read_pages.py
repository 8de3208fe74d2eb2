"""A party, or a lead, under which very many are shown: in part on its page, and page by page as a whole."""

from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import pytest
from contact_facts import JO, max_, merged, met
from leads import captured, done, owned
from page_walks import every
from party_facts import party_of

__all__ = ["max_"]
NOBODY = UUID(int=7)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than three are shown with one."""
    for module in ("contact.read", "party_contact.read", "party.read", "lead_merge.read"):
        monkeypatch.setattr(import_module(f"lead_svc.{module}"), "PREVIEW", 3)


async def test_a_party_is_shown_with_so_many_of_each_and_all_are_listed(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, few: None
) -> None:
    names = [f"Acme {number}" for number in range(5)]
    head, *others = [await party_of(ann, await captured(ann, company=name, website=f"www{name[-1]}.example")) for name in names]
    await served.react()
    whole = (await ann.get(f"/parties/{head}")).json()
    assert (whole["members"], whole["names"], whole["merges"], whole["more"]) == ([head], ["Acme 0"], [], False)
    for number, other in enumerate(others):
        await done(ann, f"/parties/{other}/describe", phone=f"+1 555 010{number}")
        await done(max_, f"/parties/{other}/merge", into=head, reason=f"Same house as {number}")
    seen = (await ann.get(f"/parties/{head}")).json()
    assert [len(seen[what]) for what in ("members", "names", "websites", "phones", "merges")] == [3] * 5
    assert (seen["members"][0], seen["more"], seen["head"]) == (head, True, head)
    assert [merge["reason"] for merge in seen["merges"]] == [f"Same house as {number}" for number in (1, 2, 3)], "the latest"
    assert {row["party_id"]: row["company"] for row in await every(ann, f"/parties/{head}/members", 3)} == dict(
        zip(others, names[1:], strict=True)
    )
    assert [row["company"] for row in await every(ann, f"/parties/{head}/names", 2)] == names
    marks = await every(ann, f"/parties/{head}/marks", 2)
    assert [row["kind"] for row in marks] == ["phone"] * 4 + ["website"] * 5
    merges = await every(ann, f"/parties/{head}/merges", 3)
    assert [(row["party_id"], row["into"]) for row in merges] == [(other, head) for other in reversed(others)]
    assert await every(ann, f"/parties/{others[0]}/members", 2) == []
    before = {"at": merges[-1]["merged_at"]}
    assert len((await ann.get(f"/parties/{head}/members", params=before)).json()["data"]) == 1
    for what in ("members", "names", "marks", "merges"):
        assert (await ann.get(f"/parties/{NOBODY}/{what}")).json()["code"] == "unknown-party"


async def test_who_at_a_party_has_very_many_contacts_is_shown_with_some_of_them(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient, few: None
) -> None:
    jo, _, party = await met(ann, JO)
    sam, _, _ = await met(ann, {"name": "Sam"})
    others = sorted([(await met(ann, {"name": f"Jo {number}"}))[0] for number in range(4)])
    for other in others:
        await merged(max_, other, jo)
    rows = {row["contact_id"]: row for row in (await ann.get(f"/parties/{party}/contacts")).json()["data"]}
    assert {each: (row["also"], row["more"]) for each, row in rows.items()} == {jo: (others[:3], True), sam: ([], False)}
    now = rows[jo]
    await done(max_, f"/contacts/{others[3]}/unmerge", reason="Two after all")
    (jos,) = [row for row in (await ann.get(f"/parties/{party}/contacts")).json()["data"] if row["contact_id"] == jo]
    assert jos == {**now, "more": False}


async def test_a_lead_is_shown_with_so_many_merges_and_all_are_listed(ann: httpx.AsyncClient, max_: httpx.AsyncClient, few: None) -> None:
    head, *others = [await owned(ann, "ann") for _ in range(5)]
    for number, other in enumerate(others):
        await done(max_, f"/leads/{other}/merge", into=head, reason=f"Asked {number}")
    about = (await ann.get(f"/leads/{head}/merges")).json()
    assert (len(about["members"]), about["members"][0], about["head"], about["more"]) == (3, head, head, True)
    assert [merge["reason"] for merge in about["merges"]] == ["Asked 1", "Asked 2", "Asked 3"], "the latest"
    assert {row["lead_id"] for row in await every(ann, f"/leads/{head}/members", 3)} == set(others)
    assert [row["reason"] for row in await every(ann, f"/leads/{head}/merges/all", 3)] == [f"Asked {number}" for number in (3, 2, 1, 0)]
    about = (await ann.get(f"/leads/{others[0]}/merges")).json()
    assert (about["members"], len(about["merges"]), about["more"], about["head"]) == ([others[0]], 1, False, head)
    for path in ("members", "merges/all"):
        assert (await ann.get(f"/leads/{NOBODY}/{path}")).json()["code"] == "unknown-lead"
