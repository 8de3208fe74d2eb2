"""What one service decides, the other holds: over a real broker and two real databases."""

from wire_world import World


async def test_what_is_told_is_heard_once_and_byte_for_byte(here: World) -> None:
    here.start_relay()
    here.start_hear()
    await here.baskets(30, close=True)
    await here.all_heard()


async def test_a_backlog_of_thousands_is_told_and_heard(here: World) -> None:
    await here.baskets(3000, close=True)
    here.start_relay()
    here.start_hear()
    await here.all_told()
    await here.all_heard()
