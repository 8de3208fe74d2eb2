"""Contacts over HTTP: captured, and merged by a manager."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from leads import captured, done

JO = {"name": "Jo Doe", "email": "jo@acme.example", "phone": "+1 555 0100"}


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


@pytest.fixture
async def lea(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("lea", "legal") as client:
        yield client


async def met(client: httpx.AsyncClient, contact: dict[str, str], **lead: Any) -> tuple[str, str, str]:
    """A contact, the lead it came with, and its party."""
    row = (await client.get(f"/leads/{await captured(client, contact=contact, **lead)}")).json()
    return row["contact_id"], row["lead_id"], row["party_id"]


async def merged(client: httpx.AsyncClient, one: str, into: str) -> None:
    await done(client, f"/contacts/{one}/merge", into=into, reason="Same mail address as Jo")
