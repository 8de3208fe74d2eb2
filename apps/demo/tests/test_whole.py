"""The demo on the whole stack: everything adds up, a second run changes nothing, killed services are waited for."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ltc_demo import own_format
from ltc_demo.deal_file import read
from ltc_demo.demo import FAILED, FOLDER, PASSED, USAGE_ERROR, demo, main, sample
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack
from rich.console import Console

REFUSALS = 8

pytestmark = [pytest.mark.stack, pytest.mark.slow]


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with Stack(Settings(data_dir=tmp_path_factory.mktemp("demo"))) as stack:
        yield stack


@pytest.fixture(autouse=True)
def here(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo finds the stack that runs, and leaves it running."""
    monkeypatch.setenv("LTC_DATA_DIR", str(stack.directory))


async def driven(path: Path, *, story: bool = False) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=160)
    code = await demo(read(path), console, with_story=story)
    return code, console.file.getvalue()  # type: ignore[attr-defined]


def chapters(text: str) -> list[str]:
    """What the story says, from its first heading on."""
    return text.partition("\n1  ")[2].partition("\nFunnel")[0].splitlines()


def heads(text: str) -> str:
    found = re.search(r"Heads of the logs: (.*)", text)
    assert found is not None, text
    return found[1]


async def test_the_sample_goes_from_lead_to_cash_though_every_service_is_killed_and_a_second_run_changes_nothing(stack: Stack) -> None:
    driving = asyncio.create_task(driven(sample(), story=True))
    for name in stack.names:
        await asyncio.sleep(1.0)
        await stack.services[name].kill()
    code, text = await driving
    assert code == PASSED, text
    assert "All of it adds up." in text
    again, second = await driven(sample(), story=True)
    assert again == PASSED, second
    assert heads(second) == heads(text)
    assert chapters(second) == chapters(text)
    assert text.count("✗") == REFUSALS, "the story's refusals are shown, and no check failed"
    left = {path.name for path in (stack.directory / FOLDER).iterdir()}
    assert {"quote-P-1-en.pdf", "quote-P-2-zh.pdf", "leads.csv", "opportunities.xlsx", "facts-P-1.csv"} <= left


async def test_a_row_that_cannot_be_read_is_a_fault_of_the_file_and_the_rest_is_done(stack: Stack, tmp_path: Path) -> None:
    cells = dict.fromkeys(own_format.COLUMNS, "") | {
        "deal": "BAD-1", "stage": "lead", "company": "Acme", "channel": "site", "need": "Pumps", "owner": "Eva", "manager": "Max",
        "region": "west", "currency": "USD", "items": "PMP-100*1", "captured": "2024-01-01",
    }  # fmt: skip
    (tmp_path / "prices.csv").write_text((sample().parent / "prices.csv").read_text(encoding="utf-8"), encoding="utf-8")
    lines = [",".join(own_format.COLUMNS), ",".join(cells.values()), ",".join((cells | {"deal": "BAD-2", "captured": "soon"}).values())]
    (tmp_path / "deals.csv").write_text("\n".join(lines), encoding="utf-8")
    code, text = await driven(tmp_path / "deals.csv")
    assert code == FAILED
    assert re.search(r"✗ +rows read +2 +1", text), text
    assert re.search(r"✓ +leads captured +1", text), text


def test_a_file_of_another_kind_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    console = Console(file=io.StringIO(), width=160)
    assert main(tmp_path / "x.csv", console=console) == USAGE_ERROR
    assert "the header is none we know" in console.file.getvalue()  # type: ignore[attr-defined]
