"""Ids that follow from other ids, computed from the document (docs/formats.md) and not from the code."""

from uuid import UUID, uuid5

NAMESPACE = UUID("6f2c1f5e-9a0b-5d0e-8c57-0d9a4be0a1c7")
"""The namespace of derived ids."""


def derived(*parts: object) -> UUID:
    """The id that follows from its parts: version 5 over the parts joined by U+001F."""
    return uuid5(NAMESPACE, "\x1f".join(map(str, parts)))
