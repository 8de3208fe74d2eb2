"""Leads of another system, from a file."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from ltc_events import Code, Refusal
from ltc_runtime.http import Api, Handle, Page, Paging, Read, Upload, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..import_job import rules as importing
from ..import_job.rules import Encoding, StartImport, StopImport, UnknownImport, UnknownMapping
from .resource import MANAGERS, SALES

CAP = 512 * 1024 * 1024

imports = Api("/leads/imports", stream=importing.decider)


class EmptyFile(Refusal):
    """The file is empty."""

    status = 422


class ImportBegun(View):
    """Where to see how far it is."""

    import_id: UUID


@imports.create("", roles=MANAGERS, refuses=(EmptyFile, UnknownMapping), cap=CAP, upload=True)
async def import_leads(
    file: Upload,
    handle: Handle,
    mapping: Annotated[
        Code, Query(description="`salesforce`, `hubspot`, `jiandaoyun`, `vcard`, or one of your own in the rule book `import`.")
    ],
    source: Annotated[
        Code | None,
        Query(description="What the other system is called; by default as the mapping. Rows are known again by source."),
    ] = None,
    encoding: Annotated[Encoding, Query(description="Of a CSV file or of vCards; by default found out.")] = "auto",
    dry_run: Annotated[bool, Query(description="Only say what would be taken over.")] = False,
) -> ImportBegun:
    """Take the leads of a file over: CSV (also with `;` or tabs), the first sheet of an XLSX workbook, or vCards (3.0
    and 4.0).

    It goes on in the background, and goes on where it was after a restart. A row that was taken over before is left as it is, so the
    same file again changes nothing. Of vCards each is a row, known again by its UID, or where it has none by all it says; a mapping of
    your own finds what they say under UID, FN, GIVEN, FAMILY, ORG, UNIT, TITLE, EMAIL, TEL, NOTE, CATEGORIES and COUNTRY.
    """
    if file.size == 0:
        raise EmptyFile
    import_id = handle.new_id("import")
    handle.takes(file)
    command = StartImport(
        import_id=import_id,
        upload_id=file.id,
        mapping=mapping,
        source=source or mapping,
        encoding=encoding,
        rehearsal=dry_run,
        by=handle.actor,
    )
    return await handle(command, ImportBegun(import_id=import_id))


class ImportView(View):
    """How far an import is."""

    import_id: UUID
    source: str
    mapping: str
    rehearsal: bool = Field(description="A dry run: nothing is taken over.")
    by: str
    status: Literal["running", "finished", "failed"]
    rows: int = Field(description="Rows behind the header that were gone through.")
    new: int = Field(description="Became leads; in a dry run, would have. Rows that are twice in one file count twice there.")
    known: int = Field(description="Taken over before: nothing was changed.")
    refused: int = Field(description="Make no sense; see `errors`.")
    failure: str | None = Field(description="Why it ended early.")
    started_at: datetime
    finished_at: datetime | None


class RowErrorView(View):
    """A row that was not taken over."""

    line: int = Field(description="In the file; the header is line 1.")
    reason: str


@imports.query("", roles=SALES)
async def list_imports(read: Read, paging: Paging) -> Page[ImportView]:
    """Imports, the newest first."""
    table = shown.imports.c
    return await read.page(select(shown.imports), key=(table.started_at, table.import_id), into=ImportView, paging=paging)


@imports.query("/{import_id}", roles=SALES, refuses=(UnknownImport,))
async def show_import(import_id: UUID, read: Read) -> ImportView:
    """How far an import is."""
    found = select(shown.imports).where(shown.imports.c.import_id == import_id)
    return ImportView(**await read.one(found, UnknownImport, stream=importing.decider.of(import_id)))


@imports.query("/{import_id}/errors", roles=SALES, refuses=(UnknownImport,))
async def list_import_errors(import_id: UUID, read: Read, paging: Paging) -> Page[RowErrorView]:
    """Rows that were not taken over and why, the last first; at most the first thousand are kept."""
    await read.one(select(shown.imports.c.import_id).where(shown.imports.c.import_id == import_id), UnknownImport)
    table = shown.import_errors.c
    found = select(table.line, table.reason).where(table.import_id == import_id)
    return await read.page(found, key=(table.line,), into=RowErrorView, paging=paging)


@imports.act("/{import_id}/stop", roles=MANAGERS, refuses=(UnknownImport,))
async def stop_import(import_id: UUID, handle: Handle) -> None:
    """Take nothing more over; what was taken over stays."""
    return await handle(StopImport(import_id=import_id, by=handle.actor))
