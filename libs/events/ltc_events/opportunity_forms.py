"""What opportunity-svc publishes of forms: what was filled in for a deal, field by field."""

import re
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from .values import Code, Money, UserId, Value
from .vocabulary import PublishedEvent

FORM_CODE = re.compile(r"[a-z][a-z0-9_-]{0,31}")
FIELD_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

FormCode = Annotated[str, StringConstraints(pattern=f"^{FORM_CODE.pattern}$")]
"""The name of a form in URLs and criteria: ``key-account``."""

FieldKey = Annotated[str, StringConstraints(pattern=f"^{FIELD_KEY.pattern}$")]
"""The name of a field in its form: ``budget``."""

FieldValue: TypeAlias = str | StrictBool | StrictInt | Money | tuple[str, ...]
"""What a field says: a decimal as ``"12.50"``, a day as ``"2026-12-24"``, a choice by its code, several choices as a list of codes."""


class FormValue(Value):
    """One field that was filled in."""

    key: FieldKey
    type: Code
    """How ``value`` is meant: text, long_text, integer, decimal, money, date, boolean, choice, choices."""
    value: FieldValue


class FormFilled(PublishedEvent, type="ltc.opportunity.form-filled.v1"):
    """Somebody filled in a form for a deal: all it says now, whatever it said before. It names no people."""

    opportunity_id: UUID
    form: FormCode
    form_version: int = Field(ge=1)
    """Of the definition the values were held against."""
    fill: int = Field(ge=1)
    """How often this form of the deal was filled in, this time included."""
    values: tuple[FormValue, ...]
    """In the order of the form; a field that was left empty is not among them."""
    filled_by: UserId
