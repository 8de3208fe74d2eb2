"""What the servers of all tests are: processes from packages; with ``LTC_STACK=containers``, containers from images of ours."""

import os
from collections.abc import Iterator

import pytest
from ltc_stack.embedded import EMBEDDED, Servers

STACK = os.environ.get("LTC_STACK", "embedded")
if STACK not in ("embedded", "containers"):
    raise pytest.UsageError(f"LTC_STACK is embedded or containers, not {STACK}")
collect_ignore = [] if STACK == "containers" else ["tests/deploy/test_images.py"]


@pytest.fixture(scope="session")
def made_as() -> Iterator[Servers]:
    """How PostgreSQL and Kafka are made."""
    if STACK == "embedded":
        yield EMBEDDED
        return
    from tests import containers

    yield containers.CONTAINED
    containers.remove_all()
