"""Capture forms as they are now, every version of each, and the digests of their tokens."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ltc_events import Fact, projection
from ltc_events.lead import Channel
from ltc_events.read_model import Key, ReadModel, change, on, put
from ltc_runtime.http import Read, Role, View
from pydantic import Field

from .api import forms
from .rules import FormClosed, FormDefined, FormName, FormTokenIssued, UnknownForm, form_id

SALES: tuple[Role, ...] = ("sales", "sales_manager")


class FormRow(ReadModel, table="capture_form"):
    """A form as it is now."""

    form_id: Key[UUID]
    version: int
    form: str
    channel: Channel
    campaign: str | None
    territory: str | None
    origins: Sequence[str]
    consent_text: str | None
    per_minute: int
    per_address: int
    defined_by: str
    defined_at: datetime
    open: bool


class FormToken(ReadModel, table="capture_form_token"):
    """The digests of the token of a form and of the previous one."""

    form_id: Key[UUID]
    digest: str
    previous: str | None
    previous_until: datetime
    issued_at: datetime


class FormVersion(ReadModel, table="capture_form_version"):
    """One version of a form."""

    form_id: Key[UUID] = Field(exclude=True)
    version: Key[int]
    form: FormName
    channel: Channel
    campaign: str | None
    territory: str | None
    origins: Sequence[str]
    consent_text: str | None
    per_minute: int
    per_address: int
    defined_by: str
    defined_at: datetime


def recorded_at(event: FormDefined | FormTokenIssued, fact: Fact) -> datetime:
    return fact.occurred_at


form_list = projection(
    "form_list",
    on(FormDefined, put(FormRow, open=True, defined_at=recorded_at), put(FormVersion, defined_at=recorded_at)),
    on(FormTokenIssued, put(FormToken, issued_at=recorded_at)),
    on(FormClosed, change(FormRow, open=False)),
)


class FormView(View):
    """A form, and every version of it."""

    form: FormName
    version: int
    open: bool
    token_issued_at: datetime | None = Field(description="None: it has no token yet and accepts no submissions.")
    versions: Sequence[FormVersion]


@forms.query("/{form}", roles=SALES, refuses=(UnknownForm,))
async def show_form(form: FormName, read: Read) -> FormView:
    """A form and every version of it: a consent names the version whose text was agreed to."""
    row = await read.row(FormRow, UnknownForm, form_id=form_id(form))
    tokens = await read.rows(FormToken, form_id=form_id(form))
    versions = await read.rows(FormVersion, form_id=row.form_id)
    return FormView(
        form=form, version=row.version, open=row.open, token_issued_at=tokens[0].issued_at if tokens else None,
        versions=versions[::-1],
    )  # fmt: skip
