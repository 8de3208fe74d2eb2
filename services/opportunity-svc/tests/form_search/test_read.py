"""Deals are found by the fields of their forms."""

from typing import Any

from deal_world import World, usd, world
from vision_form import VISION, live

__all__ = ["world"]


async def refused_list(world: World, **asked: str) -> tuple[str, str]:
    """Why a list was refused: which parameter, and what is wrong with it."""
    answer = await world.people["nat"].get("/opportunities", params=asked)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return error["parameter"], error["detail"]


async def test_deals_are_found_by_what_their_forms_say_and_the_file_has_it_in_columns(world: World) -> None:
    await live(world)
    said: list[dict[str, Any]] = [
        {"goal": "Clean water", "budget": usd(100), "sites": 4, "share": "12.5", "decided_on": "2026-10-01", "public": True,
         "segment": "water", "risks": ["price", "law"], "story": "Long"},
        {"goal": "=1+1", "budget": usd(300), "sites": 9, "share": "99", "decided_on": "2026-12-01", "public": False, "segment": "power",
         "risks": ["time"]},
        {"goal": "Clean water", "budget": {"amount": 200, "currency": "CNY"}, "sites": 4},
    ]  # fmt: skip
    for number, values in enumerate(said, 1):
        await world.do("ann", f"{await world.deal(number)}/forms/vision", {"values": values})
    await world.deal(4)

    async def found(*where: str) -> list[str]:
        rows = (await world.look("nat", "/opportunities", where=list(where)))["data"]
        return sorted(row["company"].removeprefix("Acme ") for row in rows)

    for where, deals in {
        "vision.goal:eq:Clean water": ["1", "3"], "vision.goal:eq:clean water": [], "vision.goal:eq:=1+1": ["2"],
        "vision.sites:eq:4": ["1", "3"], "vision.sites:ge:5": ["2"], "vision.sites:le:4.5": ["1", "3"],
        "vision.share:ge:12.50": ["1", "2"], "vision.share:eq:12.50": ["1"], "vision.share:le:12.4": [],
        "vision.budget:ge:200 USD": ["2"], "vision.budget:le:200 CNY": ["3"], "vision.budget:eq:100 USD": ["1"],
        "vision.decided_on:ge:2026-10-02": ["2"], "vision.decided_on:eq:2026-10-01": ["1"],
        "vision.public:eq:true": ["1"], "vision.segment:eq:power": ["2"], "vision.risks:eq:law": ["1"], "vision.risks:eq:gas": [],
    }.items():  # fmt: skip
        assert await found(where) == deals, where
    assert await found("vision.sites:ge:1", "vision.sites:le:8", "vision.goal:eq:Clean water", "vision.budget:ge:1 CNY") == ["3"]

    await world.do("ann", f"{await world.deal(1)}/forms/vision", {"values": {"goal": "Light", "risks": ["price"]}})
    assert await found("vision.risks:eq:law") == [], "what is empty now is no longer found"
    assert await found("vision.sites:eq:4") == ["3"]
    assert await found("vision.risks:eq:price") == ["1"]

    show = ["vision.goal", "vision.budget", "vision.share", "vision.risks"]
    rows = (await world.look("nat", "/opportunities", where="vision.sites:ge:1", show=show, limit=1))["data"]
    assert rows[0]["fields"] == {
        "vision.goal": "Clean water", "vision.budget.amount": 200, "vision.budget.currency": "CNY", "vision.share": None,
        "vision.risks": None,
    }  # fmt: skip
    file = await world.people["nat"].get("/opportunities", params={"show": show, "pipeline": "light"}, headers={"accept": "text/csv"})
    head, *lines = file.text.lstrip("\ufeff").splitlines()
    assert head.endswith(
        "cancel_note,fields.vision.goal,fields.vision.budget.amount,fields.vision.budget.currency,fields.vision.share,fields.vision.risks"
    )
    assert [line.split(",decline", 1)[0].rsplit(",,", 1)[-1] for line in lines if "Acme 2" in line] == ['\'=1+1,300,USD,99,"[""time""]"']


async def test_a_filter_that_makes_no_sense_says_why(world: World) -> None:
    await world.do("mia", "/forms/vision", VISION)
    draft = await refused_list(world, where="vision.sites:eq:1")
    assert draft == ("where", "vision.sites is no field of a form that was ever live")
    await world.do("mia", "/forms/vision/1/activate")
    for where, why in {
        "vision.sight:eq:1": "is no field of a form that was ever live", "vision.story:eq:Long": "is long text, which is not searched",
        "vision.goal:ge:A": "has no order: compare it with eq", "vision.public:eq:yes": "is true or false",
        "vision.sites:eq:four": "is compared with a number", "vision.budget:ge:100": "minor units and its currency, such as 100000 CNY",
        "vision.decided_on:ge:2026-02-30": "is compared with a day, such as 2026-12-24",
        "vision.decided_on:eq:today": "is compared with a day",
    }.items():  # fmt: skip
        parameter, said = await refused_list(world, where=where)
        assert (parameter, why in said) == ("where", True), said
    assert await refused_list(world, show="other.sites") == ("show", "other.sites is no field of a form that was ever live")
    assert (await refused_list(world, where="vision.sites>4"))[0] == "where"
