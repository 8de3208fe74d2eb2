"""Who may decide about which gates, and who in whose place."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.projection import Row
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..mandate.rules import DelegationEnded, MandateDelegated, MandateGranted, MandateRevoked
from .schema import read

mandates = Table(
    "mandate",
    read,
    Column("mandate_id", UUID, primary_key=True),
    Column("gate", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("grant_id", UUID, nullable=False),
    Column("holder", Text, nullable=False),
    Column("max_amount", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("revoked", Boolean, nullable=False),
)

delegations = Table(
    "mandate_delegation",
    read,
    Column("delegation_id", UUID, primary_key=True),
    Column("mandate_id", UUID, nullable=False),
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
    on(MandateGranted, put(mandates, granted)),
    on(MandateRevoked, change(mandates, revoked), change(delegations, ended_with)),
    on(MandateDelegated, put(delegations, delegated)),
    on(DelegationEnded, change(delegations, lambda given: {"delegation_id": given.delegation_id, "ended": True})),
)
