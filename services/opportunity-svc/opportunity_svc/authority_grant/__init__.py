"""Authority grants: how much discount a user may approve."""

from ltc_runtime.service import Feature


def authority_grant() -> Feature:
    """The feature."""
    from .api import authority_grants
    from .read import authority_grant_list
    from .rules import decider

    return Feature(api=authority_grants, deciders=(decider,), projections=(authority_grant_list,))
