"""Capture forms: each as it is now, and every version of it."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.projection import Row
from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..form.rules import FormClosed, FormDefined, FormTokenIssued
from .schema import read


def what_it_is() -> list[Column[object]]:
    """The columns that a form and each version of it have."""
    return [
        Column("form", Text, nullable=False),
        Column("channel", Text, nullable=False),
        Column("campaign", Text),
        Column("territory", Text),
        Column("origins", JSON, nullable=False),
        Column("consent_text", Text),
        Column("per_minute", Integer, nullable=False),
        Column("per_address", Integer, nullable=False),
        Column("defined_by", Text, nullable=False),
        Column("defined_at", DateTime(timezone=True), nullable=False),
    ]


forms = Table(
    "capture_form",
    read,
    Column("form_id", UUID, primary_key=True),
    Column("version", Integer, nullable=False),
    *what_it_is(),
    Column("open", Boolean, nullable=False),
)

form_tokens = Table(
    "capture_form_token",
    read,
    Column("form_id", UUID, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("previous", Text),
    Column("previous_until", DateTime(timezone=True), nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
)

form_versions = Table(
    "capture_form_version",
    read,
    Column("form_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    *what_it_is(),
)


def defined(form: FormDefined, fact: Fact) -> Row:
    """What it is from now on."""
    return {**form.model_dump(exclude={"origins"}), "origins": list(form.origins), "defined_at": fact.occurred_at}


form_list = projection(
    "form_list",
    on(FormDefined, put(forms, lambda form, fact: {**defined(form, fact), "open": True}), put(form_versions, defined)),
    on(FormTokenIssued, put(form_tokens, lambda form, fact: {**form.model_dump(), "issued_at": fact.occurred_at})),
    on(FormClosed, change(forms, lambda form: {"form_id": form.form_id, "open": False})),
)
