"""What a landing page sends: open to the public, by the token of its form, from its pages, so often and no more."""

from hmac import compare_digest
from time import monotonic
from typing import Any
from uuid import UUID

from ltc_events import Name, Text, derive_id
from ltc_runtime.http import Api, Body, Handle, Read, View
from ltc_runtime.http.call import Call
from ltc_runtime.http.caller import FORM, Caller
from ltc_runtime.http.problems import NotAdmitted, OriginNotAllowed, TooOften
from ltc_runtime.http.rate_limit import RateLimiter, subscriber
from pydantic import Field
from sqlalchemy import select

from ..contact.rules.addresses import Email, Phone
from ..form.read import FormRow, FormToken
from ..form.rules import FormName, NoConsentAsked, form_id, token_digest
from ..lead import rules as lead
from ..lead.rules.capture import CaptureLead, ConsentGiven
from ..party.rules.matching import Website


class FormGate:
    """Lets in what shows a form's token, comes from one of its pages, and does not come too often.

    What is counted is counted by this process.
    """

    header = "Form-Token"

    def __init__(self) -> None:
        self._forms, self._addresses = RateLimiter(1_000), RateLimiter(20_000)

    async def allows(self, call: Call, origin: str) -> bool:
        """Whether a page of this origin may send to the form."""
        form = await open_form(call)
        return form is not None and origin in form["origins"]

    async def admit(self, call: Call) -> Caller:
        """The form, as the caller."""
        token, origin = call.header(b"form-token"), call.header(b"origin")
        if not token:
            raise NotAdmitted
        form = await open_form(call)
        if form is None or not await shows_token(call, form["form_id"], token):
            raise NotAdmitted
        if origin is not None and origin not in form["origins"]:
            raise OriginNotAllowed
        call.origin = origin
        self._must_be_seldom(form, call.address)
        return Caller(FORM + form["form"], frozenset())

    def _must_be_seldom(self, form: dict[str, Any], address: str) -> None:
        now, name = monotonic(), form["form"]
        wait = self._addresses.take((name, subscriber(address)), form["per_address"], now)
        wait = wait or self._forms.take(name, form["per_minute"], now)
        if wait:
            raise TooOften(headers={"Retry-After": str(int(wait) + 1)})


async def open_form(call: Call) -> dict[str, Any] | None:
    """The form the URL names, if it takes anything."""
    table = FormRow.table.c
    return await Read(call).maybe(select(FormRow.table).where(table.form_id == form_id(call.path_values["form"]), table.open.is_(True)))


async def shows_token(call: Call, form: UUID, token: str) -> bool:
    """Whether it is the form's token, or the one before while that counts as well."""
    read = Read(call)
    kept = await read.maybe(select(FormToken.table).where(FormToken.table.c.form_id == form))
    if kept is None:
        return False
    sent, previous = token_digest(token), kept["previous"] or ""
    return compare_digest(sent, kept["digest"]) or (compare_digest(sent, previous) and read.now < kept["previous_until"])


capture = Api("/capture", stream=lead.decider)


class SubmitBody(Body):
    """What a visitor entered into the form."""

    submission_id: UUID | None = Field(None, description="The page's name for this submission: sent again, it is taken once.")
    company: Name = Field(examples=["Acme Inc"])
    need: Text | None = Field(None, examples=["Forty graphics cards"])
    website: Website | None = None
    name: Name | None = Field(None, examples=["Jo Doe"])
    email: Email | None = Field(None, examples=["jo@acme.example"])
    phone: Phone | None = None
    consent: bool = Field(False, description="They agreed to the text of the form.")
    fax: str | None = Field(None, max_length=4000, description="Hide this field from people: who fills it in is a program.")


class Received(View):
    """It arrived. The same is said to a program that filled in what people do not see."""

    received: bool = True


@capture.public("/{form}", gate=FormGate(), refuses=(NoConsentAsked,))
async def submit_form(form: FormName, body: SubmitBody, read: Read, handle: Handle) -> Received:
    """Capture a lead from a landing page. Nothing that was sent is said back."""
    row = await read.maybe(select(FormRow.table).where(FormRow.table.c.form_id == form_id(form)))
    assert row is not None  # the gate saw it
    if body.consent and row["consent_text"] is None:
        raise NoConsentAsked
    if body.fax:
        return Received()
    await handle(submitted(form, row, body, handle))
    return Received()


def submitted(form: str, row: dict[str, Any], body: SubmitBody, handle: Handle) -> CaptureLead:
    lead_id = handle.new_id("lead") if body.submission_id is None else derive_id("submission", form, body.submission_id)
    contact_id = derive_id(lead_id, "contact") if body.name or body.email or body.phone else None

    def sealed(text: str | None) -> str | None:
        return handle.seal(contact_id, text) if contact_id and text else None

    return CaptureLead(
        lead_id=lead_id,
        company=body.company,
        channel=row["channel"],
        campaign=row["campaign"],
        territory=row["territory"],
        need=body.need,
        website=body.website,
        contact_id=contact_id,
        contact_name=sealed(body.name),
        contact_email=sealed(body.email),
        contact_phone=sealed(body.phone),
        consent=ConsentGiven(source=f"form {form}", form=form, text_version=row["version"]) if body.consent else None,
    )
