"""Lessons of deals that are over, found beside those that go on, over HTTP, on a real log."""

from typing import Any
from uuid import UUID

from floor import Floor, file, good, seen

SUMMARY = {"cause": "Their board wanted one supplier", "turning_point": "The tender in May", "next_time": "Meet 董事会 first"}


async def learnt(floor: Floor, **asked: Any) -> list[str]:
    return [row["lesson"] for row in (await seen(floor.nat, "/lessons", **asked))["data"]]


async def test_lessons_are_found_by_reason_competitor_and_words(floor: Floor) -> None:
    won, lost, other = await floor.deal(1), await floor.deal(2, party=4), await floor.deal(3, party=5)
    await good(floor.ann, f"/opportunities/{won}/competitors", {"code": "Rival", "strategy": "Be there first"})
    await floor.won(won, won_on="2020-03-01", lesson="The works manager decides")
    await floor.lost(lost, lost_on="2020-02-01", competitor="Rival", reason="competitor", failure_summary=SUMMARY, lesson="=1+1")
    await floor.lost(other, lost_on="2020-01-01", lesson="Ask for 100% of the budget")
    assert await learnt(floor) == ["The works manager decides", "=1+1", "Ask for 100% of the budget"]
    assert await learnt(floor, reason="price") == await learnt(floor, text="100%") == ["Ask for 100% of the budget"]
    assert await learnt(floor, text="0%B") == await learnt(floor, text="_") == [], "no sign is a joker"
    assert await learnt(floor, competitor="Rival") == ["The works manager decides", "=1+1"], "also where they were only met"
    assert await learnt(floor, outcome="won") == ["The works manager decides"]
    assert await learnt(floor, text="董事会") == await learnt(floor, text="acme 4") == ["=1+1"]
    assert await learnt(floor, ended_from="2020-01-15", ended_to="2020-02-15") == ["=1+1"]
    (row,) = (await seen(floor.nat, "/lessons", text="one supplier"))["data"]
    assert (row["failure_summary"], row["competitor"], row["value"]["amount"]) == (SUMMARY, "Rival", 500_000)
    assert any(",'=1+1," in line for line in await file(floor.nat, "/lessons")), "in a file it is a text, not a formula"


async def test_a_deal_that_was_won_without_a_word_leaves_no_lesson(floor: Floor) -> None:
    await floor.won(await floor.deal())
    assert await learnt(floor) == []


async def test_beside_a_deal_stand_lessons_of_its_party_and_of_its_competitors(floor: Floor) -> None:
    here, party, rival, far = [await floor.deal(number, party=which) for number, which in ((1, 3), (2, 3), (3, 4), (4, 5))]
    for deal in (here, rival):
        await good(floor.ann, f"/opportunities/{deal}/competitors", {"code": "Rival", "strategy": "Be there first"})
    for number, deal in enumerate((party, rival, far), 1):
        await floor.lost(deal, lesson=f"Lesson {number}", lost_on=f"2020-01-0{number}")
    rows = (await seen(floor.ann, f"/opportunities/{here}/lessons"))["data"]
    assert [(row["lesson"], row["same_party"], row["same_competitors"]) for row in rows] == [
        ("Lesson 2", False, ["Rival"]),
        ("Lesson 1", True, []),
    ]
    await floor.lost(here)
    assert len((await seen(floor.ann, f"/opportunities/{here}/lessons"))["data"]) == 2, "its own is not beside it"
    assert (await floor.ann.get(f"/opportunities/{UUID(int=9)}/lessons")).json()["code"] == "unknown-opportunity"
