"""Forms, version by version."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ltc_events import Event, Fact, projection
from ltc_events import change as change_rows
from ltc_events.opportunity_forms import FormCode
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_kit.versioned_document import activation
from ltc_runtime.http import EVERYONE, Page, Paging, Read
from pydantic import Field
from sqlalchemy import select

from .api import forms
from .rules import Form, FormActivated, FormDrafted, UnknownForm, form_id

FormStatus = Literal["draft", "live", "retired"]


class FormRow(ReadModel, table="form"):
    """One version of a form."""

    form_id: Key[UUID] = Field(exclude=True)
    version: Key[int]
    code: str
    status: FormStatus
    form: Form
    drafted_by: str
    drafted_at: datetime
    activated_by: str | None
    activated_at: datetime | None


def now(event: Event, fact: Fact) -> datetime:
    return fact.occurred_at


form_list = projection(
    "form_list",
    on(FormDrafted, put(FormRow, status="draft", drafted_at=now)),
    on(FormActivated, change_rows(FormRow.table, activation("form_id"))),
)


@forms.query("", roles=EVERYONE)
async def list_forms(read: Read, paging: Paging, status: FormStatus | None = None) -> Page[FormRow]:
    """All forms with all their versions, by code from the last letter to the first, the newest version of each first."""
    return await read.page_of(FormRow, ("code", "version"), paging, status=status)


@forms.query("/{code}", roles=EVERYONE, refuses=(UnknownForm,))
async def show_form(code: FormCode, read: Read, paging: Paging) -> Page[FormRow]:
    """One form with all its versions, the newest first."""
    await read.one(select(FormRow.table).where(FormRow.table.c.form_id == form_id(code)).limit(1), UnknownForm)
    return await read.page_of(FormRow, ("version",), paging, form_id=form_id(code))
