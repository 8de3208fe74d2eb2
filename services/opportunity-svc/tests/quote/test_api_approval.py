"""Approvals of quotes over HTTP."""

from cpq_desk import RACK, SERVER, Desk, desk, good, refused, seen

__all__ = ["desk"]

GRANT = {"max_discount": "0.3", "max_amount": {"amount": 10**9, "currency": "USD"}, "valid_from": "2020-01-01"}


async def test_two_deals_that_look_split_need_the_higher_approver(desk: Desk) -> None:
    may = {"max_discount": "0.1", "valid_from": "2020-01-01"}
    rows = [
        {**may, "role": "sales", "max_amount": {"amount": 100_000, "currency": "USD"}, "min_margin": "0.3"},
        {**may, "role": "sales_manager", "max_amount": {"amount": 150_000, "currency": "USD"}},
    ]
    await good(desk.mia, "/rule-books/discount", {"rows": rows, "split_days": 30})
    first = await desk.quote(await desk.deal(1), SERVER)
    preview = await seen(desk.mia, "/rule-books/discount/1/preview")
    assert (preview["judged"], {row["role"]: row["quotes"] for row in preview["by_role"]}) == (1, {"sales": 1, "sales_manager": 1})
    assert await refused(desk.mia, "/rule-books/discount/1/activate") == (409, "activator-is-drafter")
    await good(desk.max, "/rule-books/discount/1/activate")
    await good(desk.ann, f"/quotes/{first}/submit")
    shown = await seen(desk.ann, f"/quotes/{first}")
    assert (shown["status"], shown["matrix_version"], shown["margin"]) == ("approved", 1, "0.3333")
    second = await desk.quote(await desk.deal(2), SERVER)
    await good(desk.ann, f"/quotes/{second}/submit")
    shown = await seen(desk.ann, f"/quotes/{second}")
    assert (shown["status"], shown["combined"]["amount"], shown["split_with"]) == ("in_approval", 180_000, [first])
    flagged = (await seen(desk.mia, "/quotes?split=true"))["data"]
    assert [row["quote_id"] for row in flagged] == [second]
    approval = {"quote_hash": shown["quote_hash"]}
    assert await refused(desk.mia, f"/quotes/{second}/approve", approval) == (409, "beyond-authority")
    await good(desk.max, "/authority-grants/mia", GRANT)
    await good(desk.mia, f"/quotes/{second}/approve", approval)


async def test_a_copy_of_an_approved_quote_was_approved_by_nobody_odoo_51081(desk: Desk) -> None:
    # Odoo #51081: a block that is bypassed by copying a quote.
    deal = await desk.deal()
    first = await desk.quote(deal, SERVER)
    await good(desk.ann, f"/quotes/{first}/submit")
    await good(desk.max, "/authority-grants/mia", GRANT)
    content = (await seen(desk.ann, f"/quotes/{first}"))["quote_hash"]
    await good(desk.mia, f"/quotes/{first}/approve", {"quote_hash": content})
    copy = await desk.quote(deal, SERVER)
    shown = await seen(desk.ann, f"/quotes/{copy}")
    assert (shown["quote_hash"], shown["status"], shown["approved_by"]) == (content, "draft", None)
    assert await refused(desk.ann, f"/quotes/{copy}/send") == (409, "quote-not-approved")
    await good(desk.ann, f"/quotes/{copy}/submit")
    assert (await seen(desk.ann, f"/quotes/{copy}"))["status"] == "in_approval"


async def test_a_won_deal_takes_no_other_quote_and_its_quote_no_other_lines(desk: Desk) -> None:
    deal = await desk.deal()
    quote = await desk.quote(deal, RACK)
    await good(desk.ann, f"/quotes/{quote}/submit")
    await good(desk.ann, f"/quotes/{quote}/send")
    await good(desk.ann, f"/quotes/{quote}/accept", {})
    await good(desk.ann, f"/opportunities/{deal}/win", {"quote_id": quote})
    lines = {"price_book": "list", "lines": [SERVER]}
    assert await refused(desk.ann, f"/quotes/{quote}/revise", lines) == (409, "quote-final")
    assert await refused(desk.ann, f"/opportunities/{deal}/quotes", lines) == (409, "opportunity-closed")
    about = {"quote_id": quote, "quote_hash": (await seen(desk.ann, f"/quotes/{quote}"))["quote_hash"]}
    assert await refused(desk.ann, f"/opportunities/{deal}/rounds", about) == (409, "opportunity-closed")
