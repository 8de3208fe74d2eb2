"""Who may decide about which gates, and who in whose place."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ltc_events import Money, UserId
from ltc_events.opportunity_gates import Gate
from ltc_runtime.http import EVERYONE, Api, Body, Handle, NaturalKey, Read, View
from pydantic import Field
from sqlalchemy import or_, select

from .. import projections as shown
from ..authority_grant.rules import GrantToOneself, LimitBelowNothing
from ..mandate import rules as mandate
from ..mandate.rules import (
    BeyondOwnMandate,
    DelegatedToOneself,
    DelegateMandate,
    EndDelegation,
    Gates,
    GrantMandate,
    NoMandate,
    NotYourMandate,
    RevokeMandate,
    UnknownDelegation,
    mandate_id,
)
from ..price_book.rules import ValidityEndsBeforeItBegins
from .roles import DECIDERS, MANAGERS

Holder = Annotated[UserId, Field(examples=["mia"])]
mandates = Api("/mandates", stream=mandate.decider, natural=NaturalKey("user", Holder, mandate_id))


class MandateBody(Body):
    """How far somebody may go; it replaces what they were granted for these gates in this currency."""

    gates: Gates = Field(examples=[["ATI", "ATB"]])
    max_amount: Money = Field(description="The largest deal, or quote at ATC, they may decide about.")
    valid_from: date
    valid_to: date | None = Field(None, description="The last day; open end, if nothing is said.")


@mandates.act("/{user}", roles=MANAGERS, refuses=(GrantToOneself, LimitBelowNothing, ValidityEndsBeforeItBegins))
async def grant_mandate(user: Holder, body: MandateBody, handle: Handle) -> None:
    """Let somebody else decide about gates up to an amount; whichever role they have."""
    command = GrantMandate(
        mandate_id=mandate_id(user),
        grant_id=handle.new_id("grant"),
        user=user,
        gates=body.gates,
        max_amount=body.max_amount,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        granted_by=handle.actor,
    )
    return await handle(command)


@mandates.act("/{user}/revoke", roles=MANAGERS, refuses=(NoMandate,))
async def revoke_mandate(user: Holder, handle: Handle) -> None:
    """Take back everything somebody may decide, and with it what they delegated."""
    return await handle(RevokeMandate(mandate_id=mandate_id(user), user=user, revoked_by=handle.actor))


class DelegationBody(Body):
    """Who may decide in one's place, how far, and when."""

    to: UserId
    gates: Gates
    max_amount: Money
    valid_from: date
    valid_to: date


class Delegated(View):
    """The delegation that was made."""

    delegation_id: UUID


@mandates.act(
    "/{user}/delegations",
    roles=DECIDERS,
    refuses=(NotYourMandate, DelegatedToOneself, BeyondOwnMandate, LimitBelowNothing, ValidityEndsBeforeItBegins),
)
async def delegate_mandate(user: Holder, body: DelegationBody, handle: Handle) -> Delegated:
    """Let somebody else decide in one's place for a time. What was delegated cannot be delegated on."""
    delegation_id = handle.new_id("delegation")
    command = DelegateMandate(
        mandate_id=mandate_id(user),
        delegation_id=delegation_id,
        user=user,
        to=body.to,
        gates=body.gates,
        max_amount=body.max_amount,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        actor=handle.actor,
    )
    return await handle(command, Delegated(delegation_id=delegation_id))


@mandates.act("/{user}/delegations/{delegation_id}/end", roles=DECIDERS, refuses=(UnknownDelegation, NotYourMandate))
async def end_delegation(user: Holder, delegation_id: UUID, handle: Handle) -> None:
    """End a delegation before its time."""
    return await handle(EndDelegation(mandate_id=mandate_id(user), delegation_id=delegation_id, user=user, ended_by=handle.actor))


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
    table, given = shown.mandates.c, shown.delegations.c
    rows = await read.all(select(shown.mandates).where(table.holder == user).order_by(table.gate, table.currency))
    lent = await read.all(
        select(shown.delegations).where(or_(given.holder == user, given.delegate == user)).order_by(given.delegated_at)
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
