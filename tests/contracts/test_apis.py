"""Five APIs: described by snapshots whose diff is reviewed, closed to whoever has no role, and true to their description under fire."""

import json
from typing import Any

import pytest

from .frozen import APIS, SERVICES, openapi, text

PUBLIC = {"/livez", "/readyz", "/metrics", "/docs", "/openapi.json", "/redoc"}


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_is_what_its_snapshot_says(service: str) -> None:
    path = APIS / f"{service}.json"
    assert path.exists(), "new: write it with `python -m tests.contracts`"
    assert text(openapi(service)) == path.read_text(), "changed: look at it, then write it with `python -m tests.contracts`"


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_name_of_its_own_and_says_who_may_and_what_can_go_wrong(service: str) -> None:
    operations = [operation for path in openapi(service)["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["summary"]
        closed = {"401", "403"} if operation.get("security") != [] else {"404"}  # nobody is asked who they are: a link is known or not
        assert closed <= operation["responses"].keys(), operation["operationId"]


def described(schema: dict[str, Any]) -> set[str]:
    """The paths of a description."""
    return set(schema["paths"])


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_public_is_not_an_operation(service: str) -> None:
    assert not described(json.loads((APIS / f"{service}.json").read_text())) & PUBLIC
