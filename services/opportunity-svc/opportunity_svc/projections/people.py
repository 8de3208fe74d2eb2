"""Everybody who was ever named in a decision chain, sealed, until they are forgotten."""

from uuid import UUID as Id

from ltc_events import Fact, on, projection, put, remove
from ltc_events.projection import Row
from sqlalchemy import Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..deal.rules.events import FindingNoted, MemberForgotten
from ..finding.rules import ChainMember
from .schema import read

chain_people = Table(
    "chain_person",
    read,
    Column("subject_id", UUID, primary_key=True),
    Column("opportunity_id", UUID, nullable=False),
    Column("seat", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False),
)


def named(deal: FindingNoted, fact: Fact) -> list[Row]:
    """Who sits there; also where somebody else does by now, or the seat was struck, the name stands in the log."""
    member = deal.finding
    if not isinstance(member, ChainMember) or member.name is None:
        return []
    subject = Id(member.name.split(".")[2])
    return [
        {
            "subject_id": subject, "opportunity_id": deal.opportunity_id, "seat": member.code, "name": member.name,
            "noted_at": fact.occurred_at,
        }
    ]  # fmt: skip


chain_person = projection(
    "chain_person",
    on(FindingNoted, put(chain_people, named)),
    on(MemberForgotten, remove(chain_people, lambda forgotten: {"subject_id": forgotten.subject_id})),
)
