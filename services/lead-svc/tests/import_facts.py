"""Imports of leads over HTTP, and their counts."""

from typing import Any

import httpx
from ltc_runtime.imports import import_next_file


async def brought(client: httpx.AsyncClient, data: str | bytes, **asked: Any) -> str:
    answer = await client.post("/leads/imports", content=data, params={"mapping": "salesforce", **asked})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/leads/imports/{answer.json()['import_id']}"
    return str(answer.json()["import_id"])


async def taken(served: Any, client: httpx.AsyncClient, data: str | bytes, **asked: Any) -> dict[str, Any]:
    import_id = await brought(client, data, **asked)
    assert await import_next_file(served.log)
    return await shown(client, import_id)


async def shown(client: httpx.AsyncClient, import_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/leads/imports/{import_id}")).json()
    return {name: found[name] for name in ("status", "rows", "new", "known", "refused", "failure")}


def counts(**said: Any) -> dict[str, Any]:
    return {"status": "finished", "rows": 0, "new": 0, "known": 0, "refused": 0, "failure": None, **said}
