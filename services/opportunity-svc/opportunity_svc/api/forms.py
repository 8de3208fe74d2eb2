"""Forms as versioned data: drafted, tried on what is filled in, made live."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from ltc_events.opportunity_forms import FormCode
from ltc_runtime.http import EVERYONE, Api, Handle, NaturalKey, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import Select, and_, select

from .. import projections as shown
from ..form import rules as form
from ..form.rules import ActivateForm, DraftForm, Form, UnknownForm, errors_in, form_id
from .roles import MANAGERS

forms = Api("/forms", stream=form.decider, natural=NaturalKey("code", FormCode, form_id))
FormVersion = Annotated[int, Path(ge=1, le=1_000_000)]


@forms.act("/{code}", roles=MANAGERS)
async def draft_form(code: FormCode, body: Form, handle: Handle) -> None:
    """Write the next version of a form; nobody fills it in until it is activated.

    A form asks for no names of people: what is filled in is told to analysts and kept for ever. Ask for seats and roles; names are
    sealed in the decision chain.
    """
    return await handle(DraftForm(form_id=form_id(code), code=code, form=body, drafted_by=handle.actor))


@forms.act("/{code}/{version}/activate", roles=MANAGERS, refuses=(UnknownForm,))
async def activate_form(code: FormCode, version: FormVersion, handle: Handle) -> None:
    """Let whoever fills it in from now on use this version; what is filled in keeps the version it was filled in with."""
    return await handle(ActivateForm(form_id=form_id(code), code=code, version=version, activated_by=handle.actor))


class FormRow(View):
    """One version of a form."""

    code: str
    version: int
    status: Literal["draft", "live", "retired"]
    form: Form
    drafted_by: str
    drafted_at: datetime
    activated_by: str | None
    activated_at: datetime | None


@forms.query("", roles=EVERYONE)
async def list_forms(read: Read, paging: Paging, status: Literal["draft", "live", "retired"] | None = None) -> Page[FormRow]:
    """All forms with all their versions, by code from the last letter to the first, the newest version of each first."""
    table = shown.forms.c
    found = select(*FORM_COLUMNS).where(*matching({table.status: status}))
    return await read.page(found, key=(table.code, table.version), into=FormRow, paging=paging)


@forms.query("/{code}", roles=EVERYONE, refuses=(UnknownForm,))
async def show_form(code: FormCode, read: Read, paging: Paging) -> Page[FormRow]:
    """One form with all its versions, the newest first."""
    table = shown.forms.c
    of_code = select(*FORM_COLUMNS).where(table.form_id == form_id(code))
    await read.one(of_code.limit(1), UnknownForm)
    return await read.page(of_code, key=(table.version,), into=FormRow, paging=paging)


class NotFitting(View):
    """A filled form that would be refused if it were filled in anew with the same values."""

    opportunity_id: UUID
    company: str
    version: int = Field(description="It was filled in with, and keeps.")
    errors: Sequence[Mapping[str, str]] = Field(description="Every field that does not fit, by a JSON pointer, and why.")


class FormPreview(View):
    """What a version would say of the forms that are filled in for open deals."""

    filled: int
    failing: int
    data: Sequence[NotFitting] = Field(description="The first of those that no longer fit.")


MOST_SHOWN = 200


@forms.query("/{code}/{version}/preview", roles=MANAGERS, refuses=(UnknownForm,))
async def preview_form(code: FormCode, version: FormVersion, read: Read) -> FormPreview:
    """Which filled forms would no longer fit, were this version live; it changes none of them."""
    table = shown.forms.c
    asked = await read.one(select(table.form).where(table.form_id == form_id(code), table.version == version), UnknownForm)
    rows = await read.all(filled_for_open_deals(code))
    return await asyncio.to_thread(tried, Form.model_validate(asked["form"]), rows)


def filled_for_open_deals(code: str) -> Select[Any]:
    """What is filled in now, deal by deal."""
    last, all_, deal = shown.filled_forms.c, shown.fills.c, shown.opportunities.c
    same = and_(all_.opportunity_id == last.opportunity_id, all_.form == last.form, all_.fill == last.fill)
    joined = shown.filled_forms.join(shown.fills, same).join(shown.opportunities, deal.opportunity_id == last.opportunity_id)
    columns = select(last.opportunity_id, deal.company, all_.version, all_["values"]).select_from(joined)
    return columns.where(last.form == code, deal.status == "open").order_by(deal.opened_at.desc(), last.opportunity_id)


def tried(asked: Form, rows: Sequence[dict[str, Any]]) -> FormPreview:
    """Which of them do not fit."""
    failing = [(row, errors) for row in rows if (errors := errors_in(asked, row["values"]))]
    found = [
        NotFitting(**{name: row[name] for name in ("opportunity_id", "company", "version")}, errors=errors)
        for row, errors in failing[:MOST_SHOWN]
    ]
    return FormPreview(filled=len(rows), failing=len(failing), data=found)


FORM_COLUMNS = [column for column in shown.forms.c if column is not shown.forms.c.form_id]
