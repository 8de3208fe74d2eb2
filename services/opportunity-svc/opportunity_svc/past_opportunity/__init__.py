"""Past opportunities: deals of other systems, imported as history."""

from ltc_runtime.service import Feature

from .api import past_opportunities
from .read import past_opportunity_list
from .rules import decider

past_opportunity = Feature(api=past_opportunities, deciders=(decider,), projections=(past_opportunity_list,))
