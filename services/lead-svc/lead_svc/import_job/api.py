"""Managers import the leads of another system from a file, and try a mapping on some of its rows before."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from ltc_events import BadRow, Code, Refusal, fitted
from ltc_events.lead import Channel
from ltc_runtime.http import Api, Body, Handle, Read, Role, Upload, View
from pydantic import Field, StringConstraints
from sqlalchemy import select

from ..lead.read import LeadRow
from ..rule_book import rules as rule_book
from ..rule_book.read import rules_of
from ..rule_book.rules import UnknownRules, Version
from ..rule_book.rules.import_mapping import PRESETS, ColumnMapping, ImportMappings
from .rules import Encoding, StartImport, StopImport, UnknownImport, UnknownMapping, decider
from .rules.rows import ReadRow, Said, places_of, row_reader

SALES: tuple[Role, ...] = ("sales", "sales_manager")
MANAGERS: tuple[Role, ...] = ("sales_manager",)
CAP = 512 * 1024 * 1024

imports = Api("/leads/imports", stream=decider)
imports.act("/{import_id}/stop", StopImport, roles=MANAGERS, refuses=(UnknownImport,))
previews = Api("/rule-books", stream=rule_book.decider)


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


Cell = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
Cells = Annotated[tuple[Cell, ...], Field(max_length=500)]


class SampleBody(Body):
    """Some rows of a file, as they stand in it."""

    mapping: Code = Field(examples=["own-crm"], description="One of this version, or a preset that it has no mapping of the same name for.")
    source: Code | None = Field(None, description="What the other system is called; by default as the mapping. Rows are known again by it.")
    header: Annotated[Cells, Field(min_length=1)] = Field(examples=[["Firm", "Mail", "Came by"]])
    rows: Annotated[tuple[Cells, ...], Field(max_length=200)] = Field(examples=[[["Acme", "jo@acme.example", "Fair"]]])


class ColumnPreview(View):
    """What a column says of a lead."""

    header: str
    says: Sequence[Said] = Field(description="Nothing: it is not mapped, and left out.")


class RowPreview(View):
    """What would become of a row."""

    line: int = Field(description="The header is line 1.")
    becomes: Literal["new", "known", "refused"] = Field(description="`known`: taken over before, or by a row above it.")
    reason: str | None = Field(description="Why it is refused.")
    company: str | None = None
    channel: Channel | None = None
    campaign: str | None = None
    need: str | None = None
    territory: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class ImportPreview(View):
    """What a mapping would make of a sample."""

    failure: str | None = Field(description="Why no row of such a file would be taken over.")
    columns: Sequence[ColumnPreview]
    unmapped: Sequence[str] = Field(description="The columns that would be left out.")
    absent: Sequence[Said] = Field(description="What the mapping could say of a lead, and no column of this file does.")
    rows: Sequence[RowPreview]


@previews.act("/import/{version}/preview", roles=MANAGERS, refuses=(UnknownRules, UnknownMapping))
async def preview_import_mapping(version: Version, body: SampleBody, read: Read) -> ImportPreview:
    """What each row of a sample would become by a mapping. Nothing is taken over, and nothing of the sample is kept."""
    own = ImportMappings(**(await rules_of("import", version, read)).rules)
    mappings = {**PRESETS, **own.mappings}
    if body.mapping not in mappings:
        raise UnknownMapping(mapping=body.mapping, known=sorted(mappings))
    mapping = mappings[body.mapping]
    try:
        found = list(understood(mapping, body))
    except BadRow as why:
        return preview(mapping, body, str(why), [])
    there = await taken_over([row.lead_id for row in found if isinstance(row, ReadRow)], read)
    return preview(mapping, body, None, list(judged(found, there)))


def understood(mapping: ColumnMapping, body: SampleBody) -> Iterator[ReadRow | str]:
    """What each row says, or why it makes no sense.

    Raises:
        BadRow: no row below this header does.
    """
    read_row = row_reader(mapping, body.source or body.mapping, body.header)
    for cells in body.rows:
        try:
            yield read_row(fitted(cells, len(body.header)))
        except BadRow as why:
            yield str(why)


async def taken_over(lead_ids: Collection[UUID], read: Read) -> set[UUID]:
    """Which of these leads there are already."""
    lead = LeadRow.table.c
    return {row["lead_id"] for row in await read.all(select(lead.lead_id).where(lead.lead_id.in_(lead_ids)))}


def judged(rows: Sequence[ReadRow | str], there: set[UUID]) -> Iterator[RowPreview]:
    for line, row in enumerate(rows, 2):
        if isinstance(row, str):
            yield RowPreview(line=line, becomes="refused", reason=row)
            continue
        yield RowPreview(line=line, becomes="known" if row.lead_id in there else "new", reason=None, **row.plain, **row.contact)
        there.add(row.lead_id)


def preview(mapping: ColumnMapping, body: SampleBody, failure: str | None, rows: Sequence[RowPreview]) -> ImportPreview:
    says: list[list[Said]] = [[] for _ in body.header]
    places = places_of(mapping, body.header)
    for known, found in places.items():
        for place in found:
            says[place].append(known)
    return ImportPreview(
        failure=failure,
        columns=[ColumnPreview(header=header, says=what) for header, what in zip(body.header, says, strict=True)],
        unmapped=[header for header, what in zip(body.header, says, strict=True) if not what],
        absent=[known for known, found in places.items() if not found],
        rows=rows,
    )
