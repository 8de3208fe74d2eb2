"""Versions of a quote and alternatives, compared over HTTP."""

from cpq_desk import CATALOGUE, RACK, SERVER, Desk, desk, good, put_file, seen

__all__ = ["desk"]


async def test_alternatives_are_compared_by_price_cost_and_margin(desk: Desk) -> None:
    deal = await desk.deal()
    await desk.quote(deal, SERVER, RACK, option="With a rack")
    await desk.quote(deal, SERVER, option="Without", valid_days=10)
    await put_file(desk.mia, "/catalogue", "\n".join(CATALOGUE.splitlines()[:2]))
    await desk.quote(deal, SERVER, {**RACK, "quantity": "9"})
    found = (await seen(desk.ann, f"/opportunities/{deal}/comparison"))["alternatives"]
    assert [(each["option"], each["net"]["amount"], each["margin"] and each["margin"]["amount"]) for each in found] == [
        ("Without", 90_000, 30_000),
        ("With a rack", 110_000, 40_000),
        (None, 270_000, None),
    ]
    assert [each["cheapest"] for each in found] == [True, False, False]
    assert [each["best_margin"] for each in found] == [False, True, False]
    assert (found[2]["lines_without_cost"], found[1]["margin_rate"]) == ([2], "0.3636")


async def test_any_two_versions_are_laid_side_by_side_and_a_revision_may_give_more_time(desk: Desk) -> None:
    quote = await desk.quote(await desk.deal(), SERVER, RACK, valid_days=5)
    await good(desk.ann, f"/quotes/{quote}/revise", {"price_book": "list", "lines": [{**SERVER, "quantity": "2"}], "valid_days": 60})
    assert [row["revision"] for row in (await seen(desk.ann, f"/quotes/{quote}/versions"))["data"]] == [2, 1]
    step = await seen(desk.ann, f"/quotes/{quote}/versions/1/difference/2")
    assert (step["net_old"]["amount"], step["net_new"]["amount"]) == (110_000, 180_000)
    (changed,) = step["difference"]["changed"]
    assert (changed["key"], [each["field"] for each in changed["changes"]]) == ("SERVER", ["quantity", "net"])
    assert [each["key"] for each in step["difference"]["removed"]] == ["RACK"]
    assert (await desk.ann.get(f"/quotes/{quote}/versions/1/difference/3")).json()["code"] == "unknown-version"
    desk.served.pass_days(6)
    await desk.served.react()
    assert (await seen(desk.ann, f"/quotes/{quote}"))["status"] == "draft", "it was given more time"
    desk.served.pass_days(60)
    await desk.served.react()
    assert (await seen(desk.ann, f"/quotes/{quote}"))["status"] == "expired"
