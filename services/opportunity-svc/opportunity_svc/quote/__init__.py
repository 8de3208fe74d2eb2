"""Quotes: what the company would deliver, and for how much."""

from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def quote() -> Feature:
    """The feature."""
    from .api import drafts, quotes
    from .policies import expire_quote, expire_revised_quote
    from .read import quote_list
    from .rules import decider
    from .rules.discount_tally import decider as discount_tally
    from .rules.events import QuoteDrafted, QuoteRevised

    return Feature(
        api=(drafts, quotes),
        deciders=(decider, discount_tally),
        policies=(
            NamedPolicy("expire_quote", QuoteDrafted, expire_quote),
            NamedPolicy("expire_later", QuoteRevised, expire_revised_quote),
        ),
        projections=(quote_list,),
    )
