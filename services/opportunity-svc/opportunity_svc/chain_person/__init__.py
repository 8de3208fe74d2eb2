"""People who are named in decision chains."""

from ltc_runtime.service import Feature


def chain_person() -> Feature:
    """The feature."""
    from .read import chain_person_list, people

    return Feature(api=people, projections=(chain_person_list,))
