"""The funnel: how far the leads of each channel came."""

from ltc_runtime.service import Feature

from .read import funnel as api

funnel = Feature(api=api)
