"""Forms are filled in for deals, over HTTP."""

from deal_world import World, usd, world
from vision_form import VISION, field, live

__all__ = ["world"]


async def test_a_stage_asks_for_a_form_and_a_deal_goes_on_when_it_is_filled_in(world: World) -> None:
    await live(world)
    stages = [
        {"code": "first", "name": "First", "probability": "0.1", "criteria": [{"check": "form_filled", "form": "vision"}]},
        {"code": "second", "name": "Second", "probability": "0.9"},
    ]
    await world.do("mia", "/pipelines/asking", {"name": "Asking", "profile": "light", "stages": stages})
    await world.do("mia", "/pipelines/asking/1/activate")
    deal = await world.deal(pipeline="asking")
    stuck = await world.refused("ann", f"{deal}/stage", {})
    (missing,) = stuck["unmet"]
    assert (missing["needs"], missing["operation"]) == ("a form that is filled in: vision", "fill_form")
    assert "fill_form" in (await world.look("ann", deal))["actions"]

    wrong = await world.refused("ann", f"{deal}/forms/vision", {"values": {"sites": 100, "budget": usd(-1), "sight": "x"}})
    assert (wrong["status"], wrong["code"]) == (422, "form-does-not-fit")
    assert wrong["detail"] == "Some fields are not as the form vision asks for in version 1: goal, budget, sites, sight."
    assert [(each["pointer"], each["code"]) for each in wrong["errors"]] == [
        ("/values/goal", "missing"), ("/values/budget", "amount_out_of_bounds"), ("/values/sites", "less_than_equal"),
        ("/values/sight", "extra_forbidden"),
    ]  # fmt: skip
    assert (await world.look("ann", f"{deal}/forms"))["data"] == [], "nothing was changed"

    await world.do("ann", f"{deal}/forms/vision", {"values": {"goal": "Clean water", "budget": usd(100)}})
    await world.do("sam", f"{deal}/forms/vision", {"values": {"goal": "Clean water", "share": "12.5"}})
    (now,) = (await world.look("nat", f"{deal}/forms"))["data"]
    assert (now["form"], now["version"], now["fill"], now["filled_by"]) == ("vision", 1, 2, "sam")
    assert now["values"] == {"goal": "Clean water", "share": "12.5"}
    before = (await world.look("nat", f"{deal}/forms/vision"))["data"][1]
    assert (before["fill"], before["values"]) == (1, {"goal": "Clean water", "budget": usd(100)})
    assert (await world.look("nat", f"{deal}/progress"))["next"] == []
    await world.do("ann", f"{deal}/stage", {})


async def test_a_filled_form_keeps_its_version_and_the_preview_says_which_no_longer_fit(world: World) -> None:
    await live(world)
    first, second = await world.deal(1), await world.deal(2)
    await world.do("ann", f"{first}/forms/vision", {"values": {"goal": "Clean water"}})
    await world.do("ann", f"{second}/forms/vision", {"values": {"goal": "Light", "sites": 2}})
    stricter = {**VISION, "fields": [field("goal", "text"), field("sites", "integer", required=True)]}
    await world.do("mia", "/forms/vision", stricter)
    preview = await world.look("mia", "/forms/vision/2/preview")
    assert (preview["filled"], preview["failing"]) == (2, 1)
    (failing,) = preview["data"]
    assert (failing["company"], failing["version"]) == ("Acme 1", 1)
    assert failing["errors"] == [{"pointer": "/values/sites", "code": "missing", "detail": "Field required"}]
    await world.do("mia", "/forms/vision/2/activate")
    assert [row["version"] for row in (await world.look("nat", f"{first}/forms"))["data"]] == [1]
    assert (await world.refused("ann", f"{first}/forms/vision", {"values": {"goal": "Clean water"}}))["code"] == "form-does-not-fit"
    await world.do("ann", f"{first}/forms/vision", {"values": {"goal": "Clean water", "sites": 1}})
    assert [row["version"] for row in (await world.look("nat", f"{first}/forms/vision"))["data"]] == [2, 1]
    rows = (await world.look("nat", "/forms/vision"))["data"]
    assert [(row["version"], row["status"]) for row in rows] == [(2, "live"), (1, "retired")]
    assert [row["code"] for row in (await world.look("nat", "/forms", status="live"))["data"]] == ["vision"]


async def test_who_does_not_may_and_what_is_not_there(world: World) -> None:
    deal = await world.deal()
    assert (await world.refused("ann", "/forms/vision", VISION))["code"] == "forbidden"
    assert (await world.refused("ann", f"{deal}/forms/vision", {"values": {}}))["code"] == "unknown-form"
    await world.do("mia", "/forms/vision", VISION)
    assert (await world.refused("ann", f"{deal}/forms/vision", {"values": {}}))["code"] == "form-not-live"
    assert (await world.refused("nat", f"{deal}/forms/vision", {"values": {}}))["code"] == "forbidden"
    assert (await world.refused("mia", "/forms/vision/7/activate"))["code"] == "unknown-form"
    broken = await world.refused("mia", "/forms/vision", {**VISION, "fields": [field("a", "integer", min=2, max=1)]})
    assert broken["errors"][0]["pointer"].startswith("/fields/0")
