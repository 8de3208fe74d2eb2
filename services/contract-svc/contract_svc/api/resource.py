"""Contracts as a resource; what is done with them and what is asked about them add their routes."""

from ltc_runtime.http import Api

from ..contract import rules as contract

contracts = Api("/contracts", stream=contract.decider)
