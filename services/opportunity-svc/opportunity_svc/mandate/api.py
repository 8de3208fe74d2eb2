"""What users do with mandates: grant, revoke, delegate."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Money, UserId
from ltc_runtime.http import Api, Body, Handle, NaturalKey, View
from pydantic import Field

from ..authority_grant.rules import GrantToOneself, LimitBelowNothing
from ..deal.rules.roles import DECIDERS, MANAGERS
from ..price_book.rules import ValidityEndsBeforeItBegins
from . import rules as mandate
from .rules import (
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
