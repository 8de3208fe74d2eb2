"""Shows who may decide about which gates, and who in whose place."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ltc_events import Fact, Money, change, on, projection, put
from ltc_events.opportunity_gates import Gate
from ltc_events.projection import Row
from ltc_runtime.http import EVERYONE, Read, View
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, MetaData, Table, Text, or_, select
from sqlalchemy.dialects import postgresql

from .api import Holder, mandates
from .rules import (
    DelegationEnded,
    MandateDelegated,
    MandateGranted,
    MandateRevoked,
    NoMandate,
)

read = MetaData(schema="read")
mandate_rows = Table(
    "mandate",
    read,
    Column("mandate_id", postgresql.UUID, primary_key=True),
    Column("gate", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("grant_id", postgresql.UUID, nullable=False),
    Column("holder", Text, nullable=False),
    Column("max_amount", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("revoked", Boolean, nullable=False),
)

delegation_rows = Table(
    "mandate_delegation",
    read,
    Column("delegation_id", postgresql.UUID, primary_key=True),
    Column("mandate_id", postgresql.UUID, nullable=False),
    Column("holder", Text, nullable=False),
    Column("delegate", Text, nullable=False),
    Column("gates", Text, nullable=False),
    Column("max_amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("delegated_at", DateTime(timezone=True), nullable=False),
    Column("ended", Boolean, nullable=False),
)


def granted(grant: MandateGranted, fact: Fact) -> list[Row]:
    """How far somebody may go, gate by gate."""
    return [
        {
            "mandate_id": grant.mandate_id,
            "gate": gate,
            "currency": grant.max_amount.currency,
            "grant_id": grant.grant_id,
            "holder": grant.user,
            "max_amount": grant.max_amount.amount,
            "valid_from": grant.valid_from,
            "valid_to": grant.valid_to,
            "granted_by": grant.granted_by,
            "granted_at": fact.occurred_at,
            "revoked": False,
        }
        for gate in grant.gates
    ]


def revoked(grant: MandateRevoked) -> list[Row]:
    """Nothing any more."""
    return [
        {"mandate_id": grant.mandate_id, "gate": scope.gate, "currency": scope.currency, "revoked": True} for scope in grant.scopes
    ]  # fmt: skip


def delegated(given: MandateDelegated, fact: Fact) -> Row:
    """Who may decide in whose place."""
    return {
        "delegation_id": given.delegation_id,
        "mandate_id": given.mandate_id,
        "holder": given.user,
        "delegate": given.to,
        "gates": " ".join(given.gates),
        "max_amount": given.max_amount.amount,
        "currency": given.max_amount.currency,
        "valid_from": given.valid_from,
        "valid_to": given.valid_to,
        "delegated_at": fact.occurred_at,
        "ended": False,
    }


def ended_with(grant: MandateRevoked) -> list[Row]:
    """A delegation ends with the mandate it comes from."""
    return [{"delegation_id": each, "ended": True} for each in grant.delegations]


mandate_list = projection(
    "mandate_list",
    on(MandateGranted, put(mandate_rows, granted)),
    on(MandateRevoked, change(mandate_rows, revoked), change(delegation_rows, ended_with)),
    on(MandateDelegated, put(delegation_rows, delegated)),
    on(DelegationEnded, change(delegation_rows, lambda given: {"delegation_id": given.delegation_id, "ended": True})),
)


class MandateRow(View):
    """What somebody may decide about one gate in one currency."""

    user: str
    gate: Gate
    max_amount: Money
    valid_from: date
    valid_to: date | None
    grant_id: UUID
    granted_by: str
    granted_at: datetime
    revoked: bool


class DelegationRow(View):
    """Who may decide in whose place."""

    delegation_id: UUID
    user: str
    to: str
    gates: Sequence[str]
    max_amount: Money
    valid_from: date
    valid_to: date
    ended: bool


class MandatesView(View):
    """What somebody may decide, what they delegated, and what was delegated to them."""

    user: str
    grants: Sequence[MandateRow]
    delegations: Sequence[DelegationRow]
    actions: list[str]


@mandates.query("/{user}", roles=EVERYONE)
async def show_mandate(user: Holder, read: Read) -> MandatesView:
    """What one of us may decide, by their own mandate and in the place of others."""
    table, given = mandate_rows.c, delegation_rows.c
    rows = await read.all(select(mandate_rows).where(table.holder == user).order_by(table.gate, table.currency))
    lent = await read.all(
        select(delegation_rows).where(or_(given.holder == user, given.delegate == user)).order_by(given.delegated_at)
    )  # fmt: skip
    grants = [mandate_row(row) for row in rows]
    delegations = [delegation_row(row) for row in lent]
    standing = any(not grant.revoked for grant in grants)
    own = ("delegate_mandate",) if standing and read.caller == user else ()
    return MandatesView(
        user=user,
        grants=grants,
        delegations=delegations,
        actions=read.actions(("grant_mandate", *(("revoke_mandate",) if standing else ()), *own)),
    )


mandates.history("/{user}/history", roles=EVERYONE, refuses=(NoMandate,))


def mandate_row(row: dict[str, Any]) -> MandateRow:
    amount = Money(amount=row["max_amount"], currency=row["currency"])
    return MandateRow(**{**row, "user": row["holder"], "max_amount": amount})


def delegation_row(row: dict[str, Any]) -> DelegationRow:
    amount = Money(amount=row["max_amount"], currency=row["currency"])
    return DelegationRow(**{**row, "user": row["holder"], "to": row["delegate"], "gates": row["gates"].split(), "max_amount": amount})
