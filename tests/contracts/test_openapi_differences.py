"""The APIs are those from before the services were moved into features, but for what a list says."""

import copy

import pytest

from .frozen import SERVICES, openapi
from .openapi_differences import before, differences, is_listed, listed, operations


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_differs_from_before_only_as_listed(service: str) -> None:
    found = differences(before(service), operations(openapi(service)))
    assert [difference for difference in found if not is_listed(service, difference, listed())] == []


def test_every_listed_difference_is_there() -> None:
    found = {service: list(differences(before(service), operations(openapi(service)))) for service in SERVICES}
    assert [row for row in listed() if not any(is_listed(row.service, one, [row]) for one in found[row.service])] == []


def test_a_field_that_disappears_would_be_seen() -> None:
    old = before("order-svc")
    new = copy.deepcopy(old)
    del new["GET /orders/{order_id}"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["status"]
    (found,) = differences(old, new)
    assert found == "GET /orders/{order_id}/responses/200/content/application/json/schema/properties/status removed"
    assert not is_listed("order-svc", found, listed())
