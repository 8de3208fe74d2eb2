"""Superseding: a customer wants one quote of a deal; once they say which, the others are no offers any more."""

from collections.abc import Mapping
from uuid import UUID

from .events import QuoteSuperseded
from .states import Accepted, Approved, Draft, InApproval, Quote, Sent


def supersede(others: Mapping[UUID, Quote], opportunity_id: UUID, chosen: UUID, *, won: bool = False) -> list[QuoteSuperseded]:
    """Whatever of the deal is open beside the one that was chosen.

    Args:
        others: the other quotes of the deal; what is of another deal, or over, stays as it is.
        opportunity_id: the deal.
        chosen: the quote that is accepted, or won with.
        won: the deal is decided, so that a quote accepted before is no offer any more either. Until then it stands: the customer said so.
    """
    over = Draft | InApproval | Approved | Sent | Accepted if won else Draft | InApproval | Approved | Sent
    return [
        QuoteSuperseded(quote_id=quote_id, superseded_by=chosen)
        for quote_id, quote in others.items()
        if quote_id != chosen and isinstance(quote, over) and quote.content.opportunity_id == opportunity_id
    ]
