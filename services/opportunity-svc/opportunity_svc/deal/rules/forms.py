"""Filling in a form of a deal: each field is held against the live version of the form, and all of it is kept or none."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from ltc_events import Command, UserId
from ltc_events.opportunity_forms import FieldKey, FormCode, FormFilled
from pydantic import Field, JsonValue
from pydantic_core import to_json

from ...finding.rules import FilledForm
from ...form.rules import Form, FormDoesNotFit, errors_in, filled_in
from .states import Open, OpportunityEvent

Said = Annotated[Mapping[FieldKey, JsonValue], Field(max_length=100)]


class FillForm(Command):
    """Fill in a form of a deal, or fill it in anew: what is said now is all it says."""

    opportunity_id: UUID
    form: FormCode
    values: Said
    actor: UserId


def fill(deal: Open, live: tuple[int, Form], command: FillForm) -> list[OpportunityEvent]:
    version, form = live
    errors = errors_in(form, command.values)
    if errors:
        named = [error["pointer"].split("/")[2] for error in errors]
        raise FormDoesNotFit(form=command.form, version=version, wrong=list(dict.fromkeys(named)), errors=errors)
    filled = FormFilled(
        opportunity_id=command.opportunity_id,
        form=command.form,
        form_version=version,
        fill=fills(deal, command.form) + 1,
        values=filled_in(form, command.values),
        filled_by=command.actor,
    )
    return [] if said_before(deal, noted_as(filled)) else [filled]


def fills(deal: Open, form: str) -> int:
    """How often the form was filled in."""
    before = deal.findings.noted.get(("form", form))
    return (before.fill or 0) if isinstance(before, FilledForm) else 0


def said_before(deal: Open, now: FilledForm) -> bool:
    """Whether the same version of the form says the same already."""
    before = deal.findings.noted.get(("form", now.code))
    return isinstance(before, FilledForm) and (before.version, before.says) == (now.version, now.says)


def noted_as(event: FormFilled) -> FilledForm:
    """What the criteria see of it; by the digest it is known whether a later fill says anything new."""
    says = sha256(to_json(event.values)).hexdigest()
    return FilledForm(code=event.form, version=event.form_version, fill=event.fill, says=says)


def filled(deal: Open, event: FormFilled) -> Open:
    return replace(deal, findings=deal.findings.under(noted_as(event)))
