"""People who are named in decision chains: found by their name across all deals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from ltc_events import Fact, Name, projection
from ltc_events import put as put_rows
from ltc_events.projection import Row
from ltc_events.read_model import Key, ReadModel, on, remove
from ltc_runtime.http import Api, Body, Read, View
from pydantic import Field
from sqlalchemy import select

from ..deal.rules.events import FindingNoted, MemberForgotten
from ..finding.rules import ChainMember

people = Api("/people")


class ChainPerson(ReadModel, table="chain_person"):
    """A person who is or was named in a decision chain; by their `subject_id` they are forgotten."""

    subject_id: Key[UUID]
    opportunity_id: UUID
    seat: str
    name: str
    noted_at: datetime


def on_finding_noted(deal: FindingNoted, fact: Fact) -> list[Row]:
    """A name stays in the log, also when the seat is struck or given to another person, until the person is forgotten."""
    member = deal.finding
    if not isinstance(member, ChainMember) or member.name is None:
        return []
    subject = UUID(member.name.split(".")[2])
    return [
        {
            "subject_id": subject, "opportunity_id": deal.opportunity_id, "seat": member.code, "name": member.name,
            "noted_at": fact.occurred_at,
        }
    ]  # fmt: skip


chain_person_list = projection(
    "chain_person", on(FindingNoted, put_rows(ChainPerson.table, on_finding_noted)), on(MemberForgotten, remove(ChainPerson))
)

AT_ONCE = 2_000
"""Names that are opened at a time."""

MOST = 200


class NameBody(Body):
    """Whom to look for."""

    name: Name = Field(examples=["Jo Doe"], description="Every word of it must be in their name; capitals do not matter.")


class ChainPeople(View):
    """Who was found; a person has as many ids as their name was noted."""

    data: Sequence[ChainPerson]
    more: bool = Field(description=f"There are more than these {MOST}: ask for more of the name.")


@people.act("/find", roles=("operator", "legal"))
async def find_chain_people(body: NameBody, read: Read) -> ChainPeople:
    """Where somebody is named in decision chains, in any deal, also under seats that were struck or given to others since.

    The name is in the body, so that it gets into no log of URLs. Names are opened while they are looked at; nothing of it is kept.
    """
    words, found, table = folded(body.name).split(), list[ChainPerson](), ChainPerson.table.c
    behind = UUID(int=0)
    while len(found) <= MOST:
        rows = await read.all(
            select(ChainPerson.table).where(table.subject_id > behind).order_by(table.subject_id).limit(AT_ONCE)
        )  # fmt: skip
        names = await read.open_many([row["name"] for row in rows])
        found += [person_of(row, name) for row, name in zip(rows, names, strict=True) if name is not None and is_named(name, words)]
        if len(rows) < AT_ONCE:
            break
        behind = rows[-1]["subject_id"]
    return ChainPeople(data=found[:MOST], more=len(found) > MOST)


def is_named(name: str, words: Sequence[str]) -> bool:
    said = folded(name)
    return all(word in said for word in words)


def folded(name: str) -> str:
    """A name as it is compared: keyboards compose the same letters in different ways."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def person_of(row: dict[str, Any], name: str) -> ChainPerson:
    return ChainPerson(**{**row, "name": name})
