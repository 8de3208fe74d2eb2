"""What managers and finance do with legal entities."""

import asyncio
import binascii
from base64 import b64decode
from datetime import date

from ltc_events import Money
from ltc_events.master_data import EntityCode, LegalEntity
from ltc_kit.document import Customer, Document, Language, Seller, Undrawable, render
from ltc_runtime.http import Api, Handle, NaturalKey, Role

from .rules import ActivateLegalEntity, DraftLegalEntity, LogoUnreadable, UnknownLegalEntity, Version, decider, entity_id

KEEPERS: tuple[Role, ...] = ("sales_manager", "finance")

legal_entities = Api("/legal-entities", stream=decider, natural=NaturalKey("code", EntityCode, entity_id))


def letterhead(entity: LegalEntity, language: Language, today: date) -> bytes:
    """An empty quote of the legal entity.

    Raises:
        LogoUnreadable: the logo cannot be drawn.
    """
    nothing = Money(amount=0, currency="CNY")
    try:
        logo = None if entity.logo is None else b64decode(entity.logo)
        seller = Seller(entity.name, entity.address, entity.country, entity.tax_number, entity.bank_account, logo)
        empty = Document(
            kind="quotation", language=language, number="0", seller=seller, customer=Customer("…"), lines=(), net=nothing, taxes=(),
            tax=nothing, gross=nothing, dated_on=today, notice="draft",
        )  # fmt: skip
        return render(empty)
    except (binascii.Error, Undrawable):
        raise LogoUnreadable from None


@legal_entities.act("/{code}", roles=KEEPERS, refuses=(LogoUnreadable,), cap=128 * 1024)
async def draft_legal_entity(code: EntityCode, body: LegalEntity, handle: Handle) -> None:
    """Write the next version of a legal entity; documents say it once it is activated."""
    if body.logo is not None:
        await asyncio.to_thread(letterhead, body, "en", handle.today)
    return await handle(DraftLegalEntity(entity_id=entity_id(code), code=code, entity=body, drafted_by=handle.actor))


@legal_entities.act("/{code}/{version}/activate", roles=KEEPERS, refuses=(UnknownLegalEntity,))
async def activate_legal_entity(code: EntityCode, version: Version, handle: Handle) -> None:
    """Let documents that are drafted from now on say this version."""
    return await handle(ActivateLegalEntity(entity_id=entity_id(code), code=code, version=version, activated_by=handle.actor))
