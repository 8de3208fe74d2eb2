"""`ltc import FILE --leads`: leads of another system, uploaded to lead-svc, and followed until they are imported."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from .installation import Installation
from .output import REFUSED, UNAVAILABLE, CliError, err, out
from .service_client import client, problem_text, request

SERVICE = "lead-svc"
CHUNK = 256 * 1024
LOOK_SECONDS = 0.5
SHOWN = 20
"""Refused rows that are printed; the others are counted."""

PATIENCE = httpx.Timeout(15, read=120)

ROLES = ("sales_manager",)


async def import_leads(here: Installation, file: Path, asked: dict[str, str], token: str) -> bool:
    """Upload FILE and follow its import; returns whether every row is imported now."""
    url, began = f"{here.url(SERVICE)}/leads/imports", time.monotonic()
    async with client(here, ROLES, token) as http:
        import_id = await upload(http, url, file, asked)
        with Progress(TextColumn("{task.fields[said]}"), BarColumn(), TimeElapsedColumn(), console=err, transient=True) as shown:
            task = shown.add_task("", total=None, said="")
            while (now := (await request(http, "GET", f"{url}/{import_id}")).json())["status"] == "running":
                shown.update(task, said=f"{now['rows']:,} rows")
                await anyio.sleep(LOOK_SECONDS)
        report(now, time.monotonic() - began)
        if now["refused"]:
            await show_errors(http, f"{url}/{import_id}/errors?limit={SHOWN}", now["refused"])
    if now["failure"]:
        raise CliError(f"ended early: {now['failure']}", REFUSED)
    return not now["refused"]


async def upload(http: httpx.AsyncClient, url: str, file: Path, asked: dict[str, str]) -> str:
    """Send the file as it is read; returns the import's id."""
    try:
        reply = await http.post(url, params=asked, content=chunks(file), timeout=PATIENCE)
    except httpx.HTTPError as error:
        raise CliError(f"{url} cannot be reached: {type(error).__name__}", UNAVAILABLE) from None
    if reply.status_code != 201:
        raise CliError(problem_text(reply), REFUSED)
    found: str = reply.json()["import_id"]
    return found


async def chunks(file: Path) -> AsyncIterator[bytes]:
    """What is in a file."""
    async with await anyio.open_file(file, "rb") as opened:
        while chunk := await opened.read(CHUNK):
            yield chunk


def report(now: dict[str, Any], seconds: float) -> None:
    """What became of the rows."""
    new = "would be new leads" if now["rehearsal"] else "new leads"
    out.print(f"{now['rows']:,} rows: {now['new']:,} {new}, {now['known']:,} known already, {now['refused']:,} refused ({seconds:.1f} s)")


async def show_errors(http: httpx.AsyncClient, url: str, refused: int) -> None:
    """Why some rows were refused."""
    errors = (await request(http, "GET", url)).json()["data"]
    for error in sorted(errors, key=lambda each: int(each["line"])):
        out.print(f"  line {error['line']}: {error['reason']}", markup=False)
    if refused > len(errors):
        out.print(f"  and {refused - len(errors):,} more")
