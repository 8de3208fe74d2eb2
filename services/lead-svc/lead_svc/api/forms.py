"""Capture forms, kept by managers: what they are, their tokens, and which text which consent was given to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated

from ltc_events import Code, Text
from ltc_events.lead import Channel
from ltc_runtime.http import Api, Body, Handle, NaturalKey, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..form import rules as forms_
from ..form.rules import CloseForm, DefineForm, FormName, IssueFormToken, Origin, PerMinute, UnknownForm, form_id
from .resource import MANAGERS, SALES

forms = Api("/capture-forms", stream=forms_.decider, natural=NaturalKey("form", FormName, form_id))


class FormBody(Body):
    """What the form is."""

    channel: Channel = Field(examples=["landing_page"])
    campaign: Code | None = Field(None, examples=["hannover-2026"])
    territory: Code | None = None
    origins: Annotated[tuple[Origin, ...], Field(max_length=20)] = Field(
        (),
        examples=[["https://fair.acme.example"]],
        description="The pages in browsers that may send; a program names none, and may.",
    )
    consent_text: Text | None = Field(None, examples=["I agree to hear of your offers by mail until I say otherwise."])
    per_minute: PerMinute = Field(60, description="So often a minute the form is taken from all together, by each process of the service.")
    per_address: PerMinute = Field(6, description="So often a minute from one network address.")


class FormVersion(FormBody):
    """One version of a form."""

    form: FormName
    version: int
    defined_by: str
    defined_at: datetime


class FormView(View):
    """A form, and every version of it."""

    form: FormName
    version: int
    open: bool
    token_issued_at: datetime | None = Field(description="None: it has no token yet, and nothing can be sent.")
    versions: Sequence[FormVersion]


class RotateBody(Body):
    """How long the token before counts as well."""

    grace_hours: Annotated[int, Field(ge=0, le=720)] = Field(24, description="0: no longer, for a token in wrong hands.")


class Token(View):
    """The token. It is shown this once; what is kept is its digest."""

    token: str


@forms.act("/{form}", roles=MANAGERS)
async def define_form(form: FormName, body: FormBody, handle: Handle) -> None:
    """Define a form, or write its next version, which counts at once."""
    return await handle(DefineForm(form_id=form_id(form), form=form, defined_by=handle.actor, **dict(body)))


@forms.act("/{form}/token", roles=MANAGERS, refuses=(UnknownForm,))
async def rotate_form_token(form: FormName, body: RotateBody, handle: Handle) -> Token:
    """Give a form another token.

    It opens `POST /capture/{form}` and nothing else. As it stands in a page for all to read, it proves only which form is meant.
    """
    token, until = token_urlsafe(24), handle.now + timedelta(hours=body.grace_hours)
    return await handle(IssueFormToken(form_id=form_id(form), digest=digest(token), previous_until=until), Token(token=token))


@forms.act("/{form}/close", roles=MANAGERS, refuses=(UnknownForm,))
async def close_form(form: FormName, handle: Handle) -> None:
    """Take nothing more from a form."""
    return await handle(CloseForm(form_id=form_id(form)))


@forms.query("/{form}", roles=SALES, refuses=(UnknownForm,))
async def show_form(form: FormName, read: Read) -> FormView:
    """A form and every version of it: a consent names the version whose text was agreed to."""
    row = await read.one(select(shown.forms).where(shown.forms.c.form_id == form_id(form)), UnknownForm)
    token = await read.maybe(select(shown.form_tokens.c.issued_at).where(shown.form_tokens.c.form_id == form_id(form)))
    table = shown.form_versions.c
    versions = await read.all(select(shown.form_versions).where(table.form_id == form_id(form)).order_by(table.version.desc()))
    kept = [FormVersion(**{name: value for name, value in each.items() if name != "form_id"}) for each in versions]
    issued = None if token is None else token["issued_at"]
    return FormView(form=form, version=row["version"], open=row["open"], token_issued_at=issued, versions=kept)


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()
