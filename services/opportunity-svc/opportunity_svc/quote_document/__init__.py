"""Quote documents: a quote as the customer gets it."""

from ltc_runtime.service import Feature


def quote_document() -> Feature:
    """The feature."""
    from .read import documents

    return Feature(api=documents)
