"""Deals that stay in a stage longer than four in five did, over HTTP, on a real log."""

from datetime import UTC, datetime
from typing import Any

from deal_facts import DEAL, USD, lost, opened
from floor import Floor, good, seen
from ltc_events import Fact
from ltc_events.opportunity_gates import StageEntered
from opportunity_svc.stage_time.read import stage_passing


async def aged(floor: Floor, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await seen(floor.nat, "/pipeline/ageing", **asked))["data"]
    return found


async def ten_days(floor: Floor, decided: int) -> None:
    """So many deals were lost out of their first stage, each a day after the one before."""
    deals = [await floor.deal(number) for number in range(1, decided + 1)]
    for number in range(10):
        floor.served.pass_days(number + 1)
        if number < decided:
            await floor.lost(deals[number])


async def test_a_deal_is_ageing_beyond_what_four_in_five_took(floor: Floor) -> None:
    old, paused, moved = await floor.deal(51, manager="bob"), await floor.deal(52), await floor.deal(53)
    await good(floor.ann, f"/opportunities/{paused}/suspend", {"reason": "dispute", "note": "Wait"})
    await ten_days(floor, 10)
    await good(floor.ann, f"/opportunities/{paused}/resume", {"note": "On"})
    await good(floor.ann, f"/opportunities/{moved}/pipeline", {"pipeline": "project"})
    fresh = await floor.deal(54)
    rows = {row["opportunity_id"]: row for row in await aged(floor)}
    assert [(rows[deal]["days"], rows[deal]["usual"], rows[deal]["passed"], rows[deal]["ageing"]) for deal in (old, paused, fresh)] == [
        ("10.0", "8.2", 10, True),
        ("0.0", "8.2", 10, False),
        ("0.0", "8.2", 10, False),
    ]
    assert (rows[moved]["pipeline"], rows[moved]["days"], rows[moved]["usual"], rows[moved]["passed"]) == ("project", "0.0", None, 0)
    assert [row["opportunity_id"] for row in await aged(floor, ageing="true")] == [old]
    assert {row["opportunity_id"] for row in await aged(floor, ageing="false")} == {paused, fresh}
    assert await aged(floor, ageing="true", account_manager="ann") == []
    assert [row["opportunity_id"] for row in await aged(floor, pipeline="project")] == [moved]
    assert {row["stage"] for row in await aged(floor, stage=rows[old]["stage"], pipeline="light")} == {rows[old]["stage"]}


async def test_nine_deals_are_too_little_history_to_say_what_is_usual(floor: Floor) -> None:
    await floor.deal(51)
    await ten_days(floor, 9)
    (row,) = await aged(floor)
    assert (row["days"], row["usual"], row["passed"], row["ageing"]) == ("10.0", None, 9, None)
    assert await aged(floor, ageing="true") == await aged(floor, ageing="false") == []


async def test_a_stage_that_was_left_for_another_way_was_not_passed(floor: Floor) -> None:
    deals = [await floor.deal(number) for number in range(1, 11)]
    await floor.deal(51)
    floor.served.pass_days(3)
    for deal in deals:
        await good(floor.ann, f"/opportunities/{deal}/pipeline", {"pipeline": "project"})
        await floor.lost(deal, failure_summary={"cause": "a", "turning_point": "b", "next_time": "c"})
    (row,) = await aged(floor)
    assert (row["passed"], row["usual"]) == (0, None)


def test_what_a_deal_passed_is_kept_in_its_own_order_from_its_first_stage_to_its_end() -> None:
    guiding = StageEntered(
        opportunity_id=DEAL, pipeline="light", pipeline_version=0, profile="light", stage="guiding", previous="verifying", number=2,
        weighted=USD,
    )  # fmt: skip
    begun = guiding.model_copy(update={"previous": None, "pipeline": "own"})
    at, rows = datetime(2026, 11, 24, tzinfo=UTC), list[Any]()
    for version, event in enumerate((opened, begun, guiding, lost), 1):
        fact = Fact(version, "opportunity", DEAL, version, at, at, "ann", DEAL)
        rows += [row for on in stage_passing.ons if on.event is type(event) for verb in on.verbs for row in verb.rows(event, fact)]
    assert [(row["version"], row["pipeline"], row["stage"], row["begins"]) for row in rows] == [
        (1, "light", "verifying", True),
        (2, "own", "guiding", True),
        (3, "light", "guiding", False),
        (4, None, None, False),
    ]
