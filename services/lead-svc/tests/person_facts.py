"""Contacts of one person: merged, and forgotten."""

from uuid import UUID

from lead_svc.contact.rules import (
    MergeContact,
)
from lead_svc.contact.rules.states import ContactMerged
from ltc_events.lead import PersonForgotten

A, B, C, MERGE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=9)


REASON = f"sealed.v1.{A}.{'A' * 40}"


def forgotten(*subject_ids: UUID) -> list[PersonForgotten]:
    return [PersonForgotten(subject_id=each) for each in subject_ids]


def merge(contact_id: UUID, into: UUID, *, known: bool = True) -> MergeContact:
    return MergeContact(subject_id=contact_id, into=into, merge_id=MERGE, reason=REASON, known=known)


def merged(contact_id: UUID, into: UUID) -> list[ContactMerged]:
    told = ContactMerged(subject_id=contact_id, contact_id=contact_id, into=into, merge_id=MERGE, reason=REASON)
    return [told, told.model_copy(update={"subject_id": into})]
