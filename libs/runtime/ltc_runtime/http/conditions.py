"""The conditions a caller puts on a request: the version it knows, and when the thing happened."""

import re
from datetime import datetime, timedelta

from ..clock import utc
from .call import Call
from .problems import BadRequest, Invalid, OccurredAtForbidden
from .roles import IMPORTER

_TAG = re.compile(r'^(W/)?"([^"]*)"$')
_VERSION = re.compile(r"^[0-9]{1,18}$")
PAST = timedelta(days=50 * 365)
"""How long ago something may have happened that an importer brings."""
FUTURE = timedelta(minutes=5)
"""How far the clock of an importer may be ahead of the business clock."""
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
    """When the caller says it happened, in UTC; only an importer may say so.

    Raises:
        OccurredAtForbidden: the caller is no importer.
        Invalid: it is no RFC 3339 instant, or longer ago than `PAST`, or later than `FUTURE` from now.
    """
    text = call.header(b"ltc-occurred-at")
    if text is None:
        return None
    if IMPORTER not in call.caller.roles:
        raise OccurredAtForbidden
    try:
        if not _INSTANT.match(text):
            raise ValueError(text)
        moment = utc(datetime.fromisoformat(text.upper().replace("Z", "+00:00")))
    except (ValueError, OverflowError):
        raise _invalid("datetime_invalid", "Should be an RFC 3339 date and time") from None
    now = call.context.log.clock.now()
    if not now - PAST <= moment <= now + FUTURE:
        raise _invalid("datetime_out_of_range", f"Should be within the last {PAST.days // 365} years and not in the future")
    return moment


def _invalid(code: str, detail: str) -> Invalid:
    return Invalid(errors=[{"parameter": "LTC-Occurred-At", "code": code, "detail": detail}])
