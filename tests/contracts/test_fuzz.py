"""Anything at all is thrown at the five real services: they answer as they say they do, and their books stay sound."""

import asyncio
import sys
from pathlib import Path

import pytest

from ..platform import Platform

pytestmark = [pytest.mark.stack, pytest.mark.slow]

SECONDS = 20
ROLES = ("sales", "sales_manager", "solution", "fulfilment", "legal", "finance", "analyst", "operator")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


async def thrown_at(platform: Platform, service: str, directory: Path) -> tuple[int, str]:
    """How schemathesis ends, and what it said."""
    token = platform.stack.token("fuzz", ROLES)
    program = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{platform.api_client.urls[service]}/openapi.json",
        "--header", f"Authorization: Bearer {token}",
        "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-time", str(SECONDS), "--seed", "1", "--no-color",
        "--request-timeout", "20", "--continue-on-failure", "--no-shrink", "--suppress-health-check", "all", "--warnings", "off",
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *program, cwd=directory, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_whatever_is_thrown_at_them_the_services_answer_as_described_and_stay_sound(platform: Platform, tmp_path: Path) -> None:
    names = platform.stack.names
    outcomes = await asyncio.gather(*(thrown_at(platform, name, tmp_path) for name in names))
    failed = {name: said[-6000:] for name, (status, said) in zip(names, outcomes, strict=True) if status}
    assert not failed, "\n\n".join(f"{name}\n{said}" for name, said in failed.items())
    await platform.assert_sound()
