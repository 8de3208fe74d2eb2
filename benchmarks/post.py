"""`POST /leads` whole, against a bare route with one INSERT."""

import asyncio
import itertools
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack

from .measure import Figure, compare
from .wrk import posts

SECONDS = 8.0
_runs = itertools.count(1)


@asynccontextmanager
async def uvicorn(app: str, **environment: str) -> AsyncIterator[str]:
    """An ASGI app as a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "uvicorn", app, "--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log",
        "--log-level", "warning", env={**os.environ, **environment},
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        await answers(url)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def answers(url: str) -> None:
    """Wait until something listens."""
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            try:
                await client.get(url)
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}")


async def post(*, traced: bool = False, name: str = "post") -> Figure:
    """64 connections, one process each."""
    async with AsyncExitStack() as cleanup:
        tracing = {"OTEL_EXPORTER_OTLP_ENDPOINT": await cleanup.enter_async_context(uvicorn("benchmarks.collector:app"))} if traced else {}
        directory = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="ltc-bench-")))
        stack = Stack(Settings(data_dir=directory), services=["lead-svc"], environment=tracing)
        await stack.start_servers()
        cleanup.push_async_callback(stack.stop)
        stack._ports.assign("lead-svc")
        lead = stack.add("lead-svc", roles=["api"])
        await stack.supervisor.ready()
        bare = await cleanup.enter_async_context(uvicorn("benchmarks.bare:app", BARE_DATABASE=stack.postgres_url, **tracing))
        token = stack.token("anna", ["sales"])
        return await compare(
            name,
            lambda: posts(lead.url, token, SECONDS, f"run{next(_runs)}"),
            lambda: posts(bare, token, SECONDS, "bare"),
            "requests/s",
            1.3,
        )


async def post_traced() -> Figure:
    """The same, every request traced and exported on both sides."""
    return await post(traced=True, name="post-traced")
