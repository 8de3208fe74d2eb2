"""Forms of a deal: each value is checked against the live version of the form; all values are kept or none."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Stream
from ltc_events.filled import Actor
from ltc_events.opportunity_forms import FieldKey, FormCode, FormFilled
from pydantic import Field, JsonValue

from ...finding.rules import FilledForm
from ...form.rules import Form, FormDoesNotFit, errors_in, filled_in, form_id
from ...form.rules import decider as form_decider
from .history import filled_form, history
from .states import Open, OpportunityEvent

Said = Annotated[Mapping[FieldKey, JsonValue], Field(max_length=100)]


class FillForm(Command):
    """Fill in a form of a deal, or fill it in anew: what is said now is all it says."""

    opportunity_id: UUID
    form: FormCode
    values: Said
    actor: Actor

    def reads(self) -> Sequence[Stream]:
        """The deal and the form."""
        return (history.of(self.opportunity_id), form_decider.of(form_id(self.form)))


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
    return [] if said_before(deal, filled_form(filled)) else [filled]


def fills(deal: Open, form: str) -> int:
    """How often the form was filled in."""
    before = deal.findings.noted.get(("form", form))
    return (before.fill or 0) if isinstance(before, FilledForm) else 0


def said_before(deal: Open, now: FilledForm) -> bool:
    """Whether the same version of the form says the same already."""
    before = deal.findings.noted.get(("form", now.code))
    return isinstance(before, FilledForm) and (before.version, before.says) == (now.version, now.says)
