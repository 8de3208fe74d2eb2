"""What people see of legal entities: their versions, and what a document of one looks like."""

import asyncio
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ltc_events import Fact, projection
from ltc_events import change as change_rows
from ltc_events import put as put_row
from ltc_events.master_data import EntityCode, LegalEntity, LegalEntityActivated
from ltc_events.master_data import Seller as SellerCopy
from ltc_events.projection import Row
from ltc_events.read_model import Index, Key, ReadModel, on
from ltc_kit.document import Language
from ltc_kit.versioned_document import activation
from ltc_runtime.http import EVERYONE, Answer, Page, Paging, Read
from pydantic import Field

from .api import legal_entities, letterhead
from .rules import LegalEntityDrafted, UnknownLegalEntity, Version, entity_id

Status = Literal["draft", "live", "retired"]


class LegalEntityRow(ReadModel, table="legal_entity"):
    """One version of a legal entity."""

    entity_id: Key[UUID] = Field(exclude=True)
    code: str
    version: Key[int]
    status: Status
    name: str
    address: str
    country: str
    tax_number: str | None
    bank_account: str | None
    logo: str | None = Field(exclude=True)
    drafted_by: str
    drafted_at: datetime
    activated_by: str | None
    activated_at: datetime | None

    newest: ClassVar = Index("status", "code", "version")

    @property
    def seller(self) -> SellerCopy:
        """What a document copies when it is drafted."""
        return SellerCopy(
            legal_entity=self.code, version=self.version, name=self.name, address=self.address, country=self.country,
            tax_number=self.tax_number, bank_account=self.bank_account,
        )  # fmt: skip


def drafted(written: LegalEntityDrafted, fact: Fact) -> Row:
    return {
        "entity_id": written.entity_id, "code": written.code, "version": written.version, "status": "draft", **dict(written.entity),
        "drafted_by": written.drafted_by, "drafted_at": fact.occurred_at, "activated_by": None, "activated_at": None,
    }  # fmt: skip


legal_entity_list = projection(
    "legal_entity_list",
    on(LegalEntityDrafted, put_row(LegalEntityRow.table, drafted)),
    on(LegalEntityActivated, change_rows(LegalEntityRow.table, activation("entity_id"))),
)


@legal_entities.query("", roles=EVERYONE)
async def list_legal_entities(read: Read, paging: Paging, status: Status | None = "live") -> Page[LegalEntityRow]:
    """Legal entities that documents may name now, or the versions of another status; by code, the last first."""
    return await read.page_of(LegalEntityRow, ("code", "version"), paging, status=status)


@legal_entities.query("/{code}", roles=EVERYONE, refuses=(UnknownLegalEntity,))
async def list_legal_entity_versions(code: EntityCode, read: Read, paging: Paging) -> Page[LegalEntityRow]:
    """The versions of one legal entity, the newest first."""
    return await read.page_of(LegalEntityRow, ("version",), paging, entity_id=entity_id(code))


@legal_entities.query("/{code}/{version}/preview.pdf", roles=EVERYONE, refuses=(UnknownLegalEntity,), media="application/pdf")
async def preview_legal_entity(code: EntityCode, version: Version, read: Read, language: Language = "en") -> Answer:
    """What a document of this version looks like."""
    row = await read.row(LegalEntityRow, UnknownLegalEntity, entity_id=entity_id(code), version=version)
    entity = LegalEntity(**{name: getattr(row, name) for name in LegalEntity.model_fields})
    drawn = await asyncio.to_thread(letterhead, entity, language, row.drafted_at.date())
    return Answer(200, ((b"content-type", b"application/pdf"),), drawn)
