"""From the draft of a quote to a deal that is won or lost, over HTTP."""

from uuid import UUID

import httpx
from opportunity_svc.quote.rules.offer import ExpireQuote
from quote_world import GRANT, LINES, World, done, refused, world

__all__ = ["world"]


async def test_a_deal_is_won_with_a_discount_somebody_else_approved(world: World) -> None:
    deal = await world.deal()
    quote = await world.quote(deal)
    await done(world.ann, f"/quotes/{quote}/submit")
    shown = await world.shown(quote)
    assert (shown["status"], shown["net"], shown["discount"]) == ("in_approval", {"amount": 24_000, "currency": "USD"}, "0.200000")
    await done(world.mia, f"/quotes/{quote}/approve", {"quote_hash": shown["quote_hash"]})
    await done(world.ann, f"/quotes/{quote}/send")
    await done(world.ann, f"/quotes/{quote}/accept", {})
    await done(world.ann, f"/opportunities/{deal}/win", {"quote_id": quote})
    won = (await world.nat.get(f"/opportunities/{deal}")).json()
    assert (won["status"], won["won"], won["quote_id"]) == ("won", {"amount": 24_000, "currency": "USD"}, quote)
    assert [(each["quote_id"], each["status"]) for each in won["quotes"]] == [(quote, "accepted")]
    history = (await world.nat.get(f"/quotes/{quote}/history")).json()["data"]
    assert [event["type"].split(".")[2] for event in history] == [
        "quote-drafted", "quote-approval-requested", "quote-approved", "quote-sent", "quote-accepted"
    ]  # fmt: skip
    opened = (await world.nat.get(f"/opportunities/{deal}/history")).json()["data"][0]
    assert {event["correlation_id"] for event in history} == {opened["correlation_id"]}, "a quote belongs to the deal"


async def test_within_ones_own_authority_a_quote_is_approved_at_once(world: World) -> None:
    await done(world.mia, "/authority-grants/ann", {**GRANT, "max_discount": "0.2"})
    quote = await world.quote(await world.deal())
    await done(world.ann, f"/quotes/{quote}/submit")
    shown = await world.shown(quote)
    assert (shown["status"], shown["approved_by"]) == ("approved", "ann")


async def test_four_eyes_and_authority_hold(world: World) -> None:
    deal = await world.deal()
    answer = await world.mia.post(f"/opportunities/{deal}/quotes", json={"price_book": "list", "lines": [{**LINES[0], "discount": "0.4"}]})
    quote = answer.json()["quote_id"]
    await done(world.mia, f"/quotes/{quote}/submit")
    seen = {"quote_hash": (await world.shown(quote))["quote_hash"]}
    assert await refused(world.mia, f"/quotes/{quote}/approve", seen) == (409, "approver-is-maker")
    assert await refused(world.max, f"/quotes/{quote}/approve", seen) == (409, "beyond-authority")
    assert await refused(world.max, f"/quotes/{quote}/approve", {"quote_hash": "0" * 64}) == (409, "quote-has-changed")
    assert await refused(world.ann, f"/quotes/{quote}/approve", seen) == (403, "forbidden")
    await done(world.max, f"/quotes/{quote}/reject", {"reason": "Too cheap"})
    shown = await world.shown(quote)
    assert (shown["status"], shown["rejection"], shown["rejected_by"]) == ("rejected", "Too cheap", "max")


async def test_a_net_price_agreed_on_is_kept_and_shows_its_discount(world: World) -> None:
    quote = await world.quote(await world.deal(), [{"product": "GTX Pro", "quantity": "3", "net": {"amount": 28_000, "currency": "USD"}}])
    (line,) = (await world.shown(quote))["lines"]
    assert (line["net"]["amount"], line["discount"], line["list_price"]["amount"]) == (28_000, "0.066667", 10_000)


async def test_a_solution_manager_drafts_and_revises_but_does_not_send(world: World) -> None:
    deal = await world.deal()
    answer = await world.sam.post(f"/opportunities/{deal}/quotes", json={"price_book": "list", "lines": LINES})
    quote = answer.json()["quote_id"]
    await done(world.sam, f"/quotes/{quote}/revise", {"price_book": "list", "lines": [{"product": "GTX Pro", "quantity": "1"}]})
    shown = (await world.sam.get(f"/quotes/{quote}")).json()
    assert (shown["revision"], shown["net"]["amount"], shown["actions"]) == (2, 10_000, ["revise_quote"])
    assert await refused(world.sam, f"/quotes/{quote}/submit") == (403, "forbidden")
    await done(world.ann, f"/quotes/{quote}/submit")
    assert (await world.shown(quote))["status"] == "approved", "list price needs nobody's leave"


async def test_a_quote_lapses_after_thirty_days(world: World) -> None:
    quote = await world.quote(await world.deal(), [{"product": "GTX Pro", "quantity": "1"}])
    await done(world.ann, f"/quotes/{quote}/submit")
    await done(world.ann, f"/quotes/{quote}/send")
    world.served.pass_days(30)
    assert await refused(world.ann, f"/quotes/{quote}/accept", {}) == (409, "quote-no-longer-valid")
    expires_on = (await world.shown(quote))["expires_on"]
    await world.served.decide(ExpireQuote(quote_id=UUID(quote), expires_on=expires_on))
    assert (await world.shown(quote))["status"] == "expired"
    assert await world.served.decide(ExpireQuote(quote_id=UUID(quote), expires_on=expires_on)) == 0


async def test_a_lost_deal_leaves_a_lesson_and_takes_no_more_quotes(world: World) -> None:
    deal = await world.deal()
    await done(world.ann, f"/opportunities/{deal}/lose", {"reason": "price", "lesson": "Ask first", "lost_on": "2026-01-31"})
    shown = (await world.ann.get(f"/opportunities/{deal}")).json()
    assert (shown["status"], shown["loss_reason"], shown["lesson"], shown["closed_on"]) == ("lost", "price", "Ask first", "2026-01-31")
    assert shown["actions"] == []
    answer = await refused(world.ann, f"/opportunities/{deal}/quotes", {"price_book": "list", "lines": LINES})
    assert answer == (409, "opportunity-closed")


async def test_drafting_says_what_is_wrong(world: World) -> None:
    deal = await world.deal()
    path = f"/opportunities/{deal}/quotes"
    assert await refused(world.ann, path, {"price_book": "none", "lines": LINES}) == (404, "unknown-price-book")
    assert await refused(world.ann, path, {"price_book": "list", "lines": [{"product": "X", "quantity": 1}]}) == (409, "unknown-product")
    assert await refused(world.ann, path, {"price_book": "list", "lines": []}) == (422, "invalid")
    both = [{**LINES[0], "net": {"amount": 1, "currency": "USD"}}]
    assert await refused(world.ann, path, {"price_book": "list", "lines": both}) == (422, "invalid")
    assert await refused(world.ann, f"/opportunities/{UUID(int=9)}/quotes", {"price_book": "list", "lines": LINES}) == (
        404,
        "unknown-opportunity",
    )


async def test_the_same_key_drafts_once(world: World) -> None:
    path, body = f"/opportunities/{await world.deal()}/quotes", {"price_book": "list", "lines": LINES}
    first, second = [await world.ann.post(path, json=body, headers={"idempotency-key": "row-1"}) for _ in range(2)]
    assert first.json() == second.json()
    assert len((await world.ann.get("/quotes")).json()["data"]) == 1


async def test_deals_and_quotes_are_found_by_what_people_look_for(world: World) -> None:
    first, second = await world.deal(1), await world.deal(2)
    quote = await world.quote(first)
    await done(world.ann, f"/opportunities/{second}/lose", {"reason": "fit", "lesson": "None"})

    async def deals(**filters: str) -> set[str]:
        return {row["opportunity_id"] for row in (await world.nat.get("/opportunities", params=filters)).json()["data"]}

    assert await deals() == {first, second}
    assert await deals(status="open") == {first}
    assert await deals(lead_id=str(UUID(int=2))) == {second}
    assert await deals(account_manager="bob") == set()
    rows = (await world.nat.get("/quotes", params={"opportunity_id": first, "status": "draft", "maker": "ann"})).json()["data"]
    assert [row["quote_id"] for row in rows] == [quote]


async def test_the_actions_shown_are_those_the_caller_may_do(world: World) -> None:
    deal = await world.deal()
    quote = await world.quote(deal)
    await done(world.ann, f"/quotes/{quote}/submit")

    async def actions(client: httpx.AsyncClient, path: str) -> list[str]:
        found: list[str] = (await client.get(path)).json()["actions"]
        return found

    assert await actions(world.ann, f"/quotes/{quote}") == ["revise_quote"]
    assert await actions(world.mia, f"/quotes/{quote}") == ["revise_quote", "approve_quote", "reject_quote"]
    assert await actions(world.nat, f"/quotes/{quote}") == []
    assert await actions(world.sam, f"/opportunities/{deal}") == ["draft_quote", "enter_stage", "fill_form", "book_bid_cost"]
    assert await actions(world.ann, f"/opportunities/{deal}") == [
        "draft_quote", "win_opportunity", "lose_opportunity", "decline_opportunity", "enter_stage", "choose_pipeline",
        "fill_form", "change_opportunity", "book_bid_cost", "suspend_opportunity", "cancel_opportunity",
    ]  # fmt: skip


async def test_a_drafted_quote_says_where_it_is_found(world: World) -> None:
    deal = await world.deal()
    answer = await world.ann.post(f"/opportunities/{deal}/quotes", json={"price_book": "list", "lines": LINES})
    assert answer.headers["Location"] == f"/quotes/{answer.json()['quote_id']}"
    assert answer.headers["ETag"] == (await world.ann.get(answer.headers["Location"])).headers["ETag"]
