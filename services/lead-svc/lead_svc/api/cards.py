"""A contact as an address book takes it: a vCard 4.0 (RFC 6350)."""

from uuid import UUID

from ltc_events import Refusal
from ltc_kit.files.content_line import written
from ltc_runtime.http import Answer, Read
from sqlalchemy import select

from .. import projections as shown
from ..contact.rules import UnknownPerson
from .contacts import PERSONAL, contacts, person_row
from .resource import SALES


class NothingToRead(Refusal):
    """The contact asked to be forgotten: nothing of them can be read."""

    status = 404


@contacts.query("/{subject_id}/card.vcf", roles=SALES, refuses=(UnknownPerson, NothingToRead), media="text/vcard")
async def download_card(subject_id: UUID, read: Read) -> Answer:
    """A contact as a vCard 4.0, with the company as it was named with them. Its UID is the contact's id."""
    row = await person_row(subject_id, read)
    if not any(row[what] for what in PERSONAL):
        raise NothingToRead
    lead = shown.leads.c
    companies = select(lead.company).where(lead.contact_id == subject_id).order_by(lead.captured_at, lead.lead_id).limit(1)
    company = await read.maybe(companies)
    body = card(subject_id, row["name"], row["email"], row["phone"], None if company is None else company["company"])
    headers = (
        (b"content-type", b"text/vcard; charset=utf-8"),
        (b"content-disposition", f'attachment; filename="contact-{subject_id}.vcf"'.encode()),
    )
    return Answer(200, headers, body)


def card(contact_id: UUID, name: str | None, email: str | None, phone: str | None, company: str | None) -> bytes:
    """A card: VERSION comes first (6.7.9), and FN must be there, if only as a stand-in for a name that nobody gave us (6.2.1)."""
    optional = (("ORG", company), ("EMAIL", email), ("TEL", phone))
    said = (
        ("BEGIN", "VCARD"),
        ("VERSION", "4.0"),
        ("PRODID", "-//OpenLTC//lead-svc//EN"),
        ("UID", f"urn:uuid:{contact_id}"),
        ("FN", name or email or phone or ""),
        *((property, text) for property, text in optional if text is not None),
        ("END", "VCARD"),
    )
    return b"".join(written(property, text) for property, text in said)
