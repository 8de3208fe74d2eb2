"""Merged leads over HTTP."""

from typing import Any

import httpx
from leads import done

ALWAYS = {day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}


RESPONSE = {"working_minutes": 240, "calendar": {"zone": "UTC", "week": ALWAYS}}


async def row(client: httpx.AsyncClient, lead: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/leads/{lead}")).json()
    return found


async def let_count(client: httpx.AsyncClient, book: str, rules: dict[str, Any]) -> None:
    await done(client, f"/rule-books/{book}", **rules)
    await done(client, f"/rule-books/{book}/1/activate")
