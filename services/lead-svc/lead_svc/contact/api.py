"""Contacts: the people at a party."""

from ltc_runtime.http import Api, Role

from .rules import decider

SALES: tuple[Role, ...] = ("sales", "sales_manager")

contacts = Api("/contacts", stream=decider)
