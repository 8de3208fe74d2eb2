"""Decisions about deals, as they are listed."""

from ltc_runtime.http import Api

from ..deal.rules import decider

decisions = Api("/decisions")
deal_decisions = Api("/opportunities", stream=decider)
