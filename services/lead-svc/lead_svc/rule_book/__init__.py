"""Rule books: scoring, assignment, pool, response, import and nurture rules as versioned data."""

from ltc_runtime.service import Feature


def rule_book() -> Feature:
    """The feature."""
    from .api import rule_books
    from .read import rule_book_list
    from .rules import decider

    return Feature(api=rule_books, deciders=(decider,), projections=(rule_book_list,))
