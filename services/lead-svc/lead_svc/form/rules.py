"""A capture form: a page in the world through which leads come, what its visitors agree to, and what it may send."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Refusal, Sha256, Text, UserId, derive_id
from ltc_events.lead import Channel
from pydantic import Field, StringConstraints

FormName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""What a form is called in its URL."""

Origin = Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
"""Where a page is from, as a browser says it: scheme, host and, where it is not the usual one, port."""

PerMinute = Annotated[int, Field(ge=1, le=10_000)]


def form_id(form: str) -> UUID:
    """The stream of a form."""
    return derive_id("capture-form", form)


class DefineForm(Command):
    """Say what a form is; a form that was closed is open again."""

    form_id: UUID
    form: FormName
    channel: Channel
    campaign: Code | None = None
    territory: Code | None = None
    origins: tuple[Origin, ...] = ()
    consent_text: Text | None = None
    per_minute: PerMinute = 60
    per_address: PerMinute = 6
    defined_by: UserId


class IssueFormToken(Command):
    """Give the form another token; the one before counts until then."""

    form_id: UUID
    digest: Sha256
    previous_until: datetime


class CloseForm(Command):
    """Take nothing more from the form."""

    form_id: UUID


class FormDefined(Event, type="ltc.lead.form-defined.v1"):
    """This is what the form is from now on."""

    form_id: UUID
    form: FormName
    version: int
    channel: Channel
    campaign: Code | None = None
    territory: Code | None = None
    origins: tuple[Origin, ...]
    consent_text: Text | None = None
    """What visitors agree to. A consent names the version of the form it was given by."""
    per_minute: int
    per_address: int
    defined_by: UserId


class FormTokenIssued(Event, type="ltc.lead.form-token-issued.v1"):
    """The form has another token, of which this is the digest."""

    form_id: UUID
    digest: Sha256
    previous: Sha256 | None = None
    previous_until: datetime
    """So long the one before counts as well."""


class FormClosed(Event, type="ltc.lead.form-closed.v1"):
    """The form takes nothing more."""

    form_id: UUID


class UnknownForm(Refusal):
    """There is no such form."""

    status = 404


class NoConsentAsked(Refusal):
    """This form has no text that anybody could agree to."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a form is; one never defined has no version."""

    latest: FormDefined | None = None
    digest: str | None = None
    open: bool = False


FormCommand: TypeAlias = DefineForm | IssueFormToken | CloseForm
FormEvent: TypeAlias = FormDefined | FormTokenIssued | FormClosed


def decide(form: Form, command: FormCommand) -> list[FormEvent]:
    match command:
        case DefineForm():
            return [*define(form, command)]
        case IssueFormToken():
            return [*issue(must_be_defined(form), command)]
        case CloseForm():
            return [FormClosed(form_id=command.form_id)] if must_be_defined(form).open else []


def define(form: Form, command: DefineForm) -> list[FormDefined]:
    latest = form.latest
    defined = FormDefined(**dict(command), version=1 if latest is None else latest.version + 1)
    if (
        latest is not None
        and form.open
        and defined.model_copy(update={"version": latest.version, "defined_by": latest.defined_by}) == latest
    ):
        return []  # the same words are the same version
    return [defined]


def issue(form: Form, command: IssueFormToken) -> list[FormTokenIssued]:
    issued = FormTokenIssued(form_id=command.form_id, digest=command.digest, previous=form.digest, previous_until=command.previous_until)
    return [] if form.digest == command.digest else [issued]


def must_be_defined(form: Form) -> Form:
    if form.latest is None:
        raise UnknownForm
    return form


def evolve(form: Form, event: FormEvent) -> Form:
    match event:
        case FormDefined():
            return replace(form, latest=event, open=True)
        case FormTokenIssued(digest=digest):
            return replace(form, digest=digest)
        case FormClosed():
            return replace(form, open=False)


decider: Decider[Form, FormCommand, FormEvent] = Decider(
    kind="capture-form", id="form_id", initial=Form(), decide=decide, evolve=evolve, commands=FormCommand, events=FormEvent, shared=True
)
