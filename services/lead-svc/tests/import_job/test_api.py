"""Importing leads over HTTP, on a real log."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx
import pytest
import xlsxwriter
from import_facts import brought, counts, shown, taken
from lead_svc.import_job.api import imports
from leads import done
from ltc_events import FileRow
from ltc_runtime import imports as imports_module
from ltc_runtime.imports import ImportRun, import_next_file
from ltc_runtime.shutdown import Shutdown, Stopped

HEADER = "Lead ID,Company,Last Name,Email,Lead Source\n"
ROWS = "".join(f"Q{number},Company {number},Doe {number},jo{number}@acme.example,Web\n" for number in range(450))
BAD = "Q1000,,Doe,,\nQ1001,Acme,Doe,nobody,\nQ1002,Acme\n"


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Who manages sales."""
    async with served.client("max", "sales_manager") as client:
        yield client


async def leads(served: Any) -> int:
    found: int = await served.log.pool.fetchval("SELECT count(*) FROM read.lead_list")
    return found


async def test_a_file_is_taken_over_once_and_says_which_rows_it_cannot(served: Any, max_: httpx.AsyncClient) -> None:
    data = HEADER + ROWS + BAD
    assert await taken(served, max_, data) == counts(rows=453, new=450, refused=3)
    lead = (await max_.get("/leads", params={"limit": 1})).json()["data"][0]
    assert (lead["channel"], lead["status"]) == ("site", "captured")
    number = lead["company"].removeprefix("Company ")
    contact = (await max_.get(f"/leads/{lead['lead_id']}/contact")).json()
    assert (contact["name"], contact["email"]) == (f"Doe {number}", f"jo{number}@acme.example")
    first = (await max_.get("/leads/imports")).json()["data"][0]["import_id"]
    errors = (await max_.get(f"/leads/imports/{first}/errors")).json()["data"]
    assert [(error["line"], error["reason"]) for error in errors] == [
        (454, "2 columns where the header has 5"),
        (453, "email: is no mail address"),
        (452, "company: is missing"),
    ]
    assert await taken(served, max_, data) == counts(rows=453, known=450, refused=3)
    assert await leads(served) == 450


async def test_nothing_of_a_person_or_a_file_is_stored_in_the_open_or_stays_behind(served: Any, max_: httpx.AsyncClient) -> None:
    await brought(max_, HEADER + "Q1,Acme,Zebedee,zebedee@acme.example,Web\n")
    assert not await served.log.pool.fetchval("SELECT count(*) FROM upload_part WHERE position('Zebedee'::bytea IN bytes) > 0")
    keys = await served.log.pool.fetchval("SELECT count(*) FROM personal_key")
    await import_next_file(served.log)
    assert not await served.log.pool.fetchval("SELECT count(*) FROM log t WHERE t::text ILIKE '%zebedee%'")
    assert await served.log.pool.fetchval("SELECT count(*) FROM personal_key") == keys  # the file's is gone, the contact's came
    assert await served.log.pool.fetchval("SELECT (SELECT count(*) FROM upload) + (SELECT count(*) FROM upload_part)") == 0


async def test_a_dry_run_says_what_would_be_and_changes_nothing(served: Any, max_: httpx.AsyncClient) -> None:
    assert await taken(served, max_, HEADER + ROWS + BAD, dry_run=True) == counts(rows=453, new=450, refused=3)
    assert await leads(served) == 0
    assert await served.log.pool.fetchval("SELECT count(*) FROM personal_key") == 0


async def test_a_row_that_comes_again_in_the_next_batch_is_known(
    served: Any, max_: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is made ready before the one before it is on disk."""
    monkeypatch.setattr(imports_module, "ROWS", 50)
    data = HEADER + "".join(row + "\n" for row in ROWS.splitlines()[:100] for _ in range(2))
    assert await taken(served, max_, data) == counts(rows=200, new=100, known=100)
    parts = [ROWS.splitlines()[start : start + 50] for start in (100, 100, 150, 100)]
    data = HEADER + "".join(row + "\n" for part in parts for row in part)
    assert await taken(served, max_, data) == counts(rows=200, new=100, known=100)
    assert await leads(served) == 200
    keys = "SELECT count(*) FROM personal_key k WHERE NOT EXISTS (SELECT FROM read.lead_contact c WHERE c.contact_id = k.subject)"
    assert await served.log.pool.fetchval(keys) == 0, "each key is of somebody"


async def test_whoever_goes_on_goes_on_where_it_was(served: Any, max_: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process stops between two batches; the next one notes every row once."""
    import_id = await brought(max_, HEADER + ROWS)
    monkeypatch.setattr(imports_module, "ROWS", 100)
    shutdown, batches = Shutdown(), []
    look = shutdown.check

    def stop_later() -> None:
        batches.append(1)
        if len(batches) == 3:
            shutdown.request()
        look()

    monkeypatch.setattr(shutdown, "check", stop_later)
    with pytest.raises(Stopped):
        await import_next_file(served.log, shutdown)
    assert await shown(max_, import_id) == counts(status="running", rows=200, new=200)
    assert await import_next_file(served.log)
    assert await shown(max_, import_id) == counts(rows=450, new=450)
    assert not await import_next_file(served.log)


async def test_cut_off_at_any_moment_it_takes_every_row_over_once(
    served: Any, max_: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports_module, "ROWS", 20)
    import_id = await brought(max_, HEADER + ROWS)
    cut = 0
    while await served.log.pool.fetchval("SELECT count(*) FROM upload"):
        work = asyncio.create_task(import_next_file(served.log))
        await asyncio.wait([work], timeout=0.03 + cut * 0.01)
        cut += work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert cut > 2
    assert await shown(max_, import_id) == counts(rows=450, new=450)
    assert await leads(served) == 450


async def test_two_that_take_the_same_file_over_note_no_row_twice(served: Any, max_: httpx.AsyncClient) -> None:
    import_id = await brought(max_, HEADER + ROWS)
    row = await served.log.pool.fetchrow("SELECT stream, stream_id FROM upload")
    kind = served.log.service.imports[0]
    stream = kind.decider.of(row["stream_id"])
    both = [ImportRun(served.log, kind, stream, Shutdown()).go_on() for _ in range(2)]
    await asyncio.gather(*both, return_exceptions=True)
    await import_next_file(served.log)
    assert await shown(max_, import_id) == counts(rows=450, new=450)


async def test_a_workbook_in_chinese_is_taken_over(served: Any, max_: httpx.AsyncClient) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["数据ID", "公司名称", "联系人", "手机", "线索来源"])
        sheet.write_row(1, 0, ["63f", "华为技术", "张三", 13812345678, "展会"])
        sheet.write_row(2, 0, ["640", "中兴", "", "", ""])
    assert await taken(served, max_, out.getvalue(), mapping="jiandaoyun") == counts(rows=2, new=2)
    found = (await max_.get("/leads", params={"channel": "exhibition"})).json()["data"][0]
    contact = (await max_.get(f"/leads/{found['lead_id']}/contact")).json()
    assert (found["company"], contact["name"], contact["phone"]) == ("华为技术", "张三", "13812345678")


async def test_an_own_mapping_is_data_and_read_with_the_file(served: Any, max_: httpx.AsyncClient) -> None:
    await done(max_, "/rule-books/import", mappings={"own": {"company": ["Firm"], "otherwise": "research"}})
    await done(max_, "/rule-books/import/1/activate")
    assert await taken(served, max_, "Firm;x\nAcme;1\n", mapping="own") == counts(rows=1, new=1)
    assert (await max_.get("/leads")).json()["data"][0]["channel"] == "research"


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        ("\n\n", "there is nothing in it"),
        ("a,b\n1,2\n", "no column is called Company or Company / Account: is this the right mapping?"),
        (b"PK\x03\x04 no", "not a readable workbook: BadZipFile"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(served: Any, max_: httpx.AsyncClient, data: Any, failure: str) -> None:
    assert await taken(served, max_, data) == counts(status="failed", failure=failure)


async def test_an_import_can_be_stopped(served: Any, max_: httpx.AsyncClient) -> None:
    import_id = await brought(max_, HEADER + ROWS)
    await done(max_, f"/leads/imports/{import_id}/stop")
    assert await import_next_file(served.log)
    assert await shown(max_, import_id) == counts(status="failed", failure="stopped by max")
    assert not await import_next_file(served.log)


async def test_what_is_refused_leaves_no_file_behind(served: Any, max_: httpx.AsyncClient, ann: httpx.AsyncClient) -> None:
    for asked, data, status, code in (
        ({"mapping": "nobody"}, HEADER, 404, "unknown-mapping"),
        ({"mapping": "salesforce"}, "", 422, "empty-file"),
        ({"mapping": "salesforce", "encoding": "ebcdic"}, HEADER, 422, "invalid"),
        ({}, HEADER, 422, "invalid"),
    ):
        answer = await max_.post("/leads/imports", content=data, params=asked)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await ann.post("/leads/imports", content=HEADER, params={"mapping": "salesforce"})).status_code == 403
    assert await served.log.pool.fetchval("SELECT (SELECT count(*) FROM upload) + (SELECT count(*) FROM personal_key)") == 0
    assert not await import_next_file(served.log)


async def test_the_same_key_brings_a_file_once(served: Any, max_: httpx.AsyncClient) -> None:
    asked: dict[str, Any] = {"params": {"mapping": "salesforce"}, "headers": {"idempotency-key": "file-1"}}
    one, two = [await max_.post("/leads/imports", content=HEADER + ROWS, **asked) for _ in range(2)]
    assert (one.json(), two.headers["idempotency-replayed"]) == (two.json(), "true")
    assert await served.log.pool.fetchval("SELECT count(*) FROM upload") == 1
    other = await max_.post("/leads/imports", content=HEADER, **asked)
    assert other.json()["code"] == "idempotency-key-reused"


def test_imports_are_let_in_after_commands_and_queries() -> None:
    assert {each.id: each.admission_kind for each in imports.operations} == {
        "import_leads": "import",
        "list_imports": "query",
        "show_import": "query",
        "list_import_errors": "query",
        "stop_import": "command",
    }


async def test_a_file_whose_rows_cannot_be_noted_ends_and_the_next_one_is_taken_over(
    served: Any, max_: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file may stand in the way of those that wait behind it."""
    read_rows = imports_module.read_rows

    async def far_away(*asked: Any) -> AsyncIterator[list[FileRow]]:
        async for rows in read_rows(*asked):
            yield [row._replace(line=row.line + 10**10) for row in rows]

    with monkeypatch.context() as patched:
        patched.setattr(imports_module, "read_rows", far_away)
        broken = await taken(served, max_, HEADER + BAD)
    assert broken == counts(status="failed", failure="what is in it cannot be stored")
    assert await taken(served, max_, HEADER + "Q1,Acme,Doe,,\n") == counts(rows=1, new=1)
