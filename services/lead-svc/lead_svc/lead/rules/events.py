"""What happened to a lead and stays in this service; what others know is in `ltc_events.lead`."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ltc_events import Code, Event, Name, Personal, Text, UserId

TouchKind = Literal["call", "mail", "visit", "social"]
Direction = Literal["out", "in"]


class ContactRecorded(Event, type="ltc.lead.contact-recorded.v1"):
    """The contact at the customer. Encrypted, and never published."""

    lead_id: UUID
    contact_id: UUID
    name: Personal[str] | None = None
    email: Personal[str] | None = None
    phone: Personal[str] | None = None


class TouchLogged(Event, type="ltc.lead.touch-logged.v1"):
    """The owner was in touch with the customer. The note is encrypted."""

    lead_id: UUID
    touch_id: UUID
    kind: TouchKind
    direction: Direction
    marketing: bool
    note: Personal[str] | None = None
    at: datetime
    by: UserId
    touches: int
    """The number of touches, this one included."""
    first_touch: datetime
    last_touch: datetime
    """The time of the latest touch: a call logged late is not the latest."""


class ConsentRecorded(Event, type="ltc.lead.consent-recorded.v1"):
    """The customer agreed to receive offers, or withdrew that."""

    lead_id: UUID
    given: bool
    until: date | None = None
    source: Name
    form: Code | None = None
    """The capture form by which the customer agreed."""
    text_version: int | None = None
    """The version of that form, which holds the text."""


class LeadRouted(Event, type="ltc.lead.routed.v1"):
    """An assignment rule names the candidates for a lead."""

    lead_id: UUID
    rules_version: int
    rule: Name
    reason: Text
    candidates: tuple[UserId, ...]
    limits: dict[UserId, int]
    """The most open leads each of them may have; a candidate that is not named has no limit."""
    alarm_to: tuple[UserId, ...] = ()
    """Who is notified if none of them can take it."""


class LeadOwnerNotFound(Event, type="ltc.lead.owner-not-found.v1"):
    """The rules found no owner for a lead that is in the pool already: it stays there, and a manager should look."""

    lead_id: UUID
    reason: Text
    rules_version: int
    alarm_to: tuple[UserId, ...]


class LeadWatched(Event, type="ltc.lead.watched.v1"):
    """Without a touch by then, the lead goes to the pool. The rules are those that were active when it was assigned."""

    lead_id: UUID
    owner: UserId
    due: datetime
    untouched_days: int
    no_return_days: int
    rules_version: int


class ResponseAwaited(Event, type="ltc.lead.response-awaited.v1"):
    """The owner must respond to the lead by then. The rules are those that were active when it was captured."""

    lead_id: UUID
    due: datetime
    working_minutes: int
    rules_version: int
    escalate_to: tuple[UserId, ...] = ()
    """Who is notified beside the owner if the response is late."""


class LeadReturned(Event, type="ltc.lead.returned.v1"):
    """The deal of an earlier lead was lost, and the customer may still need something: this lead continues it."""

    lead_id: UUID
    previous: UUID
    opportunity_id: UUID
    why: Code
    """Why the deal was lost, or ``join_refused``: it was decided before the lead could join it."""
    contact_name: Personal[str] | None = None
    contact_email: Personal[str] | None = None
    """Whom to write to, as recorded for the earlier lead; encrypted with the key of that person. Leads that returned before this field
    existed get no mails."""
    barred: dict[UserId, datetime] = {}
    """Owners who neglected the earlier lead, and until when this one does not go to them."""


class RenewalDue(Event, type="ltc.lead.renewal-due.v1"):
    """The term of a contract ends: this lead is for what comes after it."""

    lead_id: UUID
    contract_id: UUID
    contract_no: Code
    opportunity_id: UUID
    """The deal of the contract."""
    ends_on: date
    previous: UUID | None = None
    """The lead of that deal, if it is known."""
    contact_name: Personal[str] | None = None
    contact_email: Personal[str] | None = None
    """Whom to write to, as recorded for that lead."""
