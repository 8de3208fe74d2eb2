"""The list of deals."""

from ltc_runtime.http import Api

from ..deal.rules import decider

deals = Api("/opportunities", stream=decider)
