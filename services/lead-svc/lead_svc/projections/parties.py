"""Parties: their names, what they can be known by, whom each is shown under since when, and the people there."""

from ltc_events import change, on, projection, put
from ltc_events.lead import LeadCaptured, PartyMerged, PartyUnmerged, PersonForgotten
from ltc_events.projection import Row
from sqlalchemy import Boolean, Column, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..lead.rules.events import ContactRecorded
from ..party.rules import PartyNoted, matching
from .merging import merged, merges_of, unmerged
from .schema import read

parties = Table(
    "party",
    read,
    Column("party_id", UUID, primary_key=True),
    # The name it was noted with last; all its names are in `party_name`.
    Column("company", Text, nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False),
    Index("party_by_name", "company", "party_id"),
)

party_names = Table(
    "party_name",
    read,
    Column("party_id", UUID, primary_key=True),
    Column("company", Text, primary_key=True),
)

party_marks = Table(
    "party_mark",
    read,
    Column("party_id", UUID, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Index("party_mark_value", "kind", "value"),
)

merges = merges_of("party_merge", "party_id")

people = Table(
    "party_contact",
    read,
    Column("contact_id", UUID, primary_key=True),
    Column("party_id", UUID, nullable=False),
    # Sealed with the key of the person.
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("forgotten", Boolean, nullable=False),
    Index("party_contact_of_party", "party_id"),
)


def marked(party: PartyNoted) -> list[Row]:
    """What the party can be known by."""
    found = matching.marks(party.company, party.website, party.phone)
    return [{"party_id": party.party_id, "kind": mark.kind, "value": mark.value} for mark in found]


def met(lead: LeadCaptured) -> list[Row]:
    """Somebody at the party; who they are follows. Of a lead that came back, or renews a contract, they are known."""
    if lead.contact_id is None or lead.returned_from is not None or lead.renews is not None:
        return []
    return [{**NOBODY, "contact_id": lead.contact_id, "party_id": lead.party_id, "forgotten": False}]


NOBODY = dict.fromkeys(people.columns.keys())

party_list = projection(
    "party_list",
    on(
        PartyNoted,
        put(parties, lambda party, fact: {"party_id": party.party_id, "company": party.company, "noted_at": fact.occurred_at}),
        put(party_names, lambda party: {"party_id": party.party_id, "company": party.company}),
        put(party_marks, marked),
    ),
    on(PartyMerged, merged(merges)),
    on(PartyUnmerged, unmerged(merges)),
    on(LeadCaptured, put(people, met)),
    on(
        ContactRecorded,
        change(
            people,
            lambda person: {"contact_id": person.contact_id, "name": person.name, "email": person.email, "phone": person.phone},
        ),
    ),
    on(PersonForgotten, change(people, lambda person: {"contact_id": person.subject_id, "forgotten": True})),
    version=2,
)
