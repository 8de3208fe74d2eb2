"""Campaigns: what was spent to bring leads, and what came of it."""

from ltc_runtime.service import Feature

from .api import campaigns
from .read import campaign_list
from .rules import decider

campaign = Feature(api=campaigns, deciders=(decider,), projections=(campaign_list,))
