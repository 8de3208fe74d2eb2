"""How far each import is, and which rows it rejected."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ltc_events import Fact, projection
from ltc_events.read_model import Index, Key, ReadModel, change, on, put
from ltc_runtime.http import Page, Paging, Read
from pydantic import Field

from .api import SALES, imports
from .rules import ImportFinished, ImportProgressed, ImportStarted, UnknownImport, decider


class ImportView(ReadModel, table="lead_import"):
    """How far an import is."""

    import_id: Key[UUID]
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

    newest: ClassVar = Index("started_at", "import_id")


class RowErrorView(ReadModel, table="lead_import_error"):
    """A rejected row."""

    import_id: Key[UUID] = Field(exclude=True)
    line: Key[int] = Field(description="In the file; the header is line 1.")
    reason: str


def recorded_at(event: ImportStarted | ImportFinished, fact: Fact) -> datetime:
    return fact.occurred_at


def end_status(over: ImportFinished) -> str:
    return "finished" if over.failure is None else "failed"


import_list = projection(
    "import_list",
    on(ImportStarted, put(ImportView, status="running", rows=0, new=0, known=0, refused=0, started_at=recorded_at)),
    on(ImportProgressed, change(ImportView, "rows", "new", "known", "refused"), put(RowErrorView, each="errors")),
    on(ImportFinished, change(ImportView, "failure", status=end_status, finished_at=recorded_at)),
)


@imports.query("", roles=SALES)
async def list_imports(read: Read, paging: Paging) -> Page[ImportView]:
    """Imports, the newest first."""
    return await read.page_of(ImportView, ImportView.newest, paging)


@imports.query("/{import_id}", roles=SALES, refuses=(UnknownImport,))
async def show_import(import_id: UUID, read: Read) -> ImportView:
    """How far an import is."""
    return await read.row(ImportView, UnknownImport, stream=decider.of(import_id), import_id=import_id)


@imports.query("/{import_id}/errors", roles=SALES, refuses=(UnknownImport,))
async def list_import_errors(import_id: UUID, read: Read, paging: Paging) -> Page[RowErrorView]:
    """Rejected rows and why, the last first; at most the first thousand are kept."""
    await read.row(ImportView, UnknownImport, import_id=import_id)
    return await read.page_of(RowErrorView, ("line",), paging, import_id=import_id)
