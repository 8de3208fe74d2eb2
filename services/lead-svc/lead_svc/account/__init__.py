"""Accounts: what documents say of a customer."""

from ltc_runtime.service import Feature

from .api import accounts
from .read import account_list
from .rules import decider

account = Feature(api=accounts, deciders=(decider,), projections=(account_list,))
