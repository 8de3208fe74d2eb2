"""The party of a lead, over HTTP."""

import httpx


async def party_of(client: httpx.AsyncClient, lead: str) -> str:
    return str((await client.get(f"/leads/{lead}")).json()["party_id"])
