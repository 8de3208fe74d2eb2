"""Lessons of deals that are over."""

from ltc_runtime.http import Api

from ..deal.rules import decider

lessons = Api("/lessons")
deal_lessons = Api("/opportunities", stream=decider)
