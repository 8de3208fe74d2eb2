"""Negotiations: rounds with the customer, concessions and deadlocks."""

from ltc_runtime.service import Feature

from .api import negotiations
from .read import negotiation_list
from .rules import decider

negotiation = Feature(api=negotiations, deciders=(decider,), projections=(negotiation_list,))
