"""Who may say so."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ltc_events import Money, Rate, UserId
from ltc_runtime.http import EVERYONE, Api, Body, Handle, NaturalKey, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..authority_grant import rules as authority
from ..authority_grant.rules import (
    GrantAuthority,
    GrantToOneself,
    LimitBelowNothing,
    NobodyGranted,
    NothingGranted,
    RevokeAuthority,
    authority_id,
)
from ..price_book.rules import ValidityEndsBeforeItBegins
from .roles import MANAGERS

Holder = Annotated[UserId, Field(examples=["ann"])]
authority_grants = Api("/authority-grants", stream=authority.decider, natural=NaturalKey("user", Holder, authority_id))


class GrantBody(Body):
    """How far somebody may go; it replaces their grant in this currency."""

    max_discount: Rate = Field(examples=["0.15"])
    max_amount: Money = Field(description="The net amount of the largest quote they may allow a discount on.")
    valid_from: date
    valid_to: date | None = Field(None, description="The last day; open end, if nothing is said.")


@authority_grants.act("/{user}", roles=MANAGERS, refuses=(GrantToOneself, LimitBelowNothing, ValidityEndsBeforeItBegins))
async def grant_authority(user: Holder, body: GrantBody, handle: Handle) -> None:
    """Let somebody else allow discounts up to a limit."""
    command = GrantAuthority(
        authority_id=authority_id(user),
        user=user,
        max_discount=body.max_discount,
        max_amount=body.max_amount,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        granted_by=handle.actor,
    )
    return await handle(command)


@authority_grants.act("/{user}/revoke", roles=MANAGERS, refuses=(NothingGranted,))
async def revoke_authority(user: Holder, handle: Handle) -> None:
    """Take back everything somebody was granted."""
    return await handle(RevokeAuthority(authority_id=authority_id(user), user=user, revoked_by=handle.actor))


class GrantRow(View):
    """What somebody may allow in one currency."""

    user: str
    max_discount: Decimal
    max_amount: Money
    valid_from: date
    valid_to: date | None
    granted_by: str
    granted_at: datetime
    revoked: bool
    revoked_by: str | None


@authority_grants.query("", roles=EVERYONE)
async def list_authority_grants(read: Read, paging: Paging, user: UserId | None = None, revoked: bool | None = None) -> Page[GrantRow]:
    """Who may allow what."""
    table = shown.authority_grants.c
    asked = {table.holder: user, table.revoked: revoked}
    found = select(shown.authority_grants).where(*matching(asked))
    return await read.page(found, key=(table.granted_at, table.authority_id, table.currency), into=grant_row, paging=paging)


class GrantsView(View):
    """Everything somebody was granted, one grant per currency, those taken back too."""

    user: str
    grants: list[GrantRow]
    actions: list[str]


@authority_grants.query("/{user}", roles=EVERYONE, refuses=(NobodyGranted,))
async def show_authority(user: Holder, read: Read) -> GrantsView:
    """What one of us may allow."""
    id = authority_id(user)
    await read.version_of(authority.decider.of(id), NobodyGranted)
    table = shown.authority_grants.c
    rows = await read.all(select(shown.authority_grants).where(table.authority_id == id).order_by(table.currency))
    grants = [grant_row(**row) for row in rows]
    standing = any(not grant.revoked for grant in grants)
    return GrantsView(user=user, grants=grants, actions=read.actions(("grant_authority", *(("revoke_authority",) if standing else ()))))


authority_grants.history("/{user}/history", roles=EVERYONE, refuses=(NobodyGranted,))


def grant_row(**row: Any) -> GrantRow:
    return GrantRow(**{**row, "user": row["holder"], "max_amount": Money(amount=row["max_amount"], currency=row["currency"])})
