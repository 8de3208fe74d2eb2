"""Whom we believe: bearer tokens of one issuer, for one audience, signed by a key of its set."""

import base64
import binascii
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError

from .body import check_json
from .caller import BY_GATE, Caller
from .keys import ALGORITHMS, Key, Keys
from .problems import Fault, IssuerAway, Unauthenticated
from .roles import ROLES

LEEWAY = 30.0
MAX_TOKEN = 8 * 1024
MAX_CACHED = 10_000
TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})

# Headers that bring or name a key of the sender's choice, or demand something we do not do.
_REFUSED_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip"})
_SUBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.@:_-]{0,127}")
_SERVICE = "service:"


class _Allowed(jws.JWSRegistry):
    """The algorithms we accept, and no other, whatever the library thinks of them."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise JoseError(f"{name} is not accepted")
        return self.algorithms[name]


_registry = _Allowed(strict_check_header=False)


class InvalidToken(Exception):
    """The token is not to be believed. Why is for our logs; the caller learns only that it is so."""


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a token proved, and while it does."""

    caller: Caller
    since: float
    until: float
    generation: int


@dataclass
class Verifier:
    """Verifies bearer tokens; a token that was verified is not verified again while its key set stands."""

    keys: Keys
    issuer: str
    audience: str
    roles_claim: str = "roles"
    _cache: dict[bytes, VerifiedToken] = field(default_factory=dict)

    def known(self, authorization: bytes | None) -> Caller | None:
        """The caller, if this very header was verified before and is valid now."""
        found = self._cache.get(authorization)  # type: ignore[arg-type]
        if found is None:
            return None
        if found.generation == self.keys.generation and found.since <= time.time() < found.until and not self.keys.is_old:
            return found.caller
        return None

    async def verify(self, authorization: bytes | None) -> Caller:
        """The caller.

        Raises:
            Unauthenticated: there is no token, or it is not to be believed.
            IssuerAway: no key set could be read yet.
        """
        if authorization is None:
            raise Unauthenticated
        try:
            verified = await self._verify(_bearer(authorization))
        except (InvalidToken, JoseError, ValueError, binascii.Error) as error:
            self._cache.pop(authorization, None)
            raise _invalid_token() from error
        if len(self._cache) >= MAX_CACHED:
            self._cache.pop(next(iter(self._cache)))
        self._cache[authorization] = verified
        return verified.caller

    async def _verify(self, token: str) -> VerifiedToken:
        header = _header(token)
        key = await self.keys.of(header["kid"])
        if key is None:
            if self.keys.is_empty:
                raise IssuerAway
            raise InvalidToken("unknown key")
        if header["alg"] not in key.algorithms:
            raise InvalidToken("the key is not for this algorithm")
        return self._believed(_claims(token, key))

    def _believed(self, claims: Mapping[str, Any]) -> VerifiedToken:
        now = time.time()
        if claims.get("iss") != self.issuer:
            raise InvalidToken("another issuer")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if self.audience not in audiences or not all(isinstance(one, str) for one in audiences):
            raise InvalidToken("another audience")
        until = _instant(claims, "exp")
        if until is None:
            raise InvalidToken("no expiry")
        since = max(filter(None, (_instant(claims, "nbf"), _instant(claims, "iat"))), default=None)
        # The leeway is for clocks that differ, both ways.
        since, until = (float("-inf") if since is None else since - LEEWAY), until + LEEWAY
        if not since <= now < until:
            raise InvalidToken("not valid now")
        return VerifiedToken(self._caller(claims), since, until, self.keys.generation)

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        subject = claims.get("sub")
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise InvalidToken("no usable subject")
        value: Any = claims
        for step in self.roles_claim.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        words = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
        roles = frozenset(word for word in words if isinstance(word, str)) & ROLES
        if subject.startswith(BY_GATE):
            raise InvalidToken("this subject is kept for whoever a gate lets in")
        if subject.startswith(_SERVICE) and roles != {"service"}:
            raise InvalidToken("this subject is kept for services")  # reactions act under it
        return Caller(subject, roles, tuple(sorted(roles)))


def _bearer(authorization: bytes) -> str:
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN or not token.isascii():
        raise InvalidToken("no bearer token")
    return token


def _header(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        raise InvalidToken("not three parts")
    first, *_ = (_unspelled(part) for part in parts)
    header = _read(first)
    if not isinstance(header, dict) or _REFUSED_HEADERS & header.keys():
        raise InvalidToken("the header is not acceptable")
    if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
        raise InvalidToken("the algorithm is not acceptable")
    if str(header.get("typ", "")).lower() not in TYPES:
        raise InvalidToken("not an access token")
    if not isinstance(header.get("kid"), str):
        raise InvalidToken("no key named")
    return header


def _claims(token: str, key: Key) -> dict[str, Any]:
    claims = _read(jws.deserialize_compact(token, key.public, registry=_registry).payload)
    if not isinstance(claims, dict):
        raise InvalidToken("no claims")
    return claims


def _unspelled(part: str) -> bytes:
    """The bytes of one part. Only one spelling of them is taken: no padding, no loose bits at the end."""
    bytes_ = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(bytes_).rstrip(b"=") != part.encode():
        raise InvalidToken("base64 in another spelling")
    return bytes_


def _read(document: bytes) -> Any:
    """JSON in which no name comes twice: another reader would take the other one."""
    try:
        check_json(document)
    except Fault as fault:
        raise InvalidToken("not JSON as it should be") from fault
    return orjson.loads(document)


def _instant(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e11:
        raise InvalidToken(f"{name} is no time")
    return float(value)


def _invalid_token() -> Unauthenticated:
    return Unauthenticated(headers={"WWW-Authenticate": 'Bearer realm="ltc", error="invalid_token"'})
