"""Schemathesis against every installed service: no server error, no status, content type or answer that is not documented."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from ltc_runtime.edge import ROLES
from ltc_runtime.edge.app import create_app
from ltc_runtime.edge.issuer import Issuer
from ltc_runtime.log import open_log
from ltc_runtime.process import http
from ltc_runtime.service import Service, installed, load
from ltc_runtime.settings import Settings
from ltc_runtime.stack.postgres import Postgres
from machine import database, template

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance"
EXAMPLES = 5
"""Per operation, beside the boundaries of every field."""
SECONDS = 240


@asynccontextmanager
async def served(service: Service, postgres: Postgres, issuer: Issuer) -> AsyncIterator[str]:
    """The service on a port of its own; yields its address."""
    fresh = await database(postgres, await template(postgres, service))
    log = await open_log(fresh.login, service)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = Settings(service=service.name, jwks=str(issuer.jwks), after_seconds=0.05, drain_seconds=1)
        server = http(create_app(service, log, settings), settings)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
            await log.stop()


@pytest.mark.slow
@pytest.mark.parametrize("name", installed())
async def test_nothing_undocumented_is_answered(name: str, postgres: Postgres, issuer: Issuer) -> None:
    # `service` apart: that role is for machines, and a person may not hold it.
    token = issuer.token("anna", ROLES - {"service"})
    async with served(load(name), postgres, issuer) as url, asyncio.timeout(SECONDS):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "-H", f"Authorization: Bearer {token}",
            "--checks", CHECKS,
            "--mode", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--no-color",
            "--workers", "1", "--seed", "20261124", "--generation-database", "none", "--request-timeout", "20",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output[-8000:]
