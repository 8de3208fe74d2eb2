"""A capture form: a web page that sends leads, the consent text its visitors agree to, and how often it may send."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Refusal, Sha256, Text, UserId, derive_id
from ltc_events.filled import Actor
from ltc_events.lead import Channel
from pydantic import Field, StringConstraints

FormName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""The name of a form in its URL."""

Origin = Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
"""The origin of a page as a browser sends it: scheme, host and any unusual port."""

PerMinute = Annotated[int, Field(ge=1, le=10_000)]


def form_id(form: str) -> UUID:
    """The stream of a form."""
    return derive_id("capture-form", form)


def token_digest(token: str) -> str:
    """The digest of a token: the token itself is never stored."""
    return sha256(token.encode()).hexdigest()


class DefineForm(Command):
    """Define a form, or write its next version, which is live at once. A closed form opens again."""

    form: FormName
    channel: Channel = Field(examples=["landing_page"])
    campaign: Code | None = Field(None, examples=["hannover-2026"])
    territory: Code | None = None
    origins: Annotated[tuple[Origin, ...], Field(max_length=20)] = Field(
        (),
        examples=[["https://fair.acme.example"]],
        description="The pages in browsers that may send; a program names none, and may.",
    )
    consent_text: Text | None = Field(None, examples=["I agree to receive your offers by mail until I withdraw this consent."])
    per_minute: PerMinute = Field(60, description="The most submissions a minute, from all senders, to each process of the service.")
    per_address: PerMinute = Field(6, description="The most submissions a minute from one network address.")
    defined_by: Actor

    @property
    def form_id(self) -> UUID:
        """The stream of the form."""
        return form_id(self.form)


class IssueFormToken(Command):
    """Give the form another token; the previous one stays valid for a while."""

    form_id: UUID
    digest: Sha256
    previous_until: datetime


class CloseForm(Command):
    """Close a form: it accepts no more submissions."""

    form: FormName

    @property
    def form_id(self) -> UUID:
        """The stream of the form."""
        return form_id(self.form)


class FormDefined(Event, type="ltc.lead.form-defined.v1"):
    """A version of the form was written and is live."""

    form_id: UUID
    form: FormName
    version: int
    channel: Channel
    campaign: Code | None = None
    territory: Code | None = None
    origins: tuple[Origin, ...]
    consent_text: Text | None = None
    """The text that visitors agree to. A consent names the version of the form."""
    per_minute: int
    per_address: int
    defined_by: UserId


class FormTokenIssued(Event, type="ltc.lead.form-token-issued.v1"):
    """The form has another token; the event holds its digest."""

    form_id: UUID
    digest: Sha256
    previous: Sha256 | None = None
    previous_until: datetime
    """Until then the previous token is valid too."""


class FormClosed(Event, type="ltc.lead.form-closed.v1"):
    """The form accepts no more submissions."""

    form_id: UUID


class UnknownForm(Refusal):
    """No such form exists."""

    status = 404


class NoConsentAsked(Refusal):
    """This form has no consent text: define the form with one, or send no consent."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form; before it is defined it has no version."""

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
    defined = FormDefined(form_id=command.form_id, **dict(command), version=1 if latest is None else latest.version + 1)
    if (
        latest is not None
        and form.open
        and defined.model_copy(update={"version": latest.version, "defined_by": latest.defined_by}) == latest
    ):
        return []  # the same content is the same version
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
