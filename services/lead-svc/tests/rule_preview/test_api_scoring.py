"""Scoring models over HTTP, on a real log: written, tested against history, and then what counts."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from leads import BANT, TRIANGLE, captured, done, owned

MODEL = {"channels": {"referral": 50, "exhibition": 10}, "need": 5, "authority": 40, "touches": {"each": 5, "most": 20}}


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def let_count(client: httpx.AsyncClient, version: int = 1) -> None:
    await done(client, f"/rule-books/scoring/{version}/back-test", horizon_days=7)
    await done(client, f"/rule-books/scoring/{version}/activate")


async def test_a_lead_is_scored_as_it_comes_and_again_with_everything_we_learn(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await done(max_, "/rule-books/scoring", **MODEL)
    await let_count(max_)
    lead = await owned(ann, "ann", channel="referral")
    await served.react()

    async def shown() -> tuple[int, str, int]:
        row = (await ann.get(f"/leads/{lead}")).json()
        assert sum(factor["points"] for factor in row["factors"]) == row["score"]
        return row["score"], row["band"], row["model_version"]

    assert await shown() == (55, "warm", 1)
    await done(ann, f"/leads/{lead}/interactions", kind="call")
    await served.react()
    assert await shown() == (60, "warm", 1)
    await done(ann, f"/leads/{lead}/qualify", **BANT)
    await served.react()
    assert await shown() == (100, "hot", 1)


async def test_the_most_promising_are_found_first(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    before = await captured(ann)
    await served.react()
    await done(max_, "/rule-books/scoring", **MODEL)
    await let_count(max_)
    hot, cool = await captured(ann, channel="referral"), await captured(ann)
    await served.react()

    async def found(**asked: Any) -> list[str]:
        return [row["lead_id"] for row in (await ann.get("/leads", params=asked)).json()["data"]]

    assert await found(sort="score") == [hot, cool, before]
    assert await found(band="warm") == [hot]
    assert await found(score_from=15) == [cool, hot]
    page = (await ann.get("/leads", params={"sort": "score", "limit": 1})).json()
    rest = (await ann.get("/leads", params={"sort": "score", "cursor": page["next_cursor"]})).json()
    assert [row["lead_id"] for row in rest["data"]] == [cool, before]


async def test_without_a_model_nothing_is_scored(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    await served.react()
    assert (await ann.get(f"/leads/{lead}")).json()["score"] is None
    assert await served.log.pool.fetchval("SELECT count(*) FROM log WHERE type = 'ltc.lead.scored.v1'") == 0


async def test_a_model_counts_only_after_a_test_against_history(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    won, lost = await owned(ann, "ann", channel="referral"), await owned(ann, "ann")
    await done(ann, f"/leads/{won}/qualify", **BANT)
    await done(ann, f"/leads/{won}/convert", **TRIANGLE)
    await done(ann, f"/leads/{lost}/disqualify", reason="No")
    await done(max_, "/rule-books/scoring", **MODEL)
    answer = await max_.post("/rule-books/scoring/1/activate")
    assert (answer.status_code, answer.json()["code"]) == (409, "rules-not-back-tested")
    tested = (await done(max_, "/rule-books/scoring/1/back-test", horizon_days=7)).json()["bands"]
    assert tested == [
        {"band": "hot", "leads": 1, "converted": 1},
        {"band": "warm", "leads": 0, "converted": 0},
        {"band": "cold", "leads": 1, "converted": 0},
    ]
    await done(max_, "/rule-books/scoring/1/activate")
    shown = (await ann.get("/rule-books/scoring/1")).json()
    assert (shown["status"], shown["bands"], shown["activated_by"]) == ("live", tested, "max")


async def test_what_was_found_out_late_does_not_flatter_a_model(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann", channel="referral")
    served.pass_days(8)
    await done(ann, f"/leads/{lead}/qualify", **BANT)
    await done(ann, f"/leads/{lead}/interactions", kind="call")
    await done(ann, f"/leads/{lead}/convert", **TRIANGLE)
    await done(max_, "/rule-books/scoring", **MODEL)

    async def hot(days: int) -> int:
        bands = (await done(max_, "/rule-books/scoring/1/back-test", horizon_days=days)).json()["bands"]
        return int(bands[0]["leads"])

    assert await hot(7) == 0
    assert await hot(9) == 1


async def test_a_preview_says_how_many_would_change_and_changes_nothing(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await done(max_, "/rule-books/scoring", **MODEL)
    await let_count(max_)
    lead = await captured(ann, channel="referral")
    await captured(ann)
    await served.react()
    await done(max_, "/rule-books/scoring", **{**MODEL, "channels": {"referral": 90}})
    assert (await max_.get("/rule-books/scoring/2/preview")).json() == {
        "open_leads": 2, "would_change": 1, "changes": [{"before": "warm", "after": "hot", "leads": 1}],
    }  # fmt: skip
    assert (await ann.get(f"/leads/{lead}")).json()["band"] == "warm"
    statuses = [(row["version"], row["status"]) for row in (await ann.get("/rule-books/scoring")).json()["data"]]
    assert statuses == [(2, "draft"), (1, "live")]
    await let_count(max_, 2)
    statuses = [(row["version"], row["status"]) for row in (await ann.get("/rule-books/scoring")).json()["data"]]
    assert statuses == [(2, "live"), (1, "retired")]


async def test_rules_that_make_no_sense_are_refused_and_are_for_managers(ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    wrong: dict[str, Any]
    for wrong in ({"warm_from": 80}, {"chanels": {}}, {"channels": {"fax": 3}}, {"need": 101}):
        assert (await max_.post("/rule-books/scoring", json=wrong)).status_code == 422
    assert (await ann.post("/rule-books/scoring", json=MODEL)).status_code == 403
    for path in ("/rule-books/scoring/1", "/rule-books/scoring/1/preview"):
        assert (await max_.get(path)).json()["code"] == "unknown-rules"
    assert (await max_.get("/rule-books/weather")).status_code == 422
