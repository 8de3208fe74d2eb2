"""Forms: each version of each definition, everything filled in, and the fields by which deals are found."""

from datetime import date
from decimal import Decimal
from typing import Any

from ltc_events import Fact, Money, change, on, projection, put
from ltc_events.opportunity_forms import FormFilled, FormValue
from ltc_events.projection import Row
from ltc_kit.versioned_document import activation
from sqlalchemy import JSON, Column, Date, DateTime, Index, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..form.rules import FormActivated, FormDrafted
from .schema import read

forms = Table(
    "form",
    read,
    Column("form_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("form", JSON, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("activated_by", Text),
    Column("activated_at", DateTime(timezone=True)),
)
fills = Table(
    "form_fill",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("fill", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("values", JSON, nullable=False),
    Column("filled_by", Text, nullable=False),
    Column("filled_at", DateTime(timezone=True), nullable=False),
)
filled_forms = Table(
    "filled_form",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("fill", Integer, nullable=False),
    Index("filled_form_of_form", "form", "opportunity_id"),
)
"""Which fill of a form counts: the last."""

form_values = Table(
    "form_value",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("fill", Integer, nullable=False),
    Column("text", Text),
    Column("number", Numeric),
    Column("day", Date),
    Index("form_value_by_text", "form", "key", "text"),
    Index("form_value_by_number", "form", "key", "number"),
    Index("form_value_by_day", "form", "key", "day"),
)
"""Fields by what they say. A row of an earlier fill, of a field that is empty now, counts no more: its ``fill`` is not that of the form."""


def drafted(written: FormDrafted, fact: Fact) -> Row:
    """A version nobody fills in yet."""
    return {
        "form_id": written.form_id,
        "version": written.version,
        "code": written.code,
        "status": "draft",
        "form": written.form.model_dump(mode="json"),
        "drafted_by": written.drafted_by,
        "drafted_at": fact.occurred_at,
        "activated_by": None,
        "activated_at": None,
    }


def filled(form: FormFilled, fact: Fact) -> Row:
    """What was filled in, which stays whatever is filled in later."""
    return {
        "opportunity_id": form.opportunity_id,
        "form": form.form,
        "fill": form.fill,
        "version": form.form_version,
        "values": {each.key: each.model_dump(mode="json")["value"] for each in form.values},
        "filled_by": form.filled_by,
        "filled_at": fact.occurred_at,
    }


def counts(form: FormFilled) -> Row:
    """The fill that counts now."""
    return {"opportunity_id": form.opportunity_id, "form": form.form, "fill": form.fill}


def found_by(form: FormFilled) -> list[Row]:
    """The fields by which the deal is found; free text is not among them."""
    return [
        {"opportunity_id": form.opportunity_id, "form": form.form, "key": each.key, "fill": form.fill, **row}
        for each in form.values
        for row in rows_of(each)
    ]


def rows_of(said: FormValue) -> list[dict[str, Any]]:
    """What a field says, as columns: of several choices a row each."""
    match said.type, said.value:
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


def columns(**said: Any) -> dict[str, Any]:
    return {"item": "", "text": None, "number": None, "day": None, **said}


form_list = projection("form_list", on(FormDrafted, put(forms, drafted)), on(FormActivated, change(forms, activation("form_id"))))
form_fills = projection("form_fills", on(FormFilled, put(fills, filled), put(filled_forms, counts), put(form_values, found_by)))
