"""Quote documents: a quote as the customer gets it."""

from ltc_runtime.service import Feature

from .read import documents

quote_document = Feature(api=documents)
