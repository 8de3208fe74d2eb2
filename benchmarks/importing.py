"""Leads from a file through lead-svc, against the plainest thing that stores the same rows."""

import asyncio
import csv
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import anyio
import asyncpg
import httpx
import psutil
from lead_svc.service import service
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.imports import ROWS, import_next_file
from ltc_runtime.log import migrate, open_log
from ltc_runtime.settings import Settings

from .measure import Figure
from .place import LOGIN, database, server

COUNT = int(os.environ.get("LTC_BENCH_ROWS", "1000000"))
HEADER = ["Lead ID", "Company", "First Name", "Last Name", "Email", "Phone", "Lead Source", "Description"]
CHUNK = 256 * 1024
MIB = 1024 * 1024

PLAIN = "CREATE TABLE plain (key text PRIMARY KEY, company text, first text, last text, email text, phone text, source text, need text)"
INSERT = "INSERT INTO plain VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"


@dataclass(frozen=True)
class ImportFigure(Figure):
    """A rate, and how much memory the process took at most while it imported."""

    rows: int
    before: int
    peak: int
    again: float

    def line(self) -> str:
        """The line, with memory in MiB and the rate of the same file once more."""
        memory = f"rss_before={self.before // MIB} rss_peak={self.peak // MIB}"
        return f"{super().line()} rows={self.rows} {memory} again={self.again:.0f}"


def rows() -> Iterator[list[str]]:
    """Leads of a made-up CRM."""
    for n in range(COUNT):
        yield [
            f"Q{n:08}", f"Company {n % 300_000}", f"Jo {n % 977}", f"Doe {n}", f"jo.{n}@company.example", f"+1 555 {n % 10_000_000:07}",
            ("Web", "Trade Show", "Word of mouth", "Other")[n % 4], "Forty graphics cards, by spring if that can be done",
        ]  # fmt: skip


def write(path: Path) -> None:
    """The file."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(rows())


async def chunks(path: Path) -> AsyncIterator[bytes]:
    """What is in it."""
    async with await anyio.open_file(path, "rb") as opened:
        while chunk := await opened.read(CHUNK):
            yield chunk


class Memory:
    """Watches what this process takes."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.before = self.peak = self._process.memory_info().rss

    async def watch(self) -> None:
        """Look again and again."""
        while True:
            self.peak = max(self.peak, self._process.memory_info().rss)
            await asyncio.sleep(0.05)


async def bring(client: httpx.AsyncClient, path: Path) -> str:
    """Send the file."""
    answer = await client.post("/leads/imports", params={"mapping": "salesforce"}, content=chunks(path))
    answer.raise_for_status()
    return str(answer.json()["import_id"])


async def ours(owner: str, login: str, path: Path, memory: Memory) -> tuple[float, float]:
    """Bring the file and take it over, twice; returns both rates. Nothing reacts meanwhile."""
    await migrate(owner, service, login=LOGIN)
    log = await open_log(login, service)
    issuer = Issuer(path.parent / "issuer")
    app = create_app(service, log, Settings(jwks=str(issuer.jwks)))
    headers = {"authorization": f"Bearer {issuer.token('max', ('sales_manager',))}"}
    rates = []
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers, timeout=None) as client:
        for new in (COUNT, 0):
            watching = asyncio.create_task(memory.watch())
            began = time.perf_counter()
            import_id = await bring(client, path)
            await import_next_file(log)
            rates.append(COUNT / (time.perf_counter() - began))
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            said = (await client.get(f"/leads/imports/{import_id}")).json()
            assert (said["status"], said["rows"], said["new"]) == ("finished", COUNT, new), said
    await log.stop()
    return rates[0], rates[1]


async def plain(owner: str, path: Path) -> float:
    """Read the rows and insert them, as many at a time."""
    connection = await asyncpg.connect(owner)
    await connection.execute(PLAIN)
    began = time.perf_counter()
    with path.open(newline="") as opened:
        reader = csv.reader(opened)
        next(reader)
        while some := list(islice(reader, ROWS)):
            await connection.executemany(INSERT, some)
    rate = COUNT / (time.perf_counter() - began)
    await connection.close()
    return rate


async def import_() -> ImportFigure:
    """A file of LTC_BENCH_ROWS rows (a million): each a lead, its contact sealed with a key of its own, in log and read models."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "leads.csv"
        write(path)
        memory = Memory()
        async with server() as postgres:
            first, again = await ours(*await database(postgres), path, memory)
            bare = await plain((await database(postgres))[0], path)
    return ImportFigure("import", first, bare, "rows/s", 0.1, (first / bare,), COUNT, memory.before, memory.peak, again)
