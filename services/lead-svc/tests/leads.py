"""Leads over HTTP, as the tests make them."""

from typing import Any

import httpx

LEAD = {
    "company": "Acme",
    "channel": "exhibition",
    "need": "Cards",
    "contact": {"name": "Jo Doe", "email": "jo@acme.example", "phone": "+1 555 0100"},
}
BANT = {"need": "Forty cards", "budget": {"amount": 5_000_000, "currency": "USD"}, "authority": "Head of IT", "timing": "2026-12-24"}
TRIANGLE = {"account_manager": "ann", "solution_manager": "sam", "fulfilment_manager": "fay"}


async def captured(client: httpx.AsyncClient, **changes: Any) -> str:
    """A new lead."""
    answer = await client.post("/leads", json={**LEAD, **changes})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/leads/{answer.json()['lead_id']}"
    return str(answer.json()["lead_id"])


async def owned(client: httpx.AsyncClient, owner: str, **changes: Any) -> str:
    """A new lead that one of us cares for."""
    lead = await captured(client, **changes)
    await done(client, f"/leads/{lead}/assign", owner=owner)
    return lead


async def done(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    """An act that is not refused."""
    answer = await client.post(path, json=body)
    assert answer.is_success, answer.text
    return answer
