"""The body of a capture request."""

from typing import Any

import httpx

ALWAYS = {day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}


BODY = {"working_minutes": 240, "calendar": {"zone": "UTC", "week": ALWAYS}}


async def day(client: httpx.AsyncClient, **asked: Any) -> dict[str, list[str]]:
    shown = (await client.get("/my-day", params=asked)).json()
    assert all(part["count"] == len(part["leads"]) for part in shown.values())
    return {name: [lead["lead_id"] for lead in part["leads"]] for name, part in shown.items()}
