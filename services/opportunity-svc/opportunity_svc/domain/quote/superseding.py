"""Superseding: a customer wants one quote of a deal; once they say which, the others are no offers any more."""

from collections.abc import Mapping
from uuid import UUID

from .states import Expired, Nobody, Quote, QuoteSuperseded, Superseded


def supersede(others: Mapping[UUID, Quote], opportunity_id: UUID, chosen: UUID) -> list[QuoteSuperseded]:
    """Whatever of the deal is an offer beside the one that was chosen, also one that was accepted before: the later word counts."""
    return [
        QuoteSuperseded(quote_id=quote_id, superseded_by=chosen)
        for quote_id, quote in others.items()
        if quote_id != chosen and is_offer_of(opportunity_id, quote)
    ]


def is_offer_of(opportunity_id: UUID, quote: Quote) -> bool:
    """Whether it is a quote of this deal that could still be won with."""
    match quote:
        case Nobody() | Expired() | Superseded():
            return False
        case _:
            return quote.content.opportunity_id == opportunity_id
