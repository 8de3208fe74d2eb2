"""The people at a party."""

from ltc_runtime.http import Api, Role

from ..party.rules import decider

SALES: tuple[Role, ...] = ("sales", "sales_manager")

party_contacts = Api("/parties", stream=decider)
