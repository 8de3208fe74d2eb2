"""Price books: list prices in one currency, for a time."""

from ltc_runtime.service import Feature


def price_book() -> Feature:
    """The feature."""
    from .api import price_books
    from .read import price_book_list, price_book_version
    from .rules import decider

    return Feature(api=price_books, deciders=(decider,), projections=(price_book_list, price_book_version))
