"""Versions of a rule book, page by page."""

from typing import Any

from deal_world import World, usd
from hand_over_world import world
from pages import every

__all__ = ["world"]


def matrix(most: int) -> dict[str, Any]:
    """What sales may allow: so many cents."""
    return {"rows": [{"role": "sales", "max_discount": "0.1", "max_amount": usd(most), "valid_from": "2020-01-01"}]}


async def test_the_versions_of_a_rule_book_are_listed_page_by_page_the_newest_first(world: World) -> None:
    for number in range(1, 6):
        await world.do("mia", "/rule-books/discount", matrix(number))
    await world.do("max", "/rule-books/discount/4/activate")
    listed = await every(world, "/rule-books/discount")
    assert [(row["version"], row["status"]) for row in listed] == [(5, "draft"), (4, "live"), (3, "draft"), (2, "draft"), (1, "draft")]
    assert [row["rules"]["rows"][0]["max_amount"] for row in listed] == [usd(number) for number in (5, 4, 3, 2, 1)]
    assert [row["version"] for row in await every(world, "/rule-books/discount", status="draft")] == [5, 3, 2, 1]
    assert await every(world, "/rule-books/configuration") == []
