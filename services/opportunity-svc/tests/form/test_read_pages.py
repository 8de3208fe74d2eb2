"""Versions of a form and its fills, page by page."""

from deal_world import World
from hand_over_world import world
from pages import every
from vision_form import VISION, label

__all__ = ["world"]


async def test_the_versions_of_a_form_and_what_was_filled_in_are_listed_page_by_page_the_newest_first(world: World) -> None:
    for number in range(1, 4):
        await world.do("mia", "/forms/vision", {**VISION, "name": label(f"Vision {number}")})
    await world.do("mia", "/forms/aim", VISION)
    await world.do("mia", "/forms/vision/2/activate")
    assert [(row["version"], row["status"]) for row in await every(world, "/forms/vision")] == [(3, "draft"), (2, "live"), (1, "draft")]
    assert [(row["code"], row["version"]) for row in await every(world, "/forms", status="draft")] == [
        ("vision", 3), ("vision", 1), ("aim", 1),
    ]  # fmt: skip
    deal = await world.deal()
    for number in range(5):
        await world.do("ann", f"{deal}/forms/vision", {"values": {"goal": f"Aim {number}"}})
    filled = await every(world, f"{deal}/forms/vision")
    assert [(row["fill"], row["values"]["goal"]) for row in filled] == [(fill, f"Aim {fill - 1}") for fill in (5, 4, 3, 2, 1)]
