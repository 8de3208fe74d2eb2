"""Versions of a price book over HTTP."""

from cpq_desk import PRICES, RACK, SERVER, Desk, desk, put_file, refused, seen

__all__ = ["desk"]


async def test_a_price_book_says_what_it_said_on_any_day_and_quotes_keep_their_version_kill_bill_1395_frappe_2258(desk: Desk) -> None:
    # Kill Bill #1395, Frappe CRM #2258: a new version of the catalogue, or another rate, changes nothing that was quoted.
    quote = await desk.quote(await desk.deal(), SERVER, RACK)
    dearer = PRICES.replace("1000.00", "1100.00")
    body = {"currency": "USD"}
    await put_file(desk.mia, "/price-books/list", dearer, body, {"valid_from": "2020-01-01"}, "/price-books/list/apply")
    shown = await seen(desk.ann, f"/quotes/{quote}")
    assert [(line["price_book"], line["price_book_version"], line["list_price"]["amount"]) for line in shown["lines"]] == [
        ("list", 1, 100_000),
        ("list", 1, 20_000),
    ]
    newer = await seen(desk.ann, f"/quotes/{await desk.quote(shown['opportunity_id'], SERVER)}")
    assert (newer["lines"][0]["price_book_version"], newer["net"]["amount"]) == (2, 99_000)
    versions = (await seen(desk.ann, "/price-books/list/versions"))["data"]
    assert [row["version"] for row in versions] == [2, 1]
    today = versions[0]["set_at"][:10]
    assert (await seen(desk.ann, f"/price-books/list/as-of/{today}"))["version"] == 2
    assert (await desk.ann.get("/price-books/list/as-of/2019-01-01")).json()["code"] == "unknown-price-book"
    empty = {**body, "csv": PRICES.splitlines()[0], "valid_from": "2020-01-01", "difference_hash": "0" * 64}
    assert await refused(desk.mia, "/price-books/list/apply", empty) == (409, "price-file-empty")
