"""Admission and conversion, counted."""

from deal_world import World, world

__all__ = ["world"]


async def test_what_is_not_let_in_is_counted_with_its_reason(world: World) -> None:
    out, lost, moved = await world.deal(1), await world.deal(2), await world.deal(3)
    await world.deal(4)
    await world.do("ann", f"{out}/decline", {"how": "not_admitted", "reason": "thin_margin", "note": "Below cost"})
    await world.do("ann", f"{lost}/decline", {"how": "no_bid", "reason": "no_chance", "note": "Written for another"})
    await world.do("ann", f"{moved}/stage", {})
    body = {"how": "not_admitted", "reason": "credit", "note": "Late"}
    assert (await world.refused("ann", f"{moved}/decline", body))["code"] == "already-admitted"
    report = await world.look("nat", "/pipeline/admission")
    assert (report["opened"], report["not_admitted"], report["reject_rate"], report["no_bid"]) == (4, 1, "0.2500", 1)
    assert report["reasons"] == [{"reason": "thin_margin", "deals": 1}]
    row = await world.look("nat", out)
    assert (row["status"], row["decline_reason"], row["decline_note"], row["actions"]) == ("not_admitted", "thin_margin", "Below cost", [])


async def test_conversion_is_counted_stage_by_stage(world: World) -> None:
    first, second = await world.deal(1), await world.deal(2)
    await world.deal(3)
    await world.do("ann", f"{first}/stage", {"stage": "proposing"})
    await world.do("ann", f"{second}/stage", {"stage": "guiding"})
    (way,) = (await world.look("nat", "/pipeline/conversion"))["data"]
    assert [(each["stage"], each["entered"], each["went_on"], each["rate"]) for each in way["stages"]] == [
        ("verifying", 3, 2, "0.6667"), ("guiding", 2, 1, "0.5000"), ("proposing", 1, 0, "0.0000"), ("negotiating", 0, 0, None),
        ("closing", 0, 0, None),
    ]  # fmt: skip
    assert (await world.look("nat", "/pipeline/conversion", opened_to="2020-01-01"))["data"] == []
