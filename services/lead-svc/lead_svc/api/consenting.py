"""What a person agreed to, under whichever contact and for whichever lead: it is decided about all of it, or read again."""

from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar
from uuid import UUID

from ltc_kit.merges import MergesChanged
from ltc_runtime.http import Handle, Read
from sqlalchemy import ColumnElement, select

from .. import projections as shown
from ..contact.rules.consent import WithdrawConsent
from ..contact.rules.states import PersonChanged
from .kinship import CONTACTS

T = TypeVar("T")
TRIES = 10
"""So often it is asked anew; each time somebody else must have been quicker."""


async def in_step(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask, and ask anew where a merge or a consent came in between what was read for it and its decision.

    Raises:
        PersonChanged, MergesChanged: it did each time.
    """
    for _ in range(TRIES - 1):
        try:
            return await ask()
        except (PersonChanged, MergesChanged):
            continue
    return await ask()


async def take_consent_back(contact_id: UUID | None, said_of: UUID | None, source: str, read: Read, handle: Handle) -> None:
    """Take back what a person agreed to; where nobody is named, for the lead alone."""

    async def ask() -> None:
        subject_ids = () if contact_id is None else tuple(await CONTACTS.everybody(contact_id, read))
        found = await agreed_for(subject_ids, read)
        lead_ids = tuple(dict.fromkeys((*found, said_of) if said_of else found))
        return await handle(WithdrawConsent(subject_ids=subject_ids, lead_ids=lead_ids, said_of=said_of, source=source))

    return await in_step(ask)


async def agreed_for(contact_ids: Collection[UUID], read: Read) -> list[UUID]:
    """For which leads of these contacts somebody agreed, and did not take it back.

    Who is held to be them is read before this: a lead that comes in later brings a contact of its own.
    """
    return await leads_where(contact_ids, shown.leads.c.consent, read)


async def asked_for(contact_ids: Collection[UUID], read: Read) -> list[UUID]:
    """For which leads of these contacts somebody agreed, whether or not they took it back, or said no."""
    return await leads_where(contact_ids, shown.leads.c.consent.is_not(None), read)


async def leads_where(contact_ids: Collection[UUID], holds: ColumnElement[bool], read: Read) -> list[UUID]:
    lead = shown.leads.c
    found = select(lead.lead_id).where(lead.contact_id.in_(contact_ids), holds)
    return [row["lead_id"] for row in await read.all(found.order_by(lead.lead_id))]
