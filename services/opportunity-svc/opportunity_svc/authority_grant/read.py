"""Who may approve what: each grant, also those revoked."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ltc_events import Fact, Money, UserId, projection
from ltc_events import change as change_rows
from ltc_events.projection import Row
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import Numeric

from .api import authority_grants
from .rules import AuthorityGranted, AuthorityRevoked, Holder, NobodyGranted, authority_id, decider


class GrantRow(ReadModel, table="authority_grant"):
    """What a user may approve in one currency."""

    authority_id: Key[UUID] = Field(exclude=True)
    currency: Key[str] = Field(exclude=True)
    user: str
    max_discount: Annotated[Decimal, Numeric(7, 6)]
    max_amount: Money
    valid_from: date
    valid_to: date | None
    granted_by: str
    granted_at: datetime
    revoked: bool
    revoked_by: str | None


def granted_at(grant: AuthorityGranted, fact: Fact) -> datetime:
    return fact.occurred_at


def revoked(grant: AuthorityRevoked) -> list[Row]:
    """The grants of the user in all currencies."""
    return [
        {"authority_id": grant.authority_id, "currency": currency, "revoked": True, "revoked_by": grant.revoked_by}
        for currency in grant.currencies
    ]


authority_grant_list = projection(
    "authority_grant",
    on(AuthorityGranted, put(GrantRow, granted_at=granted_at, revoked=False)),
    on(AuthorityRevoked, change_rows(GrantRow.table, revoked)),
    version=2,
)


@authority_grants.query("", roles=EVERYONE)
async def list_authority_grants(read: Read, paging: Paging, user: UserId | None = None, revoked: bool | None = None) -> Page[GrantRow]:
    """Who may approve what."""
    return await read.page_of(GrantRow, ("granted_at", "authority_id", "currency"), paging, user=user, revoked=revoked)


class GrantsView(View):
    """Everything a user was granted, one grant per currency, also those revoked."""

    user: str
    grants: list[GrantRow]
    actions: list[str]


@authority_grants.query("/{user}", roles=EVERYONE, refuses=(NobodyGranted,))
async def show_authority(user: Holder, read: Read) -> GrantsView:
    """What a user may approve."""
    await read.version_of(decider.of(authority_id(user)), NobodyGranted)
    grants = await read.rows(GrantRow, authority_id=authority_id(user))
    revocable = ("revoke_authority",) if any(not grant.revoked for grant in grants) else ()
    return GrantsView(user=user, grants=grants, actions=read.actions(("grant_authority", *revocable)))


authority_grants.history("/{user}/history", roles=EVERYONE, refuses=(NobodyGranted,))
