"""lead-svc, running."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from lead_svc.service import service

sys.path.insert(0, str(Path(__file__).parent))  # so that tests can share what they are made of


@pytest.fixture
async def served(serve: Any) -> Any:
    """lead-svc on a fresh database."""
    return await serve(service)


@pytest.fixture
async def ann(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody of sales."""
    async with served.client("ann", "sales") as client:
        yield client


@pytest.fixture
async def post() -> AsyncIterator[Any]:
    """A mail server."""
    from postbox import postbox

    async with postbox() as box:
        yield box
