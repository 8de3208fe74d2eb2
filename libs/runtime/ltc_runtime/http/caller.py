"""Who asks: the subject and roles of a verified token."""

from dataclasses import dataclass

FORM = "form:"
LINK = "link:"
BY_GATE = (FORM, LINK)
"""Prefixes of the subjects of callers that a gate admits; no bearer token may name such a subject."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request."""

    subject: str
    roles: frozenset[str]
    listed: tuple[str, ...] = ()
    """The roles in order, as the log keeps them."""


ANONYMOUS = Caller("", frozenset())
"""The caller of a request before its token was verified."""
