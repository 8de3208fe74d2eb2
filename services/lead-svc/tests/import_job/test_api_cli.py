"""`ltc import FILE --leads`, against a service that listens and takes over."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from ltc_cli.file_import import usual_mapping
from ltc_cli.installation import Installation
from ltc_cli.lead_import import import_leads
from ltc_cli.output import CliError
from ltc_runtime.imports import run_imports
from ltc_runtime.process import http_server
from ltc_runtime.settings import Settings

TERMS = {"mapping": "salesforce", "source": "crm", "encoding": "auto", "dry_run": "false"}


@pytest.fixture
async def here(served: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installation]:
    """An installation of one service."""
    monkeypatch.setattr("ltc_cli.lead_import.LOOK_SECONDS", 0.05)
    listening = socket.create_server(("127.0.0.1", 0))
    server = http_server(served.app, Settings())
    tasks = [asyncio.create_task(server.serve([listening])), asyncio.create_task(run_imports(served.log, Settings()))]
    yield Installation(Settings(neighbours={"lead-svc": f"http://127.0.0.1:{listening.getsockname()[1]}"}), None)
    server.should_exit = True
    await tasks[0]
    tasks[1].cancel()
    with suppress(asyncio.CancelledError):
        await tasks[1]


async def test_a_file_is_brought_and_followed_to_its_end(
    served: Any, here: Installation, tmp_path: Path, ann: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    file, token = tmp_path / "leads.csv", served.issuer.token("max", ("sales_manager",))
    file.write_text("Lead ID,Company,Email\n1,Acme,\n2,Bolt,nobody\n")
    assert not await import_leads(here, file, TERMS, token)
    said = capsys.readouterr().out
    assert "2 rows: 1 new leads, 0 known already, 1 refused" in said
    assert "line 3: email: is no mail address" in said
    file.write_text("Lead ID,Company\n1,Acme\n")
    assert await import_leads(here, file, TERMS, token)
    assert "1 rows: 0 new leads, 1 known already, 0 refused" in capsys.readouterr().out
    with pytest.raises(CliError, match="unknown-mapping: No mapping is called own"):
        await import_leads(here, file, {**TERMS, "mapping": "own"}, token)
    with pytest.raises(CliError, match="encoding: Input should be 'auto'"):
        await import_leads(here, file, {**TERMS, "encoding": "ebcdic"}, token)
    file.write_text("x\n1\n")
    with pytest.raises(CliError, match="ended early: no column is called Company"):
        await import_leads(here, file, TERMS, token)


async def test_an_address_book_is_brought_and_followed_to_its_end(
    served: Any, here: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, token = tmp_path / "people.VCF", served.issuer.token("max", ("sales_manager",))
    file.write_text("BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Jo\nORG:Acme\nEND:VCARD\nBEGIN:VCARD\nVERSION:2.1\nN:Doe\nEND:VCARD\n")
    terms = {**TERMS, "mapping": usual_mapping(file)}
    assert not await import_leads(here, file, terms, token)
    said = capsys.readouterr().out
    assert "2 rows: 1 new leads, 0 known already, 1 refused" in said
    assert "line 7: vCard 2.1 is not read: export it as 3.0 or 4.0" in said
    with pytest.raises(CliError, match="name the export's mapping by --mapping"):
        usual_mapping(tmp_path / "leads.csv")
