"""The tests of opportunity-svc."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that tests can share what they are made of

from floor import Floor, open_floor


@pytest.fixture
async def floor(serve: Any) -> AsyncIterator[Floor]:
    """A sales floor."""
    async with open_floor(serve) as floor:
        yield floor
