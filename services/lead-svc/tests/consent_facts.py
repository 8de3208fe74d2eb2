"""Persons that give and withdraw consent, as commands and over HTTP."""

from uuid import UUID

import httpx
from lead_svc.contact.rules import MergeContact
from lead_svc.contact.rules.consent import WithdrawConsent
from lead_svc.contact.rules.states import ConsentWithdrawn, PersonAgreed
from lead_svc.lead.rules.events import ConsentRecorded
from leads import done, owned
from ltc_events import Event
from ltc_events.lead import LeadCaptured
from person_facts import MERGE, REASON, A, B, C

OF = {UUID(int=11): A, UUID(int=12): B, UUID(int=13): C, UUID(int=14): A}


ONE, TWO, THREE, FOUR = OF


CAPTURED = [LeadCaptured(lead_id=id, party_id=MERGE, contact_id=whose, company="Acme", channel="site") for id, whose in OF.items()]


SAID_NO = "merged with a contact who said no"


def agreed(*lead_ids: UUID) -> list[Event]:
    return [
        event
        for id in lead_ids
        for event in (ConsentRecorded(lead_id=id, given=True, source="Form"), PersonAgreed(subject_id=OF[id], lead_id=id))
    ]


def withdraw(people: tuple[UUID, ...], *lead_ids: UUID, said_of: UUID | None = None) -> WithdrawConsent:
    return WithdrawConsent(subject_ids=people, lead_ids=lead_ids, said_of=said_of, source="Call")


def over(*lead_ids: UUID, source: str = "Call") -> list[Event]:
    return [ConsentRecorded(lead_id=id, given=False, source=source) for id in lead_ids]


def said_no(*people: UUID, source: str = "Call") -> list[Event]:
    return [ConsentWithdrawn(subject_id=id, source=source) for id in people]


def merge(one: UUID, into: UUID, *lead_ids: UUID, people: tuple[UUID, ...] = ()) -> MergeContact:
    return MergeContact(subject_id=one, into=into, merge_id=MERGE, reason=REASON, known=True, people=people, lead_ids=lead_ids)


async def met(ann: httpx.AsyncClient, name: str, *, agrees: bool = True) -> tuple[str, str]:
    """A contact, and a lead of theirs."""
    lead_id = await owned(ann, "ann", contact={"name": name, "email": "jo@acme.example"})
    if agrees:
        await says(ann, lead_id, True)
    return (await ann.get(f"/leads/{lead_id}")).json()["contact_id"], lead_id


async def says(ann: httpx.AsyncClient, lead_id: str, yes: bool) -> None:
    await done(ann, f"/leads/{lead_id}/consent", given=yes, source="Call")


async def consents(ann: httpx.AsyncClient, *lead_ids: str) -> list[bool | None]:
    return [(await ann.get(f"/leads/{lead_id}")).json()["consent"] for lead_id in lead_ids]


async def merges(boss: httpx.AsyncClient, one: str, into: str) -> None:
    await done(boss, f"/contacts/{one}/merge", into=into, reason="Same person")
