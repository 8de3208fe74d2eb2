"""The first page says what is so."""

import re
from pathlib import Path

import pytest
from ltc_runtime.cli.atlas import reactions
from ltc_runtime.service import installed, load

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| \[(?P<service>[a-z]+-svc)\]\([^)]*\) \|[^|]*\| (?P<heard>[^|]*) \|$", re.MULTILINE)


def heard_by_service() -> dict[str, set[str]]:
    """What each service hears from others, from the code."""
    services = [load(name) for name in installed()]
    rows = [row for row in reactions(services) if row["teller"] != row["listener"]]
    return {service.name: {row["event"] for row in rows if row["listener"] == service.name} for service in services}


@pytest.mark.parametrize("service", sorted(heard_by_service()))
def test_the_first_page_names_just_what_a_service_hears_from_others(service: str) -> None:
    page = (ROOT / "README.md").read_text()
    said = {row["service"]: set(re.findall(r"`(\w+)`", row["heard"])) for row in ROW.finditer(page)}
    assert said[service] == heard_by_service()[service]
