"""Draft and activate forms."""

from ltc_events.opportunity_forms import FormCode
from ltc_runtime.http import Api, Handle, NaturalKey, Role

from .rules import ActivateForm, DraftForm, Form, UnknownForm, Version, decider, form_id

MANAGERS: tuple[Role, ...] = ("sales_manager",)

forms = Api("/forms", stream=decider, natural=NaturalKey("code", FormCode, form_id))


@forms.act("/{code}", roles=MANAGERS)
async def draft_form(code: FormCode, body: Form, handle: Handle) -> None:
    """Write the next version of a form; nobody fills it in until it is activated.

    A form asks for no names of people: what is filled in is told to analysts and kept for ever. Ask for seats and roles; names are
    sealed in the decision chain.
    """
    return await handle(DraftForm(form_id=form_id(code), code=code, form=body, drafted_by=handle.actor))


@forms.act("/{code}/{version}/activate", roles=MANAGERS, refuses=(UnknownForm,))
async def activate_form(code: FormCode, version: Version, handle: Handle) -> None:
    """Let whoever fills it in from now on use this version; what is filled in keeps the version it was filled in with."""
    return await handle(ActivateForm(form_id=form_id(code), code=code, version=version, activated_by=handle.actor))
