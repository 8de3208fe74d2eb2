"""Filled forms of deals: every fill, the last of each, and the fields by which deals are found."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from ltc_events import Event, Fact, Money, projection
from ltc_events import put as put_rows
from ltc_events.opportunity_forms import FieldValue, FormCode, FormFilled, FormValue
from ltc_events.projection import Row
from ltc_events.read_model import Index, Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, Page, Paging, Read, Role, View
from pydantic import Field
from sqlalchemy import Select, and_, select

from ..deal.read import OpportunityRow
from ..deal.rules.states import UnknownOpportunity
from ..form.read import FormRow
from ..form.rules import Form, UnknownForm, Version, errors_in, form_id
from .api import form_fills, previews

MANAGERS: tuple[Role, ...] = ("sales_manager",)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class FilledFormRow(ReadModel, table="form_fill"):
    """What was filled in once."""

    opportunity_id: Key[UUID] = Field(exclude=True)
    form: Key[str]
    fill: Key[int] = Field(description="How often the form of this deal was filled in by then.")
    version: int = Field(description="Of the form it was filled in with; it keeps it.")
    values: Mapping[str, FieldValue] = Field(description="By the key of the field; empty ones are left out.")
    filled_by: str
    filled_at: datetime


class FilledForm(ReadModel, table="filled_form"):
    """The last fill of a form of a deal: the one that counts."""

    opportunity_id: Key[UUID]
    form: Key[str]
    fill: int

    of_form: ClassVar = Index("form", "opportunity_id")


class FormValueRow(ReadModel, table="form_value"):
    """A field by what it says. A row of an earlier fill, of a field that is empty now, does not count: its `fill` is not the last one."""

    opportunity_id: Key[UUID]
    form: Key[str]
    key: Key[str]
    item: Key[str]
    fill: int
    text: str | None
    number: Decimal | None
    day: date | None

    by_text: ClassVar = Index("form", "key", "text")
    by_number: ClassVar = Index("form", "key", "number")
    by_day: ClassVar = Index("form", "key", "day")


# ── projection ────────────────────────────────────────────────────────────────────────────────────────────────────────


def now(event: Event, fact: Fact) -> datetime:
    return fact.occurred_at


def as_json(form: FormFilled) -> dict[str, Any]:
    return {each.key: each.model_dump(mode="json")["value"] for each in form.values}


def values_of(form: FormFilled) -> list[Row]:
    """The fields by which the deal is found; free text is not among them."""
    return [
        {"opportunity_id": form.opportunity_id, "form": form.form, "key": each.key, "fill": form.fill, **row}
        for each in form.values
        for row in rows_of(each)
    ]


def rows_of(value: FormValue) -> list[dict[str, Any]]:
    """What a field says, as columns: of several choices a row each."""
    match value.type, value.value:
        case "long_text", _:
            return []
        case "date", str(day):
            return [columns(day=date.fromisoformat(day))]
        case "decimal", str(number):
            return [columns(number=Decimal(number))]
        case _, Money(amount=amount, currency=currency):
            return [columns(number=Decimal(amount), text=currency)]
        case _, bool(yes):
            return [columns(text="true" if yes else "false")]
        case _, int(number):
            return [columns(number=Decimal(number))]
        case _, str(text):
            return [columns(text=text)]
        case _, chosen:
            return [columns(item=code, text=code) for code in chosen]


def columns(**given: Any) -> dict[str, Any]:
    return {"item": "", "text": None, "number": None, "day": None, **given}


form_fill_list = projection(
    "form_fills",
    on(
        FormFilled,
        put(FilledFormRow, version=lambda form: form.form_version, values=as_json, filled_at=now),
        put(FilledForm),
        put_rows(FormValueRow.table, values_of),
    ),
)


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class FilledForms(View):
    """Filled forms of one deal."""

    data: Sequence[FilledFormRow]


@form_fills.query("/{opportunity_id}/forms", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_filled_forms(opportunity_id: UUID, read: Read) -> FilledForms:
    """The forms of a deal as they are filled in now."""
    await read.row(OpportunityRow, UnknownOpportunity, opportunity_id=opportunity_id)
    last, all_ = FilledForm.table.c, FilledFormRow.table.c
    same = and_(all_.opportunity_id == last.opportunity_id, all_.form == last.form, all_.fill == last.fill)
    found = select(FilledFormRow.table).select_from(FilledForm.table.join(FilledFormRow.table, same))
    rows = await read.all(found.where(last.opportunity_id == opportunity_id).order_by(last.form))
    return FilledForms(data=[FilledFormRow(**row) for row in rows])


@form_fills.query("/{opportunity_id}/forms/{code}", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_filled_form(opportunity_id: UUID, code: FormCode, read: Read, paging: Paging) -> Page[FilledFormRow]:
    """Everything that was ever filled in under a form of a deal, the newest first."""
    await read.row(OpportunityRow, UnknownOpportunity, opportunity_id=opportunity_id)
    return await read.page_of(FilledFormRow, ("fill",), paging, opportunity_id=opportunity_id, form=code)


# ── a new version of a form, tried on what is filled in ───────────────────────────────────────────────────────────────


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


@previews.query("/{code}/{version}/preview", roles=MANAGERS, refuses=(UnknownForm,))
async def preview_form(code: FormCode, version: Version, read: Read) -> FormPreview:
    """Which filled forms would no longer fit, were this version live; it changes none of them."""
    table = FormRow.table.c
    asked = await read.one(select(table.form).where(table.form_id == form_id(code), table.version == version), UnknownForm)
    rows = await read.all(filled_for_open_deals(code))
    return await asyncio.to_thread(tried, Form.model_validate(asked["form"]), rows)


def filled_for_open_deals(code: str) -> Select[Any]:
    """What is filled in now, deal by deal."""
    last, all_, deal = FilledForm.table.c, FilledFormRow.table.c, OpportunityRow.table.c
    same = and_(all_.opportunity_id == last.opportunity_id, all_.form == last.form, all_.fill == last.fill)
    joined = FilledForm.table.join(FilledFormRow.table, same).join(OpportunityRow.table, deal.opportunity_id == last.opportunity_id)
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
