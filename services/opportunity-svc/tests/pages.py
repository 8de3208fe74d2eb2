"""Pages of a list, read one by one."""

from typing import Any

from deal_world import World


async def every(world: World, path: str, limit: int = 2, **asked: Any) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await world.look("max", path, limit=limit, **asked, **cursor)
        assert len(page["data"]) <= limit
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}
