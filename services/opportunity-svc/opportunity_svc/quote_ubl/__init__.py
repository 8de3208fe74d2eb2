"""Quotes as UBL Quotations, for the customer's purchasing system."""

from ltc_runtime.service import Feature

from .read import quotations

quote_ubl = Feature(api=quotations)
