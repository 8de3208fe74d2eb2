"""One quote of several is accepted, over HTTP, on a real log."""

import asyncio
from uuid import UUID

from floor import Floor, good, refused, seen
from opportunity_svc.quote.rules.offer import ExpireQuote

CHEAP = {"product": "SERVER", "quantity": "1", "discount": "0.05"}


async def test_an_accepted_quote_supersedes_the_others_of_its_deal_and_no_other(floor: Floor) -> None:
    deal, elsewhere = await floor.deal(1), await floor.deal(2)
    chosen, rival, draft, apart = await floor.sent(deal), await floor.sent(deal), await floor.quote(deal), await floor.sent(elsewhere)
    await good(floor.ann, f"/quotes/{chosen}/accept", {})
    assert [await floor.stands(each) for each in (chosen, rival, draft, apart)] == ["accepted", "superseded", "superseded", "sent"]
    shown = await seen(floor.ann, f"/quotes/{rival}")
    assert (shown["superseded_by"], shown["actions"]) == (chosen, [])
    assert await refused(floor.ann, f"/quotes/{rival}/accept", {}) == (409, "quote-not-sent")
    assert await refused(floor.ann, f"/quotes/{rival}/send") == (409, "quote-not-approved")
    assert await refused(floor.ann, f"/quotes/{draft}/submit") == (409, "quote-not-draft")
    listed = (await seen(floor.nat, "/quotes", status="superseded", opportunity_id=deal))["data"]
    assert {row["quote_id"] for row in listed} == {rival, draft}
    history = (await seen(floor.nat, f"/quotes/{rival}/history"))["data"]
    assert history[-1]["type"] == "ltc.opportunity.quote-superseded.v1"
    compared = (await seen(floor.nat, f"/opportunities/{deal}/comparison"))["alternatives"]
    assert sorted(row["status"] for row in compared) == ["accepted", "superseded", "superseded"]


async def test_a_won_deal_leaves_no_open_quote_and_the_timer_finds_nothing(floor: Floor) -> None:
    deal = await floor.deal()
    chosen = await floor.sent(deal)
    await good(floor.ann, f"/quotes/{chosen}/accept", {})
    late = await floor.quote(deal, CHEAP)
    assert await floor.stands(late) == "draft", "the customer may change their mind until the deal is won"
    await good(floor.ann, f"/opportunities/{deal}/win", {"quote_id": chosen})
    assert [await floor.stands(each) for each in (chosen, late)] == ["accepted", "superseded"]
    expires = (await seen(floor.nat, f"/quotes/{late}"))["expires_on"]
    await floor.served.decide(ExpireQuote(quote_id=UUID(late), expires_on=expires))
    assert await floor.stands(late) == "superseded"


async def test_of_acceptances_at_the_same_moment_exactly_one_counts(floor: Floor) -> None:
    deal = await floor.deal()
    quotes = [await floor.sent(deal, CHEAP) for _ in range(4)]
    answers = await asyncio.gather(*(floor.ann.post(f"/quotes/{each}/accept", json={}) for each in quotes))
    stand = [await floor.stands(each) for each in quotes]
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"quote-not-sent"}
    assert (stand.count("accepted"), stand.count("superseded")) == (1, 3)
