"""Forms of a deal: filled in, read, and what they said before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_events.opportunity_forms import FieldValue, FormCode
from ltc_runtime.http import EVERYONE, Body, Handle, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import and_, select

from .. import projections as shown
from ..deal.rules.form_fills import FillForm, Said
from ..deal.rules.states import UnknownOpportunity
from ..form.rules import FormDoesNotFit, FormNotLive, UnknownForm
from .findings import must_be_known
from .resource import OPEN, opportunities
from .roles import TRIANGLE


class FormBody(Body):
    """What the form says, all of it: a field that is left out, or null, is empty."""

    values: Said = Field(
        description="By the key of the field. Decimals as text, days as 2026-12-24, choices by code. No names of people.",
        examples=[{"customer_goal": "Water for the whole district", "budget": {"amount": 50_000_000, "currency": "CNY"}}],
    )


@opportunities.act(
    "/{opportunity_id}/forms/{code}", roles=TRIANGLE, refuses=(*OPEN, UnknownForm, FormNotLive, FormDoesNotFit)
)  # fmt: skip
async def fill_form(opportunity_id: UUID, code: FormCode, body: FormBody, handle: Handle) -> None:
    """Fill in a form of a deal, or fill it in anew: by the version of the form that is live.

    Every field that does not fit is listed, and nothing is changed then. Write no names of people: what forms say is told to analysts
    and kept for ever; a name is sealed in the decision chain, and called by its seat here.
    """
    return await handle(FillForm(opportunity_id=opportunity_id, form=code, values=body.values, actor=handle.actor))


class FilledFormRow(View):
    """What was filled in once."""

    form: str
    version: int = Field(description="Of the form it was filled in with; it keeps it.")
    fill: int = Field(description="How often the form of this deal was filled in by then.")
    values: Mapping[str, FieldValue] = Field(description="By the key of the field; empty ones are left out.")
    filled_by: str
    filled_at: datetime


class FilledForms(View):
    """Filled forms of one deal."""

    data: Sequence[FilledFormRow]


@opportunities.query("/{opportunity_id}/forms", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_filled_forms(opportunity_id: UUID, read: Read) -> FilledForms:
    """The forms of a deal as they are filled in now."""
    await must_be_known(opportunity_id, read)
    last, all_ = shown.filled_forms.c, shown.fills.c
    same = and_(all_.opportunity_id == last.opportunity_id, all_.form == last.form, all_.fill == last.fill)
    found = select(*FILL_COLUMNS).select_from(shown.filled_forms.join(shown.fills, same))
    rows = await read.all(found.where(last.opportunity_id == opportunity_id).order_by(last.form))
    return FilledForms(data=[FilledFormRow(**row) for row in rows])


@opportunities.query("/{opportunity_id}/forms/{code}", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_filled_form(opportunity_id: UUID, code: FormCode, read: Read, paging: Paging) -> Page[FilledFormRow]:
    """Everything that was ever filled in under a form of a deal, the newest first."""
    await must_be_known(opportunity_id, read)
    all_ = shown.fills.c
    found = select(*FILL_COLUMNS).where(all_.opportunity_id == opportunity_id, all_.form == code)
    return await read.page(found, key=(all_.fill,), into=FilledFormRow, paging=paging)


FILL_COLUMNS: Any = [column for column in shown.fills.c if column is not shown.fills.c.opportunity_id]
