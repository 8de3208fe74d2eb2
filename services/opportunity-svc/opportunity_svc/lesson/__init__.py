"""Lessons of deals that are over."""

from ltc_runtime.service import Feature


def lesson() -> Feature:
    """The feature."""
    from .read import deal_lessons, lesson_list, lessons

    return Feature(api=(lessons, deal_lessons), projections=(lesson_list,))
