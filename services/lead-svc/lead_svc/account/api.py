"""What sales and finance record of accounts."""

from ltc_runtime.http import Api, Role

from ..party.rules import UnknownParty
from .rules import DescribeAccount, decider

KEEPERS: tuple[Role, ...] = ("sales", "sales_manager", "finance")

accounts = Api("/parties", stream=decider)
accounts.act("/{party_id}/account", DescribeAccount, roles=KEEPERS, refuses=(UnknownParty,))
