"""Consent for one lead, which is recorded with its contact as well."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ltc_events import Command, Event, Name, Stream

from ...contact.rules.states import Person, PersonAgreed, Remembered
from ...contact.rules.states import history as person
from .history import history
from .states import Alive
from .touch import RecordConsent, record_consent


class GiveConsent(Command):
    """Record that the customer agrees to receive offers, for this lead."""

    lead_id: UUID
    contact_id: UUID | None
    """The contact, where the lead has one."""
    until: date | None = None
    """The last day; unlimited by default."""
    source: Name

    def reads(self) -> Sequence[Stream]:
        """The lead and its contact."""
        return [history.of(self.lead_id), *([] if self.contact_id is None else [person.of(self.contact_id)])]


def give_consent(lead: Alive, contact: Person | None, command: GiveConsent) -> Sequence[Event]:
    asked = RecordConsent(lead_id=command.lead_id, given=True, until=command.until, source=command.source)
    recorded = record_consent(lead, asked)
    if not recorded or command.contact_id is None or not isinstance(contact, Remembered):
        return recorded
    return [*recorded, PersonAgreed(subject_id=command.contact_id, lead_id=command.lead_id)]
