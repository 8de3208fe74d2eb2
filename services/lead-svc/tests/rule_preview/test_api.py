"""Nurture rules and mappings of imports, tried before they count, over HTTP on a real log."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from leads import captured, done, owned
from ltc_runtime.imports import import_next_file
from nurture_sequences import RULES, STEP

OWN = {
    "company": ["Firm"],
    "columns": {"email": ["Mail"], "name": ["Who"], "channel": ["Came by"], "key": ["No"], "territory": ["Area"]},
    "channels": {"Fair": "exhibition"},
    "otherwise": "network",
}
HEADER = ["No", "Firm", "Mail", "Came by", "Colour"]


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def rows_in_log(served: Any) -> int:
    found: int = await served.log.pool.fetchval("SELECT count(*) FROM log")
    return found


async def agreed(client: httpx.AsyncClient, **changes: Any) -> str:
    lead = await owned(client, "ann", **changes)
    await done(client, f"/leads/{lead}/consent", given=True, source="Form")
    return lead


async def pooled(client: httpx.AsyncClient, lead: str) -> None:
    await done(client, f"/leads/{lead}/release", reason="Not my trade")


async def test_a_preview_of_nurture_rules_says_who_would_begin_and_who_may_not(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    fits, silent = await agreed(ann), await owned(ann, "ann")
    ended, nameless = await agreed(ann, contact=None), await agreed(ann, contact={"name": "Jo"})
    over = await agreed(ann)
    for lead in (fits, silent, nameless):
        await pooled(ann, lead)
    await done(ann, f"/leads/{ended}/consent", given=True, until="2000-01-01", source="Form")
    await pooled(ann, ended)
    await done(ann, f"/leads/{over}/disqualify", reason="No")
    await served.react()
    await done(max_, "/rule-books/nurture", **RULES)
    before = await rows_in_log(served)
    shown = (await max_.get("/rule-books/nurture/1/preview")).json()
    nobody = {"had_or_busy": 0, "without_consent": 0, "without_address": 0}
    assert shown["triggers"] == [
        {"trigger": "pooled", "sequence": "welcome", "leads": 4, "would_begin": 1, **nobody, "without_consent": 2, "without_address": 2},
        {"trigger": "disqualified", "sequence": "lost", "leads": 1, "would_begin": 1, **nobody},
    ]
    assert shown["going_on"] == []
    assert await rows_in_log(served) == before
    assert (await ann.get(f"/leads/{fits}/nurture")).json()["runs"] == []


async def test_a_preview_says_who_goes_on_with_another_version_and_when_mails_would_go_out(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await done(max_, "/rule-books/nurture", **RULES)
    await done(max_, "/rule-books/nurture/1/activate")
    runs = await agreed(ann)
    await done(ann, f"/leads/{runs}/nurture", sequence="welcome")
    await pooled(ann, runs)
    await served.react()
    never = {"zone": "UTC", "week": {"monday": ["09:00-09:01"]}, "holidays": []}
    await done(max_, "/rule-books/nurture", **{**RULES, "sequences": {"welcome": [STEP, {**STEP, "working_days": 1}], "lost": [STEP]}})
    shown = (await max_.get("/rule-books/nurture/2/preview")).json()
    assert shown["going_on"] == [{"sequence": "welcome", "version": 1, "leads": 1}]
    assert (await max_.get("/rule-books/nurture/1/preview")).json()["going_on"] == []
    (pool, _) = shown["triggers"]
    assert (pool["leads"], pool["would_begin"], pool["had_or_busy"]) == (1, 0, 1)
    assert [(step["sequence"], step["step"], step["subject"]) for step in shown["steps"]] == [
        ("welcome", 0, "News for {company}"), ("welcome", 1, "News for {company}"), ("lost", 0, "News for {company}")
    ]  # fmt: skip
    assert shown["steps"][0]["due"] < shown["steps"][1]["due"]
    assert shown["steps"][1]["due"].endswith("T00:00:00Z"), "as the work of the next day begins"
    assert shown["steps"][0]["due"].startswith(served.log.clock.now().date().isoformat())
    await done(max_, "/rule-books/nurture", calendar=never, sequences={"welcome": [{**STEP, "working_minutes": 10_000}, STEP]})
    assert [step["due"] for step in (await max_.get("/rule-books/nurture/3/preview")).json()["steps"]] == [None, None]


async def test_a_preview_of_a_mapping_says_what_each_row_would_become(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    await done(max_, "/rule-books/import", mappings={"own": OWN})
    rows = [
        ["1", "Acme", "jo@acme.example", "fair", "red"],
        ["2", "", "jo@acme.example", "", ""],
        ["3", "Bolt", "nobody", "", ""],
        ["4", "Cog"],
        ["5", " Dent ", "", "post", ""],
        ["1", "Acme again", "", "", ""],
    ]
    before = await rows_in_log(served)
    shown = (await done(max_, "/rule-books/import/1/preview", mapping="own", header=HEADER, rows=rows)).json()
    assert await rows_in_log(served) == before
    assert (await ann.get("/leads")).json()["data"] == []
    assert shown["failure"] is None
    assert [(column["header"], column["says"]) for column in shown["columns"]] == [
        ("No", ["key"]), ("Firm", ["company"]), ("Mail", ["email"]), ("Came by", ["channel"]), ("Colour", [])
    ]  # fmt: skip
    assert (shown["unmapped"], shown["absent"]) == (["Colour"], ["name", "territory"])
    assert [(row["line"], row["becomes"], row["company"], row["channel"], row["email"], row["reason"]) for row in shown["rows"]] == [
        (2, "new", "Acme", "exhibition", "jo@acme.example", None),
        (3, "refused", None, None, None, "company: is missing"),
        (4, "refused", None, None, None, "email: is no mail address"),
        (5, "refused", None, None, None, "2 columns where the header has 5"),
        (6, "new", "Dent", "network", None, None),
        (7, "known", "Acme again", "network", None, None),
    ]


async def test_a_preview_says_of_a_file_what_its_import_says(served: Any, max_: httpx.AsyncClient) -> None:
    await done(max_, "/rule-books/import", mappings={"own": OWN})
    await done(max_, "/rule-books/import/1/activate")
    rows = [["1", "Acme", "jo@acme.example", "fair", "red"], ["2", "", "", "", ""], ["3", "Bolt", "nobody", "", ""]]
    sample = {"mapping": "own", "header": HEADER, "rows": rows}
    tried = (await done(max_, "/rule-books/import/1/preview", **sample)).json()
    content = "\n".join(",".join(row) for row in [HEADER, *rows])
    import_id = (await max_.post("/leads/imports", content=content, params={"mapping": "own"})).json()["import_id"]
    assert await import_next_file(served.log)
    refused = {row["line"]: row["reason"] for row in tried["rows"] if row["becomes"] == "refused"}
    errors = (await max_.get(f"/leads/imports/{import_id}/errors")).json()["data"]
    assert {row["line"]: row["reason"] for row in errors} == refused
    again = (await done(max_, "/rule-books/import/1/preview", **sample)).json()
    assert [row["becomes"] for row in again["rows"]] == ["known", "refused", "refused"]
    elsewhere = (await done(max_, "/rule-books/import/1/preview", **sample, source="other")).json()
    assert elsewhere["rows"][0]["becomes"] == "new"


async def test_a_sample_that_no_mapping_fits_is_told_so_and_presets_can_be_tried_too(served: Any, max_: httpx.AsyncClient) -> None:
    await done(max_, "/rule-books/import", mappings={"own": OWN})
    path, rows = "/rule-books/import/1/preview", [["Acme"]]
    shown = (await done(max_, path, mapping="own", header=["Company"], rows=rows)).json()
    assert (shown["failure"], shown["rows"]) == ("no column is called Firm: is this the right mapping?", [])
    assert shown["unmapped"] == ["Company"]
    twice = (await done(max_, path, mapping="own", header=["Firm", "firm"], rows=[])).json()
    assert twice["failure"] == "two columns are called Firm"
    assert (await done(max_, path, mapping="salesforce", header=["Company"], rows=rows)).json()["rows"][0]["company"] == "Acme"
    for status, code, body in (
        (404, "unknown-mapping", {"mapping": "nobodys", "header": ["Firm"], "rows": rows}),
        (422, "invalid", {"mapping": "own", "header": [], "rows": rows}),
        (422, "invalid", {"mapping": "own", "header": ["Firm"], "rows": rows * 201}),
    ):
        answer = await max_.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_only_a_manager_previews_and_only_what_was_written(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    await captured(ann)
    sample = {"mapping": "own", "header": ["Firm"], "rows": []}
    assert (await ann.get("/rule-books/nurture/1/preview")).status_code == 403
    assert (await ann.post("/rule-books/import/1/preview", json=sample)).status_code == 403
    assert (await max_.get("/rule-books/nurture/1/preview")).json()["code"] == "unknown-rules"
    assert (await max_.post("/rule-books/import/1/preview", json=sample)).json()["code"] == "unknown-rules"
