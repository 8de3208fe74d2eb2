"""A service is the same six rooms, and only one of them waits."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("lead", "opportunity", "contract", "order", "billing")
ROOMS = {"__init__", "py.typed", "service", "domain", "policies", "projections", "api"}
"""A room is a file, or a folder of files once one would be too long."""
VAGUE = re.compile(r"^(utils?|common|helpers?|managers?|base|misc|shared)$")


def package(service: str) -> Path:
    """Where a service's code lives."""
    return ROOT / "services" / f"{service}-svc" / f"{service}_svc"


def modules(root: Path) -> list[Path]:
    """Its Python files."""
    return sorted(path for path in root.rglob("*.py") if "__pycache__" not in path.parts)


def waits(path: Path) -> list[int]:
    """The lines of a file that are asynchronous."""
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    return [node.lineno for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def test_imports_keep_to_the_house_rules() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 broken" in ran.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_same_rooms_as_every_other(service: str) -> None:
    there = {path.name.removesuffix(".py") for path in package(service).iterdir()} - {"__pycache__"}
    assert there == ROOMS


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_waits_outside_the_api(service: str) -> None:
    api = (package(service) / "api", package(service) / "api.py")
    waiting = {
        str(path.relative_to(ROOT)): lines
        for path in modules(package(service))
        if not any(path.is_relative_to(room) for room in api) and (lines := waits(path))
    }
    assert waiting == {}


def test_a_waiting_function_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text("def plain():\n    async def hidden():\n        return 1\n    return hidden\n")
    assert waits(tmp_path / "rule.py") == [2]


def test_no_file_has_a_vague_name() -> None:
    vague = [
        str(path.relative_to(ROOT)) for room in ("libs", "services", "tests") for path in modules(ROOT / room) if VAGUE.match(path.stem)
    ]
    assert vague == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_machinery_of_its_own(service: str) -> None:
    machinery = re.compile(
        r"\b(import (aiokafka|asyncpg|uvicorn|httpx|logging)|from (aiokafka|asyncpg|uvicorn|httpx|logging)\b|create_pool|BaseSettings)"
    )
    seen = {str(path.relative_to(ROOT)) for path in modules(package(service)) if machinery.search(path.read_text())}
    assert seen == set()


def test_the_checker_shares_no_code_with_what_it_checks() -> None:
    shared = re.compile(r"^\s*(from|import) (ltc_|lead_svc|opportunity_svc|contract_svc|order_svc|billing_svc)", re.MULTILINE)
    production = {
        path.name
        for path in modules(ROOT / "tests" / "checker")
        if not path.name.startswith(("test_", "conftest")) and shared.search(path.read_text())
    }
    assert production == set()


def test_every_benchmark_can_be_begun() -> None:
    ran = subprocess.run([sys.executable, "-m", "benchmarks", "no-such"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, "no benchmark no-such; there are append-64" in ran.stderr) == (2, True), ran.stderr
