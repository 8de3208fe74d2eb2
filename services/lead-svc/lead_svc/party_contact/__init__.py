"""The people at a party, and which of them may be one."""

from ltc_runtime.service import Feature


def party_contact() -> Feature:
    """The feature."""
    from . import read  # noqa: F401  its queries register on the api
    from .api import party_contacts

    return Feature(api=party_contacts)
