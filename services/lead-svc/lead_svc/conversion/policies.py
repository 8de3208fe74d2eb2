"""Each lead of a request is converted by itself."""

from ltc_events import Command

from ..lead.rules.conversion import ConvertLead, TryConversion
from .rules import ConversionsRequested


def convert_each(leads: ConversionsRequested) -> list[Command]:
    """A refusal of one lead does not stop the others."""
    how = leads.model_dump(exclude={"conversion_id", "lead_ids"})
    return [
        TryConversion(conversion_id=leads.conversion_id, convert=ConvertLead(lead_id=lead_id, **how)) for lead_id in leads.lead_ids
    ]  # fmt: skip
