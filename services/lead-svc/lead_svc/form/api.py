"""Managers define capture forms and issue their tokens."""

from datetime import timedelta
from secrets import token_urlsafe
from typing import Annotated

from ltc_runtime.http import Api, Body, Handle, NaturalKey, Role, View
from pydantic import Field

from .rules import CloseForm, DefineForm, FormName, IssueFormToken, UnknownForm, decider, form_id, token_digest

MANAGERS: tuple[Role, ...] = ("sales_manager",)

forms = Api("/capture-forms", stream=decider, natural=NaturalKey("form", FormName, form_id))
forms.act("/{form}", DefineForm, roles=MANAGERS)
forms.act("/{form}/close", CloseForm, roles=MANAGERS, refuses=(UnknownForm,))


class RotateBody(Body):
    """How long the previous token stays valid."""

    grace_hours: Annotated[int, Field(ge=0, le=720)] = Field(24, description="0: it is invalid at once, for a token in wrong hands.")


class Token(View):
    """The token. It is shown once; the service keeps its digest."""

    token: str


@forms.act("/{form}/token", roles=MANAGERS, refuses=(UnknownForm,))
async def rotate_form_token(form: FormName, body: RotateBody, handle: Handle) -> Token:
    """Give a form another token.

    It opens `POST /capture/{form}` and nothing else. As everybody can read it in the page, it proves only which form is meant.
    """
    token, until = token_urlsafe(24), handle.now + timedelta(hours=body.grace_hours)
    return await handle(IssueFormToken(form_id=form_id(form), digest=token_digest(token), previous_until=until), Token(token=token))
