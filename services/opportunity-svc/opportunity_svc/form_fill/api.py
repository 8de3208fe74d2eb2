"""Fill in the forms of a deal."""

from uuid import UUID

from ltc_events.opportunity_forms import FormCode
from ltc_runtime.http import Api, Body, Handle, NaturalKey, Role
from pydantic import Field

from ..deal.rules import decider
from ..deal.rules.form_fills import FillForm, Said
from ..deal.rules.states import OPEN
from ..form import rules as forms
from ..form.rules import FormDoesNotFit, FormNotLive, UnknownForm, form_id

TRIANGLE: tuple[Role, ...] = ("sales", "sales_manager", "solution", "fulfilment")

form_fills = Api("/opportunities", stream=decider)
previews = Api("/forms", stream=forms.decider, natural=NaturalKey("code", FormCode, form_id))


class FormBody(Body):
    """What the form says, all of it: a field that is left out, or null, is empty."""

    values: Said = Field(
        description="By the key of the field. Decimals as text, days as 2026-12-24, choices by code. No names of people.",
        examples=[{"customer_goal": "Water for the whole district", "budget": {"amount": 50_000_000, "currency": "CNY"}}],
    )


@form_fills.act(
    "/{opportunity_id}/forms/{code}", roles=TRIANGLE, refuses=(*OPEN, UnknownForm, FormNotLive, FormDoesNotFit)
)  # fmt: skip
async def fill_form(opportunity_id: UUID, code: FormCode, body: FormBody, handle: Handle) -> None:
    """Fill in a form of a deal, or fill it in anew: by the version of the form that is live.

    Every field that does not fit is listed, and nothing is changed then. Write no names of people: what forms say is told to analysts
    and kept for ever; a name is sealed in the decision chain, and called by its seat here.
    """
    return await handle(FillForm(opportunity_id=opportunity_id, form=code, values=body.values, actor=handle.actor))
