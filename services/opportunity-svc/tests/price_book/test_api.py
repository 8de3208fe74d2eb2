"""Price books over HTTP."""

from quote_world import BOOK, ITEMS, World, done, refused, world

__all__ = ["world"]


async def test_a_price_book_is_set_replaced_and_read(world: World) -> None:
    dearer = {**BOOK, "items": [{**ITEMS[0], "list_price": {"amount": 11_000, "currency": "USD"}}]}
    await done(world.max, "/price-books/list", dearer)
    await done(world.max, "/price-books/list", dearer)
    book = (await world.nat.get("/price-books/list")).json()
    assert (book["version"], book["items"][0]["list_price"]["amount"], book["set_by"]) == (2, 11_000, "max")
    assert [row["code"] for row in (await world.nat.get("/price-books")).json()["data"]] == ["list"]
    assert (await world.nat.get("/price-books/none")).status_code == 404
    assert await refused(world.max, "/price-books/list", {**BOOK, "currency": "CNY"}) == (409, "price-in-other-currency")
    assert await refused(world.ann, "/price-books/list", BOOK) == (403, "forbidden")


async def test_a_price_book_is_replaced_only_by_who_saw_the_newest_and_its_history_is_kept(world: World) -> None:
    shown = await world.nat.get("/price-books/list")
    assert (shown.headers["ETag"], shown.json()["actions"]) == ('"1"', [])
    assert (await world.max.get("/price-books/list")).json()["actions"] == ["set_price_book"]
    dearer = {**BOOK, "items": [{**ITEMS[0], "list_price": {"amount": 11_000, "currency": "USD"}}]}
    first = await world.max.post("/price-books/list", json=dearer, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (204, '"2"')
    late = await world.mia.post("/price-books/list", json={**BOOK, "valid_to": "2030-12-31"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    new = await world.mia.post("/price-books/other", json=BOOK, headers={"If-Match": '"1"'})
    assert new.status_code == 412, "there is nothing yet to have seen"
    assert (await world.nat.get("/price-books/other")).status_code == 404
    same = await world.nat.get("/price-books/list", headers={"If-None-Match": '"2"'})
    assert same.status_code == 304
    history = (await world.nat.get("/price-books/list/history")).json()["data"]
    assert [(each["version"], each["actor"], each["data"]["items"][0]["list_price"]["amount"]) for each in history] == [
        (1, "mia", 10_000), (2, "max", 11_000),
    ]  # fmt: skip
    unknown = await world.nat.get("/price-books/none/history")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-price-book")
