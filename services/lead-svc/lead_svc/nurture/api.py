"""Sales start and stop nurture sequences."""

from uuid import UUID

from ltc_events import Code
from ltc_runtime.http import Api, Body, Handle, Role
from pydantic import Field

from ..lead import rules as lead
from ..lead.rules.states import LeadClosed, UnknownLead
from ..lead.rules.touch import ConsentMissing
from ..rule_book import rules as rule_book
from .rules import NoMailAddress, NurturedAlready, NurtureLead, StopNurture, UnknownSequence
from .rules.states import nurture_of

SALES: tuple[Role, ...] = ("sales", "sales_manager")
MANAGERS: tuple[Role, ...] = ("sales_manager",)

nurtures = Api("/leads", stream=lead.decider)
previews = Api("/rule-books", stream=rule_book.decider)
nurtures.act("/{lead_id}/nurture/stop", StopNurture, roles=SALES)


class NurtureBody(Body):
    """Which mails the lead gets."""

    sequence: Code = Field(examples=["welcome"], description="As the live rule book `nurture` calls it.")


@nurtures.act(
    "/{lead_id}/nurture",
    roles=SALES,
    refuses=(UnknownLead, LeadClosed, UnknownSequence, NurturedAlready, ConsentMissing, NoMailAddress),
)
async def nurture_lead(lead_id: UUID, body: NurtureBody, handle: Handle) -> None:
    """Begin a nurture sequence with a lead. It ends when the lead answers, buys, or takes consent back."""
    command = NurtureLead(nurture_id=nurture_of(lead_id), lead_id=lead_id, sequence=body.sequence, trigger="by_hand", at=handle.now)
    return await handle(command)
