"""People who are named in decision chains: found by their name across all deals, and forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from ltc_events import Name
from ltc_runtime.http import Api, Body, Handle, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..deal.rules.findings import ForgetMember, UnknownMember

people = Api("/people")
AT_ONCE = 2_000
"""Names that are opened at a time."""

MOST = 200


class NameBody(Body):
    """Whom to look for."""

    name: Name = Field(examples=["Jo Doe"], description="Every word of it must be in their name; capitals do not matter.")


class ChainPerson(View):
    """Somebody who is or was named in a decision chain; by their `subject_id` they are forgotten."""

    subject_id: UUID
    opportunity_id: UUID
    seat: str
    name: str
    noted_at: datetime


class ChainPeople(View):
    """Who was found; a person has as many ids as their name was noted."""

    data: Sequence[ChainPerson]
    more: bool = Field(description=f"There are more than these {MOST}: ask for more of the name.")


@people.act("/find", roles=("operator", "legal"))
async def find_chain_people(body: NameBody, read: Read) -> ChainPeople:
    """Where somebody is named in decision chains, in any deal, also under seats that were struck or given to others since.

    The name is in the body, so that it gets into no log of URLs. Names are opened while they are looked at; nothing of it is kept.
    """
    words, found, table = folded(body.name).split(), list[ChainPerson](), shown.chain_people.c
    behind = UUID(int=0)
    while len(found) <= MOST:
        rows = await read.all(
            select(shown.chain_people).where(table.subject_id > behind).order_by(table.subject_id).limit(AT_ONCE)
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


@people.act("/{subject_id}/forget", roles=("operator", "legal"), refuses=(UnknownMember,))
async def forget_chain_person(subject_id: UUID, read: Read, handle: Handle) -> None:
    """Forget somebody in a decision chain, whichever deal it is of: the key of their name is destroyed, the seat stays."""
    table = shown.chain_people.c
    row = await read.one(select(table.opportunity_id).where(table.subject_id == subject_id), UnknownMember)
    known = await handle.known(subject_id)
    handle.forget(subject_id)
    return await handle(ForgetMember(opportunity_id=row["opportunity_id"], subject_id=subject_id, known=known))
