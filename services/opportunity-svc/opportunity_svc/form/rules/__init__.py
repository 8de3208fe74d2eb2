"""A form: the fields somebody fills in for a deal; data, version by version, so that no field needs a change of code."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Refusal, Text, UserId, Value, derive_id
from ltc_events.opportunity_forms import FieldValue, FormCode, FormValue
from ltc_kit.versioned_document import VersionedDocument, Versions
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from .fields import Fields, FormField, Label

Version = Annotated[int, Field(ge=1, le=1_000_000)]
Values: TypeAlias = tuple[FormValue, ...]


class Form(Value):
    """What one version of a form asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Label
    purpose: Text | None = None
    """What it is for, and who fills it in when."""
    fields: Annotated[tuple[FormField, ...], Field(min_length=1, max_length=50)]

    @field_validator("fields")
    @classmethod
    def _each_once(cls, fields: tuple[Fields, ...]) -> tuple[Fields, ...]:
        if len({field.key for field in fields}) < len(fields):
            raise ValueError("each field needs a key of its own")
        return fields

    def field(self, key: str) -> Fields | None:
        """The field of that name."""
        return next((field for field in self.fields if field.key == key), None)


def form_id(code: str) -> UUID:
    """The stream of the form called ``code``."""
    return derive_id("form", code)


# ── commands, facts, refusals ─────────────────────────────────────────────────────────────────────────────────────────


class DraftForm(Command):
    """Write the next version of a form; nobody fills it in until it is activated."""

    form_id: UUID
    code: FormCode
    form: Form
    drafted_by: UserId


class ActivateForm(Command):
    """Let whoever fills it in from now on use this version."""

    form_id: UUID
    code: FormCode
    version: Version
    activated_by: UserId


class FormDrafted(Event, type="ltc.opportunity.form-drafted.v1"):
    """A version of a form was written."""

    form_id: UUID
    code: FormCode
    version: Version
    form: Form
    drafted_by: UserId


class FormActivated(Event, type="ltc.opportunity.form-activated.v1"):
    """Who fills the form in from now on uses this version."""

    form_id: UUID
    code: FormCode
    version: Version
    previous: int | None = None
    activated_by: UserId


class UnknownForm(Refusal):
    """There is no such form, or no such version of it."""

    status = 404


class FormNotLive(Refusal):
    """No version of the form {form} is activated yet."""


class FormDoesNotFit(Refusal):
    """Some fields are not as the form {form} asks for in version {version}: {wrong}."""

    status = 422


Forms: TypeAlias = Versions[Form]
FormCommand: TypeAlias = DraftForm | ActivateForm
FormEvent: TypeAlias = FormDrafted | FormActivated


# ── what somebody wrote, held against the form ────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4_096)
def reader(field: Fields) -> TypeAdapter[Any]:
    """What reads the values of a field."""
    return TypeAdapter(field.takes)


def errors_in(form: Form, said: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every field that is not as the form asks for, by a JSON pointer into ``values``; null is a field left empty."""
    unknown = [wrong((key,), "extra_forbidden", "The form has no such field") for key in said if form.field(key) is None]
    return [*(error for field in form.fields for error in errors_of(field, said.get(field.key))), *unknown]


def errors_of(field: Fields, said: Any) -> list[dict[str, str]]:
    """What is wrong with one field."""
    if said is None:
        return [wrong((field.key,), "missing", "Field required")] if field.required else []
    try:
        reader(field).validate_python(said)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return [wrong((field.key, *each["loc"]), each["type"], each["msg"]) for each in found]
    return []


def wrong(at: Sequence[int | str], code: str, detail: str) -> dict[str, str]:
    """One error, as those of bodies are told."""
    return {"pointer": "/".join(("/values", *map(str, at))), "code": code, "detail": detail}


def filled_in(form: Form, said: Mapping[str, Any]) -> Values:
    """What was written, in the order of the form and the one spelling each value is kept in; it has no errors."""
    asked = ((field, said.get(field.key)) for field in form.fields)
    return tuple(
        FormValue(key=field.key, type=field.type, value=kept(reader(field).validate_python(value)))
        for field, value in asked
        if value is not None
    )  # fmt: skip


def kept(value: Any) -> FieldValue:
    """A value as events and read models hold it."""
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            said: FieldValue = value
            return said


# ── what counts ────────────────────────────────────────────────────────────────────────────────────────────────────


def counting(code: str, forms: Forms) -> tuple[int, Form]:
    """The version that is filled in now, and what it asks for."""
    if not forms.written:
        raise UnknownForm
    if forms.live is None or forms.counting is None:
        raise FormNotLive(form=code)
    return forms.live, forms.counting


decider: Decider[Forms, FormCommand, FormEvent] = VersionedDocument[Form](
    content="form",
    draft=DraftForm,
    drafted=FormDrafted,
    activate=ActivateForm,
    activated=FormActivated,
    unknown=UnknownForm,
).decider("form", id="form_id")
