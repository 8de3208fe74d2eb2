"""Which parties may be the same, why, and how likely it is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from ltc_runtime.http import Read, Role, View
from pydantic import Field
from sqlalchemy import and_, case, exists, func, select, tuple_

from ..lead.read import LeadRow
from ..lead.rules.states import OPEN
from ..party.read import PARTIES, Merge, PartyMarkRow, PartyRow
from ..party.rules import UnknownParty
from ..party.rules.matching import WEIGHTS, Mark, MarkKind, weight
from .api import duplicates

SALES: tuple[Role, ...] = ("sales", "sales_manager")
SHOWN = 20
"""The most candidates that are shown."""

CROWD = 200
"""The most parties with one mark that are compared: the switchboard of a whole business park proves nothing."""


class Reason(View):
    """In what they agree."""

    kind: MarkKind
    value: str
    weight: int


class Candidate(View):
    """A party that may be the same."""

    party_id: UUID
    company: str
    weight: int = Field(description="How likely it is, of 100.")
    reasons: Sequence[Reason]
    open_leads: int


class Candidates(View):
    """The likeliest first."""

    data: Sequence[Candidate]


class Pair(View):
    """Two parties that may be one."""

    party_id: UUID
    company: str
    other_id: UUID
    other: str
    weight: int
    kinds: Sequence[MarkKind]


class Pairs(View):
    """The likeliest first."""

    data: Sequence[Pair]


@duplicates.query("/{party_id}", roles=SALES, refuses=(UnknownParty,))
async def list_duplicates_of_party(party_id: UUID, read: Read) -> Candidates:
    """Parties that may be the same as this one, and why."""
    await read.row(PartyRow, UnknownParty, party_id=party_id)
    kin, mark = await PARTIES.members(party_id, read.now, read), PartyMarkRow.table.c
    marks = [Mark(row["kind"], row["value"]) for row in await read.all(select(mark.kind, mark.value).where(mark.party_id.in_(kin)))]
    return Candidates(data=await candidates(marks, [*kin, (await PARTIES.heads([party_id], read.now, read))[party_id]], read))


@duplicates.query("", roles=SALES)
async def list_duplicates(read: Read, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Pairs:
    """Pairs of parties that may be the same, of all that are not merged."""
    one, other = PartyMarkRow.table.alias("one"), PartyMarkRow.table.alias("other")
    points: Any = func.least(100, func.sum(case(WEIGHTS, value=one.c.kind)))
    same = and_(one.c.kind == other.c.kind, one.c.value == other.c.value, one.c.party_id < other.c.party_id)
    merged = exists().where(Merge.table.c.party_id.in_((one.c.party_id, other.c.party_id)), PARTIES.holding(read.now))
    kinds = func.array_agg(one.c.kind.distinct())
    found = select(one.c.party_id, other.c.party_id.label("other_id"), points.label("weight"), kinds.label("kinds"))
    found = found.select_from(one.join(other, same)).where(~merged).group_by(one.c.party_id, other.c.party_id)
    pairs = await read.all(found.order_by(points.desc(), one.c.party_id, other.c.party_id).limit(limit))
    names = await names_of({id for pair in pairs for id in (pair["party_id"], pair["other_id"])}, read)
    return Pairs(data=[Pair(**pair, company=names[pair["party_id"]], other=names[pair["other_id"]]) for pair in pairs])


async def candidates(marks: Collection[Mark], but: Collection[UUID], read: Read) -> list[Candidate]:
    """Parties with one of these marks, each as the one it is shown under."""
    mark = PartyMarkRow.table.c
    if not marks:
        return []
    alike = select(mark.party_id, mark.kind, mark.value).where(tuple_(mark.kind, mark.value).in_(sorted(marks))).limit(CROWD)
    rows = await read.all(alike)
    under = await PARTIES.heads({row["party_id"] for row in rows}, read.now, read)
    found: defaultdict[UUID, set[Mark]] = defaultdict(set)
    for row in rows:
        if under[row["party_id"]] not in but:
            found[under[row["party_id"]]].add(Mark(row["kind"], row["value"]))
    names, leads = await names_of(found, read), await open_leads(found, read)
    likely = [
        Candidate(party_id=party_id, company=names[party_id], weight=weight(mark.kind for mark in shared), reasons=reasons(shared),
                  open_leads=leads.get(party_id, 0))
        for party_id, shared in found.items()
    ]  # fmt: skip
    return sorted(likely, key=lambda each: (-each.weight, each.company, each.party_id))[:SHOWN]


def reasons(shared: Iterable[Mark]) -> list[Reason]:
    """What they have in common, the weightiest first."""
    found = [Reason(kind=mark.kind, value=mark.value, weight=WEIGHTS[mark.kind]) for mark in shared]
    return sorted(found, key=lambda reason: (-reason.weight, reason.value))


async def names_of(party_ids: Collection[UUID], read: Read) -> dict[UUID, str]:
    party = PartyRow.table.c
    rows = await read.all(select(party.party_id, party.company).where(party.party_id.in_(party_ids)))
    return {row["party_id"]: row["company"] for row in rows}


async def open_leads(party_ids: Collection[UUID], read: Read) -> dict[UUID, int]:
    lead = LeadRow.table.c
    counted = select(lead.party_id, func.count().label("leads")).where(lead.party_id.in_(party_ids), lead.status.in_(OPEN))
    return {row["party_id"]: row["leads"] for row in await read.all(counted.group_by(lead.party_id))}
