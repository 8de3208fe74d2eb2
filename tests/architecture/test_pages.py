"""The pages say what is so."""

import re
from pathlib import Path

import pytest
from ltc_cli.service_map import reactions
from ltc_runtime.service import installed, load

ROOT = Path(__file__).parents[2]
PROSE_WIDTH = 120
ROW = re.compile(r"^\| \[(?P<service>[a-z]+-svc)\]\([^)]*\) \|[^|]*\| (?P<consumed>[^|]*) \|$", re.MULTILINE)


def consumed_by_service() -> dict[str, set[str]]:
    """What each service consumes from others, from the code."""
    services = [load(name) for name in installed()]
    rows = [row for row in reactions(services) if row["publisher"] != row["consumer"]]
    return {service.name: {row["event"] for row in rows if row["consumer"] == service.name} for service in services}


@pytest.mark.parametrize("service", sorted(consumed_by_service()))
def test_the_first_page_names_just_what_a_service_consumes_from_others(service: str) -> None:
    page = (ROOT / "README.md").read_text()
    said = {row["service"]: set(re.findall(r"`(\w+)`", row["consumed"])) for row in ROW.finditer(page)}
    assert said[service] == consumed_by_service()[service]


def files_of_tests() -> list[Path]:
    """Where everything is tested."""
    return [path for room in ("libs", "apps", "services", "tests") for path in (ROOT / room).rglob("test_*.py")]


def test_every_test_that_a_page_names_is_there() -> None:
    written = "\n".join(path.read_text() for path in files_of_tests())
    there = set(re.findall(r"^\s*(?:async )?(?:def )?(test_\w+)(?:\(| = )", written, re.MULTILINE))
    there |= {path.stem for path in files_of_tests()}
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "services").glob("*/README.md"))]
    missing = {page.parent.name: named for page in pages if (named := set(re.findall(r"`(test_\w+)`", page.read_text())) - there)}
    assert missing == {}


def test_no_prose_of_the_first_page_is_wider_than_a_terminal() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert [line for line in lines if len(line) > PROSE_WIDTH and not line.startswith(("|", "    "))] == []
