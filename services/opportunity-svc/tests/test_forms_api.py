"""Forms over HTTP, on a real log: written, filled in, asked for by a stage, and what deals are found by."""

from typing import Any

from test_gates_api import World, usd, world

__all__ = ["world"]


def label(en: str, zh: str = "字段") -> dict[str, str]:
    return {"en": en, "zh": zh}


def field(key: str, type: str, **says: Any) -> dict[str, Any]:
    return {"key": key, "label": label(key), "type": type, **says}


VISION = {
    "name": label("Vision", "愿景"),
    "fields": [
        field("goal", "text", required=True),
        field("budget", "money", min=0),
        field("sites", "integer", min=1, max=99),
        field("share", "decimal", places=1),
        field("decided_on", "date"),
        field("public", "boolean"),
        field("story", "long_text"),
        field("segment", "choice", choices=[{"code": code, "label": label(code)} for code in ("water", "power")]),
        field("risks", "choices", choices=[{"code": code, "label": label(code)} for code in ("price", "time", "law")]),
    ],
}


async def live(world: World, code: str = "vision", form: dict[str, Any] = VISION, version: int = 1) -> None:
    """A form that can be filled in."""
    await world.do("mia", f"/forms/{code}", form)
    await world.do("mia", f"/forms/{code}/{version}/activate")


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


async def refused_list(world: World, **asked: str) -> tuple[str, str]:
    """Why a list was refused: which parameter, and what is wrong with it."""
    answer = await world.people["nat"].get("/opportunities", params=asked)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return error["parameter"], error["detail"]
