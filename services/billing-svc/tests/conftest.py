"""billing-svc, tested."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from billing_svc.service import service

sys.path.insert(0, str(Path(__file__).parent))  # so that tests can share what they are made of


from billing_world import World


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    served = await serve(service)
    async with AsyncExitStack() as stack:
        fin = await stack.enter_async_context(served.client("fin", "finance"))
        nat = await stack.enter_async_context(served.client("nat", "analyst"))
        yield World(served, fin, nat)
