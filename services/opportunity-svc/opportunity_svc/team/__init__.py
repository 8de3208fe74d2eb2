"""Sales teams: who belongs to them, where they sell, and their targets."""

from ltc_runtime.service import Feature


def team() -> Feature:
    """The feature."""
    from .api import teams
    from .read import list_teams  # noqa: F401 - its queries register on the same routes
    from .rules import decider

    return Feature(
        api=teams,
        deciders=(decider,),
    )
