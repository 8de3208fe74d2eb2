"""A form that nobody wrote code for: asked for by a stage, filled in, found by, told of, and had as a file."""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ..api_client import ANN, MAX
from ..cli_runner import ltc
from ..deals import OPPORTUNITIES, Deal, usd
from ..platform import Platform
from ..story_client import MIA, NAT, SAM, SalesStoryClient, facts

pytestmark = pytest.mark.stack

TEMPLATES = Path(__file__).parents[2] / "examples" / "forms"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def field(key: str, type: str, zh: str, **says: Any) -> dict[str, Any]:
    """A field with its labels."""
    return {"key": key, "label": {"en": key, "zh": zh}, "type": type, **says}


WATER = {
    "name": {"en": "Water", "zh": "水质"},
    "fields": [
        field("source", "text", "水源", required=True),
        field("budget", "money", "预算", min=0),
        field("sites", "integer", "站点", min=1, max=99),
    ],
}
PIPELINE = {
    "name": "Water",
    "profile": "light",
    "stages": [
        {"code": "first", "name": "First", "probability": "0.1", "criteria": [{"check": "form_filled", "form": "water"}]},
        {"code": "second", "name": "Second", "probability": "0.9"},
    ],
}


async def asking(story: SalesStoryClient) -> None:
    """A form, and a pipeline whose first stage asks for it; once per platform."""
    if "water" in {row["code"] for row in (await story.see("/forms"))["data"]}:
        return
    await story.sell("draft_form", "/forms/water", MIA, WATER)
    await story.sell("activate_form", "/forms/water/1/activate", MIA)
    await story.sell("draft_pipeline", "/pipelines/water", MIA, PIPELINE)
    await story.sell("activate_pipeline", "/pipelines/water/1/activate", MIA)


async def filled(story: SalesStoryClient, deal: Deal, **values: Any) -> None:
    """The form of a deal."""
    await story.sell("fill_form", f"/opportunities/{deal.ids['opportunity']}/forms/water", ANN, {"values": values})


async def test_a_stage_asks_for_a_form_what_does_not_fit_is_listed_and_what_was_filled_in_is_told(platform: Platform) -> None:
    story = SalesStoryClient(platform, "forms")
    await asking(story)
    deal = await story.deal("Stage Water")
    at = f"/opportunities/{deal.ids['opportunity']}"
    await story.sell("choose_pipeline", f"{at}/pipeline", ANN, {"pipeline": "water"})
    no = await story.no("enter_stage", f"{at}/stage", ANN, {})
    assert [(each["needs"], each["operation"]) for each in no["unmet"]] == [("a form that is filled in: water", "fill_form")]
    wrong = await story.no("fill_form", f"{at}/forms/water", ANN, {"values": {"sites": 100, "taste": "good"}})
    assert (wrong["code"], [(each["pointer"], each["code"]) for each in wrong["errors"]]) == (
        "form-does-not-fit",
        [("/values/source", "missing"), ("/values/sites", "less_than_equal"), ("/values/taste", "extra_forbidden")],
    )
    await filled(story, deal, source="Two wells", budget=usd(100_000), sites=4)
    await story.sell("fill_form", f"{at}/forms/water", SAM, {"values": {"source": "Three wells", "sites": 5}})
    await story.sell("enter_stage", f"{at}/stage", ANN, {})
    assert (await story.see(at))["stage"] == "second"
    fills = (await story.see(f"{at}/forms/water", NAT))["data"]
    assert [(row["fill"], row["filled_by"], row["values"]["source"]) for row in fills] == [
        (2, "sam", "Three wells"),
        (1, "ann", "Two wells"),
    ]
    evidence = await platform.assert_sound()
    first, second = facts(evidence, "opportunity.form-filled", about=deal.ids["opportunity"])
    assert (first["form"], first["form_version"], second["fill"]) == ("water", 1, 2)
    assert "Two wells" in str(first), "an analyst reads the value on the topic"
    assert "Three wells" in str(second)


async def test_deals_are_found_by_a_field_and_a_file_of_them_runs_no_formula(platform: Platform) -> None:
    story = SalesStoryClient(platform, "fields")
    await asking(story)
    wells, evil, none = [await story.deal(f"Fields {name}") for name in ("Wells", "=HYPERLINK", "None")]
    await filled(story, wells, source="A lake", budget=usd(300_000), sites=40)
    await filled(story, evil, source="=1+1", sites=41)
    where = "where=water.sites:ge:40"
    found = (await story.see(f"/opportunities?{where}", NAT))["data"]
    assert {row["opportunity_id"] for row in found} == {wells.ids["opportunity"], evil.ids["opportunity"]}
    by_money = (await story.see(f"/opportunities?{where}&where=water.budget:ge:200000%20USD&show=water.source", NAT))["data"]
    assert [(row["opportunity_id"], row["fields"]["water.source"]) for row in by_money] == [(wells.ids["opportunity"], "A lake")]
    assert none.ids["opportunity"] not in str(found)

    asked = f"/opportunities?{where}&show=water.source&show=water.sites"
    text = (await platform.api_client.fetch(OPPORTUNITIES, asked, NAT, media="text/csv")).text
    rows = {row["opportunity_id"]: row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))}
    one = rows[evil.ids["opportunity"]]
    assert (one["fields.water.source"], one["fields.water.sites"], one["company"]) == ("'=1+1", "41", "Fields =HYPERLINK")
    assert rows[wells.ids["opportunity"]]["fields.water.source"] == "A lake"

    book = zipfile.ZipFile(io.BytesIO((await platform.api_client.fetch(OPPORTUNITIES, asked, NAT, media=XLSX)).content))
    sheets = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/") and name.endswith(".xml"))
    assert re.search(r"<t[^>]*>'?=1\+1</t>", sheets), "it is a text"
    assert "<f>" not in sheets, "there is no formula in it"
    await platform.assert_sound()


async def test_an_operator_brings_eleven_forms_and_one_of_them_is_filled_in(platform: Platform) -> None:
    story = SalesStoryClient(platform, "eleven")
    for _ in range(2):
        brought = await ltc(platform, "forms", str(TEMPLATES), "--activate")
        assert brought.code == 0, brought.err
    codes = {row["code"] for row in (await story.see("/forms?status=live"))["data"]}
    assert {path.stem for path in TEMPLATES.glob("*.json")} <= codes
    deal = await story.deal("Eleven Forms")
    at = f"/opportunities/{deal.ids['opportunity']}"
    values = {"main_cause": "late", "cause": "They had chosen", "turning_point": "In May", "next_time": "Visit in spring"}
    await story.sell("fill_form", f"{at}/forms/failure-summary", ANN, {"values": values})
    await story.sell("lose_opportunity", f"{at}/lose", MAX, {"reason": "competitor", "lesson": "Be there earlier"})
    assert (await story.no("fill_form", f"{at}/forms/failure-summary", ANN, {"values": values}))["code"] == "opportunity-closed"
    late = (await story.see("/opportunities?where=failure-summary.main_cause:eq:late", NAT))["data"]
    assert deal.ids["opportunity"] in {row["opportunity_id"] for row in late}
    evidence = await platform.assert_sound()
    (told,) = facts(evidence, "opportunity.form-filled", about=deal.ids["opportunity"])
    assert told["form"] == "failure-summary"
