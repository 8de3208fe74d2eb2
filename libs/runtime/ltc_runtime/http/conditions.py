"""The conditions a caller puts on a request: the version it knows, and when the thing happened."""

import re
from datetime import datetime

from .call import Call
from .problems import BadRequest, Invalid, OccurredAtForbidden
from .roles import IMPORTER

_TAG = re.compile(r'^(W/)?"([^"]*)"$')
_VERSION = re.compile(r"^[0-9]{1,18}$")
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$")


def expected_version(if_match: str) -> frozenset[int] | None:
    """The versions that ``If-Match`` allows; ``*`` allows all."""
    if if_match.strip() == "*":
        return None
    versions = set()
    for tag in if_match.split(","):
        found = _TAG.match(tag.strip())
        if found is None:
            raise BadRequest(reason="If-Match must hold entity tags")
        # A weak or foreign tag is well-formed and matches nothing.
        if found[1] is None and _VERSION.match(found[2]):
            versions.add(int(found[2]))
    return frozenset(versions)


def none_match(if_none_match: str, version: int) -> bool:
    """Does the caller have this version already? (Weak comparison, RFC 9110, section 13.1.2.)"""
    if if_none_match.strip() == "*":
        return True
    return any(tag.strip().removeprefix("W/") == f'"{version}"' for tag in if_none_match.split(","))


def occurred_at(call: Call) -> datetime | None:
    """When the caller says it happened; only an importer may say so."""
    text = call.header(b"ltc-occurred-at")
    if text is None:
        return None
    if IMPORTER not in call.caller.roles:
        raise OccurredAtForbidden
    try:
        if not _INSTANT.match(text):
            raise ValueError(text)
        return datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except ValueError:
        error = {"parameter": "LTC-Occurred-At", "code": "datetime_invalid", "detail": "Should be an RFC 3339 date and time"}
        raise Invalid(errors=[error]) from None
