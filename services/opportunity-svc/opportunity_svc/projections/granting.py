"""Who may allow what."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.projection import Row
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..authority_grant.rules import AuthorityGranted, AuthorityRevoked
from .schema import read

authority_grants = Table(
    "authority_grant",
    read,
    Column("authority_id", UUID, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("max_discount", Numeric(7, 6), nullable=False),
    Column("max_amount", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("revoked_by", Text),
)


def granted(grant: AuthorityGranted, fact: Fact) -> Row:
    """How far somebody may go."""
    return {
        "authority_id": grant.authority_id,
        "currency": grant.max_amount.currency,
        "holder": grant.user,
        "max_discount": grant.max_discount,
        "max_amount": grant.max_amount.amount,
        "valid_from": grant.valid_from,
        "valid_to": grant.valid_to,
        "granted_by": grant.granted_by,
        "granted_at": fact.occurred_at,
        "revoked": False,
        "revoked_by": None,
    }


def revoked(grant: AuthorityRevoked) -> list[Row]:
    """Nothing any more, in any currency."""
    return [
        {"authority_id": grant.authority_id, "currency": currency, "revoked": True, "revoked_by": grant.revoked_by}
        for currency in grant.currencies
    ]


authority_grant = projection(
    "authority_grant",
    on(AuthorityGranted, put(authority_grants, granted)),
    on(AuthorityRevoked, change(authority_grants, revoked)),
)
